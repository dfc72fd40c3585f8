"""Benchmarks: threadlab beside a floor and its peers, in ratios of one and the same run. See README.md.

`threadlab bench` runs them all, by hand and never as a part of the tests.
"""
