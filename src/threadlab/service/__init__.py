"""A service that keeps agents, threads, messages and runs, behind one port.

`port.py` says what the kit asks of a service. `classic.py` answers it over azure-ai-agents. Nothing here
knows which server is at the other end.
"""
