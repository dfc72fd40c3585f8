"""Interrupted: a consultation of the model that has not come to its end.

While a model is consulted live, the log says that it was asked and what it has said so far; the answer comes
last. If the run ends before, or whoever asked has died, what was shown becomes the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from threadlab.backend.completer.tokens import estimate
from threadlab.backend.engine.log import note
from threadlab.backend.records import Entry, Json, RunRecord
from threadlab.backend.store.sqlite import Store
from threadlab.backend.store.transaction import Transaction

GONE: Json = {
    "code": "server_error",
    "message": "whoever consulted the model for this run went away in the midst of its answer; "
    "what it had said so far is kept, and a new run asks it again",
}
"""The error of a run whose worker died after something of the answer was shown."""


def is_unanswered(run: RunRecord) -> bool:
    """Whether the model was asked for this run and has not answered yet."""
    return run.status in ("in_progress", "cancelling") and run.call > 0 and run.answer is None


def close_consultation(
    store: Store,
    change: Transaction,
    run: RunRecord,
    at: float,
    *,
    error: Json | None = None,
    reasons: Sequence[Json] = (),
) -> RunRecord:
    """Take what was shown of an unanswered consultation for its answer. Returns the run after that."""
    asked, bursts = _so_far(store.log(run_id=run.id))
    text = "".join(piece["text"] for burst in bursts for piece in burst["pieces"])
    usage = {
        "prompt_tokens": asked["prompt_tokens"],
        "completion_tokens": estimate(text) if text else 0,
        "estimated": True,
    }
    answer: Json = {
        "stand_in": asked["stand_in"],
        "reasons": list(reasons),
        "parts": [{"type": "message_creation", "usage": usage, "bursts": bursts}] if run.step_id else [],
        "error": error,
        "cut": None,
        "shown": len(bursts),
    }
    note(change, run, at, "model.answered", answer)
    after = change.get(RunRecord, run.id)
    assert after is not None
    return after


def _so_far(log: Sequence[Entry]) -> tuple[Json, list[Json]]:
    """What the log says about the newest consultation: how it was asked, and the bursts of its answer."""
    asked: Json = {}
    bursts: list[Json] = []
    for entry in log:
        if entry.kind == "model.asked":
            asked, bursts = entry.data, []
        elif entry.kind == "step.delta":
            bursts.append({"after": 0.0, "pieces": entry.data["pieces"]})
    return asked, bursts
