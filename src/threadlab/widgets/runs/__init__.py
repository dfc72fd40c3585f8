"""Runs: pictures of one run at the service, as it is or as it was."""
