"""Executors: where a tool runs, and what protects the notebook from it. `port.py` says what one must do."""
