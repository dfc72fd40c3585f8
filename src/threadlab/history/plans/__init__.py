"""Plans: what a user run would reuse and execute, and what a prune would take away."""
