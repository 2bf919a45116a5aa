"""Records of plans: arrays and metadata, diagnostics and drawings. Plain NumPy."""
