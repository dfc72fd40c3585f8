"""The store: records and the canonical log in one SQLite file. It decides nothing about runs."""
