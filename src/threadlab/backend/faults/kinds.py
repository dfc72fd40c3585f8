"""The kinds of faults, as one table: what each does, and what can be set with its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Strikes = Literal["request", "response", "answer", "move"]
Setting = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `strikes` is what it waits for: a request before it is handled, the response to one, an
    answer of the model, or the engine's next move with a run.

    `where` is the operation that it strikes unless another is named; only requests and responses have one.
    `options` are its own settings, each with its default.
    """

    name: str
    strikes: Strikes
    about: str
    where: str = ""
    options: Mapping[str, Setting] = field(default_factory=dict)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("delay", "response", "the answer comes late, by `seconds`", "read run", {"seconds": 5.0}),
        Kind(
            "429",
            "request",
            "refused as too many requests, with `Retry-After`; nothing was done (0 sends no such header)",
            "create run",
            {"retry_after": 1.0},
        ),
        Kind(
            "500",
            "request",
            "refused with a server error; nothing was done",
            "create run",
            {"message": "The server had an error while processing your request."},
        ),
        Kind("drop", "request", "the connection is cut before any answer; nothing was done", "read run"),
        Kind(
            "drop_stream",
            "response",
            "the connection is cut in the midst of a stream, after `events` events; the run goes on",
            "stream",
            {"events": 3},
        ),
        Kind(
            "unknown_status",
            "response",
            "the run is reported with a status that no client knows; the run itself is not touched",
            "read run",
            {"status": "awaiting_capacity"},
        ),
        Kind(
            "lost_outputs",
            "request",
            "tool outputs are acknowledged and never arrive: the run goes on waiting for them",
            "submit",
        ),
        Kind(
            "model_error",
            "answer",
            "the model fails, and so does the run",
            options={"message": "The model had an error while processing the request."},
        ),
        Kind(
            "rate_limit",
            "answer",
            "the model's quota is used up, and the run fails with rate_limit_exceeded",
            options={"message": "Rate limit is exceeded. Try again in 20 seconds."},
        ),
        Kind("bad_arguments", "answer", "the model writes tool arguments that are no JSON"),
        Kind(
            "wrong_tool",
            "answer",
            "the model calls a tool that nobody gave it",
            options={"name": "no_such_tool"},
        ),
        Kind("empty_answer", "answer", "the model answers with neither text nor calls, and the run fails"),
        Kind(
            "stuck",
            "move",
            "the run stays queued for `seconds`, or with 0 until its time is up",
            options={"reason": "the model deployment has no capacity free", "seconds": 0.0},
        ),
        Kind(
            "expire",
            "move",
            "the run's time is up early, `seconds` after it was created",
            options={"seconds": 5.0},
        ),
        Kind(
            "crash",
            "move",
            "the worker dies when `step` steps of the run have ended; another takes over after `lease` "
            "seconds. With `kill` the whole process dies by SIGKILL",
            options={"step": 0, "lease": 30.0, "kill": False},
        ),
    )
}
