"""The routes: a file for each resource, a function for each operation.

A handler gets a `Call` and returns the JSON content of a 200, or raises an `ApiError`. It never waits.
"""
