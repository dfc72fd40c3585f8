"""Completers: whatever stands in the model's place, behind one port.

Nothing here knows of runs, stores or HTTP: a completer gets one request and gives pieces of an answer.
"""
