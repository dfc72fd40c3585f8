"""Conformance: what every run engine has to do, judged from outside, through the real SDK.

check.py        a check: a sentence, and a function that says where an engine differs
bounded.py      an engine that is stopped when it runs in circles
bench.py        the table that it is put on: a backend of its own, its clock, and a client
lives.py, tool_rounds.py, endings.py, threads.py   the checks
suite.py        all of them, and the score of an engine
"""
