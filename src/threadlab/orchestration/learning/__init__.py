"""Learning: what user runs teach the orchestrator, and whether that helps.

Two loops. The immediate one writes a post-mortem when a user run is over; the delayed one takes in what
people say of it days later. Both leave learnings, which later decisions quote. `loops` is where they begin.
"""
