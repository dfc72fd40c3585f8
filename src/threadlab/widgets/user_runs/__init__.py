"""User runs: cards, trees, comparisons and folders, all drawn again from disk."""
