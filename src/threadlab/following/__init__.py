"""Following a run: one loop, `loop.events`, turns a run into events; everything that waits consumes it.

Its looks at the run come from polls (`polls.py`) or from a stream (`streamed.py`), with the same events.
The loop never sleeps and shows nothing. `follow.py` lets the time pass that the loop asks for, `wait.py`
wants the end alone, `run_view.py` folds the events into what a view shows, `print_run.py` shows that in a
terminal. Following is watching: leaving it never touches the run.
"""
