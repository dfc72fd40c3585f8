"""The journal: what was observed of a user run, as an append-only log in a folder of its own.

A run directory is the persisted form of a user run. `events.jsonl` is the truth; all else in the folder, and
the index beside the folders, is a projection of it that can be made again. The journal records what was seen
at a service and is never read back as the conversation: the service owns messages.

This room knows no lab and starts nothing. It may not be imported by `conversation`, nor import it.
"""
