"""Watching: a run before the learner's eyes, and everything that can be pressed meanwhile."""
