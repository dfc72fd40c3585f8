"""The service hatch of the local backend: see the truth, own the time, press the machine step by step.

None of this exists on a real service, and it says so there.
"""
