"""threadlab."""
