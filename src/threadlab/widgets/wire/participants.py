"""Participants: who takes part in a run, from left to right, and what one says to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from threadlab.widgets.drawing.status_look import StatusLook

TOOLS = "your tools"
YOU = "your code"
SERVICE = "service"
ENGINE = "engine"
MODEL = "model"
SERVER_TOOLS = "server tools"

PARTICIPANTS: Mapping[str, str] = {
    TOOLS: "functions that your code runs",
    YOU: "with the SDK",
    SERVICE: "what answers requests",
    ENGINE: "moves the run",
    MODEL: "reads and writes",
    SERVER_TOOLS: "run by the service",
}
"""Each with what it is, in the order in which they are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing said, at Unix seconds; with a `look`, not said but a status that the run took.

    `back` is the answer where it came at once, `detail` quoted text. An `is_look` asks how far the run is;
    several are told as one, up to the instant `until`. `numbers` are those of the requests.
    """

    at: float
    sender: str
    receiver: str
    words: str
    detail: str = ""
    back: str = ""
    answers: bool = False
    bad: bool = False
    is_look: bool = False
    until: float | None = None
    numbers: tuple[int, ...] = ()
    look: StatusLook | None = None
