"""Orchestration: an orchestrator decides how a user run proceeds, says why, stays in its budget and learns.

orchestration, instructions, pattern, capability    what a learner configures
orchestrator, choice, deltas, fallback              one agent call, one decision, or the default agent
orchestrated                                        the body of a user run: here is the one loop
ways, work, member, side_by_side                    how a decision is carried out, and by whom
guards                                              what stops it
context                                             what was decided, kept apart from the messages
learns, learning                                    what earlier user runs taught
"""
