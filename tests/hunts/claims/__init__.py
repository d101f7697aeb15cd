"""Claims of known truth about gradients, made without gradcli, and the judge who asks a gradcli about them."""
