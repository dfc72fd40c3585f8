"""The plan: a whole answer of the model, cut into bursts that are revealed one after another.

A burst is as much of the answer as becomes visible at one instant. An answer has one part for a message
and one for tool calls, in that order if it has both; each part becomes a run step. A model that counts its
own tokens counts them for the whole answer: they stand in its last part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from threadlab.backend.completer.port import Call, ModelError, Piece, Reason, Spent, Text
from threadlab.backend.completer.tokens import estimate
from threadlab.backend.engine.limits import Kept, cost
from threadlab.backend.ids import Ids

Json = dict[str, Any]

THINKING = 0.8
"""Seconds between asking the model and its first burst."""
A_PIECE = 0.05
"""Seconds that the model takes for each piece of text."""
A_CALL = 0.3
"""Seconds that the model takes to write a tool call."""
MOST_BURSTS = 40
"""A long answer comes in larger bursts, not in more of them: each is a write of the whole message."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said, sorted: pieces of text, tool calls, why, and the tokens if it counted them.

    Of an answer that was cut, `is_counted` tells whether the model's count is one of what was kept.
    """

    texts: tuple[Text, ...]
    calls: tuple[Call, ...]
    reasons: tuple[Reason, ...]
    spent: Spent | None
    is_counted: bool = True


def sort_pieces(pieces: Iterable[Piece], kept: Kept) -> Answer:
    """Draw all pieces and sort them. Raises ModelError for an answer that says nothing and was not cut."""
    drawn = list(pieces)
    spent = next((piece for piece in drawn if isinstance(piece, Spent)), None)
    answer = Answer(
        texts=tuple(piece for piece in drawn if isinstance(piece, Text) and piece.text),
        calls=tuple(piece for piece in drawn if isinstance(piece, Call)),
        reasons=tuple(piece for piece in drawn if isinstance(piece, Reason)),
        spent=spent,
        is_counted=spent is not None and kept.counts(spent),
    )
    if not answer.texts and not answer.calls and not kept.cut:
        raise ModelError("the model answered with neither text nor tool calls")
    return answer


def plan(answer: Answer, prompt_tokens: int, ids: Ids, *, at_once: bool) -> list[Json]:
    """The parts of an answer with their bursts; `at_once` makes one burst of each part.

    A part is `{"type", "usage", "bursts": [{"after": seconds since the one before, "pieces"}]}`. The
    prompt is counted once, in the first part.
    """
    parts: list[Json] = []
    if answer.texts:
        tokens = estimate("".join(text.text for text in answer.texts))
        parts.append(_part("message_creation", _text_bursts(answer.texts), tokens))
    if answer.calls:
        parts.append(_part("tool_calls", _call_bursts(answer.calls, ids), sum(map(cost, answer.calls))))
    if at_once:
        for part in parts:
            pieces = [piece for burst in part["bursts"] for piece in burst["pieces"]]
            part["bursts"] = [{"after": 0.0, "pieces": pieces}]
    if not parts:
        return parts
    if answer.spent:
        prompt_tokens = answer.spent.prompt_tokens
    if answer.spent and answer.is_counted:
        for part in parts:
            part["usage"] |= {"completion_tokens": 0, "estimated": False}
        parts[-1]["usage"]["completion_tokens"] = answer.spent.completion_tokens
    parts[0]["usage"]["prompt_tokens"] = prompt_tokens
    parts[0]["bursts"][0]["after"] += THINKING
    return parts


def part_of(parts: Sequence[Json], shown: int) -> tuple[int, int]:
    """Where the next burst stands when `shown` were revealed: the number of its part, and in the part."""
    for number, part in enumerate(parts):
        if shown < len(part["bursts"]):
            return number, shown
        shown -= len(part["bursts"])
    return len(parts) - 1, len(parts[-1]["bursts"])


def spent_so_far(part: Json, shown: int) -> Json:
    """The usage of a part that was stopped when so many of its bursts were revealed: an estimate."""
    if shown >= len(part["bursts"]):
        return dict(part["usage"])
    pieces = [piece for burst in part["bursts"][:shown] for piece in burst["pieces"]]
    text = "".join(piece.get("text") or piece.get("arguments", "") for piece in pieces)
    return {**part["usage"], "completion_tokens": estimate(text) if text else 0, "estimated": True}


def text_piece(text: Text) -> Json:
    """A piece of text as the log keeps it. An annotation that is about none of its words is left out."""
    about = [dict(annotation) for annotation in text.annotations if annotation.get("text", "") in text.text]
    return {"text": text.text, "annotations": about} if about else {"text": text.text}


def _part(type: str, bursts: list[Json], tokens: int) -> Json:
    return {
        "type": type,
        "usage": {"prompt_tokens": 0, "completion_tokens": tokens, "estimated": True},
        "bursts": bursts,
    }


def _text_bursts(texts: Sequence[Text]) -> list[Json]:
    size = max(3, ceil(len(texts) / MOST_BURSTS))
    groups = [texts[start : start + size] for start in range(0, len(texts), size)]
    return [
        {"after": round(A_PIECE * len(group), 3), "pieces": [text_piece(text) for text in group]}
        for group in groups
    ]


def _call_bursts(calls: Sequence[Call], ids: Ids) -> list[Json]:
    return [
        {
            "after": A_CALL,
            "pieces": [
                {"index": index, "id": ids.new("call"), "name": call.name, "arguments": ""},
                {"index": index, "arguments": call.arguments},
            ],
        }
        for index, call in enumerate(calls)
    ]
