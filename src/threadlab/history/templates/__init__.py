"""Templates: user runs with holes in them, each a file that a person can change."""
