"""A conversation: one agent on one thread, turn after turn.

The service owns the messages; everything shown here is read from the thread. No second copy is kept.
"""
