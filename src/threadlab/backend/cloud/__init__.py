"""Tools that work only on Azure: here they do what they are scripted to."""
