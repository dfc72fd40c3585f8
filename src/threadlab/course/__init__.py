"""The course machinery."""
