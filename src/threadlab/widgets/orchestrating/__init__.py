"""Orchestrating: who worked on what, why it was decided so, what was learned, and what is still to come."""
