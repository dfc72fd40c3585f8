"""The run engine: what may happen to a run, what happens next, and the log of what did.

    machine.py   the statuses and the moves between them, as a table
    log.py       the kinds of entries in the canonical log
    project.py   log → messages, runs and run steps, purely
    plan.py      an answer of the model → bursts with their times, purely
    history.py   log → what the model is given, purely
    replay.py    the records in memory, brought to where a log is
    tail.py      a run's log as it grows, to the end of a leg
    events.py    an entry of the log → the service's stream events, purely
    engine.py    the verbs: start, step, submit, cancel; one transaction each
    driver.py    who presses step, and when

Nothing here knows of HTTP but the words of its errors, and nothing sleeps.
"""
