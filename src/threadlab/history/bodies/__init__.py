"""Bodies: what a user run executes: a turn, or what is made of a component."""
