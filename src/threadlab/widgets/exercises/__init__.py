"""Exercises: the exercise loop and the self-check as cards of a notebook."""
