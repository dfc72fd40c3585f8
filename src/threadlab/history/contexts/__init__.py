"""Contexts: what an agent is given of the user runs before: verbatim, in summary or not at all."""
