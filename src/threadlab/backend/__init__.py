"""The local backend: a sealed room. It speaks the service's wire protocol and nothing else.

It imports nothing of ours from outside this folder: only the real SDK may judge it, so the two sides
share no code. Inside, imports point one way:

    clock, ids → wire → store → completer → engine → routes → app

Requests go in and responses come out of `app.App`, plain and synchronous: no socket, no thread.
"""
