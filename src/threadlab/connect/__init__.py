"""From settings to a service: which target, through which door, and the lab that `connect()` hands out.

`connect.py` is where everything is put together. The local target is reached in this process, without a
socket; `azure.identity` is imported only when a credential is really needed.
"""
