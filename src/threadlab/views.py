"""Views: every picture of threadlab under one name each, beside the facade.

    from threadlab import views

    views.sequence_diagram(lab, run)     # who said what to whom in a run
    views.wire_panel(lab)                # every request; `lab.wire` shows itself so, too
    views.timeline(lab, run)             # what happened, and what the looks saw
    views.explain(run)                   # where time and tokens went, as a waterfall
    views.object_map(lab)                # who holds what
    views.thread_view(messages, lab=lab) # a conversation as a chat, with its images
    views.citations(lab, message)        # an answer beside the passages that it cites

Live ones, for a notebook, stand where they are shown and grow or can be clicked:

    chat = views.live_chat(talk)         # chat.ask("…") in a later cell
    views.live_wire(lab)
    views.live_map(lab)
    views.live_quota(lab)                # with a Clean up button that asks first
    views.exercise("02")                 # an exercise: check it, take hints, see how far you are
    views.self_check()                   # five questions, each choice with its reason

Objects that have a picture show it as the last line of a cell: `talk.window(200)`, `talk.totals()`,
`lab.quota()`, `lab.cleanup(dry_run=True)`, `lab.wire`, a run, a reply, a message.
"""

from __future__ import annotations

from threadlab.following.explain import explain
from threadlab.widgets.citations_view import citations
from threadlab.widgets.exercise import exercise
from threadlab.widgets.live_chat import live_chat
from threadlab.widgets.live_quota import LiveQuota as live_quota
from threadlab.widgets.live_wire import LiveWire as live_wire
from threadlab.widgets.object_map import object_map
from threadlab.widgets.object_map_view import ObjectMapView as live_map
from threadlab.widgets.self_check import self_check
from threadlab.widgets.sequence_diagram import sequence_diagram
from threadlab.widgets.thread_view import thread_view
from threadlab.widgets.timeline import timeline
from threadlab.widgets.wire_panel import wire_panel

__all__ = [
    "citations",
    "exercise",
    "explain",
    "live_chat",
    "live_map",
    "live_quota",
    "live_wire",
    "object_map",
    "self_check",
    "sequence_diagram",
    "thread_view",
    "timeline",
    "wire_panel",
]
