"""Tickets: slow work that outlives its user run, and who starts the one that tells of it."""
