"""The pictures, as type checkers and editors see them: `views.py` loads them late."""

from threadlab.following.explain import explain
from threadlab.widgets.cards.citations_view import citations
from threadlab.widgets.cards.live_chat import live_chat
from threadlab.widgets.cards.live_quota import LiveQuota as live_quota
from threadlab.widgets.cards.thread_view import thread_view
from threadlab.widgets.exercises.exercise import exercise
from threadlab.widgets.exercises.self_check import self_check
from threadlab.widgets.orchestrating.live_board import LiveBoard as live_board
from threadlab.widgets.orchestrating.live_lanes import LiveLanes as live_lanes
from threadlab.widgets.orchestrating.rating_form import RatingForm as rating
from threadlab.widgets.orchestrating.task_board import task_board
from threadlab.widgets.orchestrating.ticket_lanes import ticket_lanes
from threadlab.widgets.runs.timeline import timeline
from threadlab.widgets.user_runs.event_scrubber import EventScrubber as event_scrubber
from threadlab.widgets.user_runs.history_picker import HistoryPicker as history_tree
from threadlab.widgets.user_runs.run_folder_view import RunFolderView as run_folder
from threadlab.widgets.user_runs.user_run_pages import UserRunPages as user_runs
from threadlab.widgets.user_runs.user_run_sequence import user_run_sequence
from threadlab.widgets.wire.live_wire import LiveWire as live_wire
from threadlab.widgets.wire.object_map import object_map
from threadlab.widgets.wire.object_map_view import ObjectMapView as live_map
from threadlab.widgets.wire.sequence_diagram import sequence_diagram
from threadlab.widgets.wire.wire_panel import wire_panel

__all__ = [
    "citations",
    "event_scrubber",
    "exercise",
    "explain",
    "history_tree",
    "live_board",
    "live_chat",
    "live_lanes",
    "live_map",
    "live_quota",
    "live_wire",
    "object_map",
    "rating",
    "run_folder",
    "self_check",
    "sequence_diagram",
    "task_board",
    "thread_view",
    "ticket_lanes",
    "timeline",
    "user_run_sequence",
    "user_runs",
    "wire_panel",
]
