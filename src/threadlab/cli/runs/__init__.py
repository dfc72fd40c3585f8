"""`threadlab runs`: look at user runs and take care of them, one file a verb. Most need no service."""
