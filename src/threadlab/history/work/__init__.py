"""Work: what happens while a user run is made; each fact is on disk before anybody is told."""
