"""Views: every picture of threadlab under one name each, beside the facade.

    from threadlab import views

    views.sequence_diagram(lab, run)     # who said what to whom in a run
    views.wire_panel(lab)                # every request; `lab.wire` shows itself so, too
    views.timeline(lab, run)             # what happened, and what the looks saw
    views.explain(run)                   # where time and tokens went, as a waterfall
    views.object_map(lab)                # who holds what
    views.thread_view(messages, lab=lab) # a conversation as a chat, with its images
    views.citations(lab, message)        # an answer beside the passages that it cites
    views.ticket_lanes(history)          # what was asked, what tools promised, what came by itself
    views.task_board(user_run)           # who worked on it, what was decided beside what was said
    views.user_run_sequence(user_run)    # who said what to whom in a user run: you, agents, tools

Live ones, for a notebook, stand where they are shown and grow or can be clicked:

    chat = views.live_chat(talk)         # chat.ask("…") in a later cell
    board = views.live_board(main)       # in `with`: on_event=board.look shows who is at work, and why
    lanes = views.live_lanes(history)    # history.attending(on_event=lanes.look) draws them again
    views.live_wire(lab)
    views.live_map(lab)
    views.live_quota(lab)                # with a Clean up button that asks first
    views.exercise("02")                 # an exercise: check it, take hints, see how far you are
    views.self_check()                   # five questions, each choice with its reason
    views.user_runs(branch)              # one user run at a time: next, previous, go to
    views.history_tree(history)          # the tree: a press plans a rerun, two stand side by side
    views.rating(user_run)               # stars and a comment, for it or for one decision in it
    views.event_scrubber(user_run)       # walk over its log, every state folded again from the disk
    views.run_folder(context)            # a flow's folder, growing while it runs; from a node again

Objects that have a picture show it as the last line of a cell: `talk.window(200)`, `talk.totals()`,
`lab.quota()`, `lab.cleanup(dry_run=True)`, `lab.wire`, a run, a reply, a message; a user run, a branch, a
history, a plan, `a.compare(b)`, `user_run.context_bar`, and every table of a history.

Each is loaded when it is first used; type checkers and editors read the same names in `views.pyi`.
"""

from __future__ import annotations

from threadlab.lazy_names import lazy_names

_HOMES = {
    "citations": ("threadlab.widgets.cards.citations_view", "citations"),
    "event_scrubber": ("threadlab.widgets.user_runs.event_scrubber", "EventScrubber"),
    "exercise": ("threadlab.widgets.exercises.exercise", "exercise"),
    "explain": ("threadlab.following.explain", "explain"),
    "history_tree": ("threadlab.widgets.user_runs.history_picker", "HistoryPicker"),
    "live_board": ("threadlab.widgets.orchestrating.live_board", "LiveBoard"),
    "live_chat": ("threadlab.widgets.cards.live_chat", "live_chat"),
    "live_lanes": ("threadlab.widgets.orchestrating.live_lanes", "LiveLanes"),
    "live_map": ("threadlab.widgets.wire.object_map_view", "ObjectMapView"),
    "live_quota": ("threadlab.widgets.cards.live_quota", "LiveQuota"),
    "live_wire": ("threadlab.widgets.wire.live_wire", "LiveWire"),
    "object_map": ("threadlab.widgets.wire.object_map", "object_map"),
    "rating": ("threadlab.widgets.orchestrating.rating_form", "RatingForm"),
    "run_folder": ("threadlab.widgets.user_runs.run_folder_view", "RunFolderView"),
    "self_check": ("threadlab.widgets.exercises.self_check", "self_check"),
    "sequence_diagram": ("threadlab.widgets.wire.sequence_diagram", "sequence_diagram"),
    "task_board": ("threadlab.widgets.orchestrating.task_board", "task_board"),
    "thread_view": ("threadlab.widgets.cards.thread_view", "thread_view"),
    "ticket_lanes": ("threadlab.widgets.orchestrating.ticket_lanes", "ticket_lanes"),
    "timeline": ("threadlab.widgets.runs.timeline", "timeline"),
    "user_run_sequence": ("threadlab.widgets.user_runs.user_run_sequence", "user_run_sequence"),
    "user_runs": ("threadlab.widgets.user_runs.user_run_pages", "UserRunPages"),
    "wire_panel": ("threadlab.widgets.wire.wire_panel", "wire_panel"),
}

__all__ = sorted(_HOMES)


__getattr__, __dir__ = lazy_names(__name__, _HOMES, __all__)
