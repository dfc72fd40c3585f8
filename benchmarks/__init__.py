"""Benchmarks: threadlab beside a floor and its peers, in ratios of one and the same run. See README.md.

They are run by hand, in the project's folder:
`python -m benchmarks.tool_run` and `python -m benchmarks.waiting`.
"""
