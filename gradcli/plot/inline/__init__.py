"""The face of matplotlib_inline: figures are drawn where they are shown anyway."""
