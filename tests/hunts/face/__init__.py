"""Every public function of the face beside PyTorch: recorded under PyTorch, replayed under gradcli, and compared."""
