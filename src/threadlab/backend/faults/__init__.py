"""Faults: everything that can go wrong, on demand.

    kinds.py        the table of kinds: what each one does, where it strikes, what can be set
    operations.py   the names of requests that a fault can wait for
    fault.py        one fault, as frozen data and as text: `429:create run:times=2:retry_after=1`
    faults.py       those in force, and which occasion is struck
    requests.py     what strikes a request or its response
    model.py        what strikes the model's answer
    engine.py       what strikes the engine between two moves of a run

Whatever a client repeats by itself is free of side effects: it strikes before anything is changed. Each
fault that strikes a run leaves an entry `fault.struck` in the run's log. Nothing here waits.
"""
