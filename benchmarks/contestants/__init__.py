"""The contestants: each has an agent answer one question with the help of one tool, in its own way.

Each lives in a process of its own, in the interpreter that has it installed. So this package and `port.py`,
`task.py`, `roster.py`, `worker.py` import the standard library alone.
"""
