"""The run engine: what may happen to a run, what happens next, and the log of what did.

    machine.py   the statuses and the moves between them, as a table
    log.py       the kinds of entries in the canonical log
    project.py   log → messages, runs and run steps, purely
    plan.py      an answer of the model → bursts with their times, purely
    history.py   log → what the model is given, purely
    replay.py    the records in memory, brought to where a log is
    tail.py      a run's log as it grows, to the end of a leg
    observe.py   all entries of a run, leg after leg, for whoever did not start it
    events.py    an entry of the log → the service's stream events, purely
    port.py      the verbs that any engine has: start, move, submit, cancel, stop
    engine.py    the reference; each verb is one transaction
    configure.py, accepting.py, ending.py   how a run begins, with which settings, and how it ends
    limits.py    what a run may read and write at most, purely
    serving.py   calls that this side answers: other agents' runs (children.py), own tools (server_tools.py)
    driver.py    who presses step, and when: requests themselves, …
    worker.py    … or threads of their own, under leases
    live.py      a consultation that takes its time, written as it comes
    drawing.py   its pieces, taken from the completer on a thread of their own
    interrupted.py, giving_up.py   what becomes of a run when that, or anything, breaks off

Nothing here knows of HTTP but the words of its errors. Only the worker's threads wait.
"""
