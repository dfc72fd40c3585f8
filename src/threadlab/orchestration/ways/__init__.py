"""Ways to proceed, one file each: what the orchestrator is told of it, and how it is carried out."""
