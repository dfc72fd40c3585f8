"""Diagnosis: why a run is where it is, and what to do next.

    finding.py      what a diagnosis is
    evidence.py     everything about a run that can be read, gathered once
    queued.py       why a run waits in the queue
    endings.py      why it ended as it did
    tool_calls.py   what is wrong with its tool calls or with the outputs
    exchanges.py    what went wrong on the way between client and service
    answers.py      where its answer is, or why it is not to be seen
    refusals.py     what an error says
    diagnose.py     all of it, in order

The rules are pure: evidence in, findings out. Where the backend's own log cannot be read they say what
cannot be known.
"""
