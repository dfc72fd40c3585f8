"""The service's words as frozen dataclasses: agent, thread, message, run, run step, tool call.

This folder does no IO, shows nothing and imports nothing but `threadlab.errors`. Import each object
from the file that defines it.
"""
