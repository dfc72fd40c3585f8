"""Cards: agents, threads, messages, answers with their sources, and what lies at the service."""
