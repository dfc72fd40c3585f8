"""Embedders: whatever stands behind the port in `search/embedder.py`. Heavy imports happen in here alone."""
