"""Tools: functions that a model may ask for, described, checked, run and answered.

    @tool                  a typed function becomes a `Tool` (`tool.py`; its JSON schema from `schema.py`)
    Toolbox(*tools)        answers the calls of a run (`toolbox.py`), one `Round` at a time (`round.py`)
    executors/             where a tool runs: in line, in a thread, in a process of its own, or not at all
    approval_policy.py     which calls wait for a person's yes
    calculate, clock_tool  two tools that are ready to use (`calculator.py`, `clock_tool.py`)

Whatever goes wrong with a call, the model gets an output that says so: one output for each call, always.
"""
