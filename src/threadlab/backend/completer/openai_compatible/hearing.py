"""Hearing: the chunks of a streamed answer → pieces.

Text passes as it comes. A tool call comes in fragments, many of them at once under numbers, and is handed on
when the answer is over. Servers differ in small things, and what is known of them is allowed for here:
some number every call 0 and tell them apart by id alone (Ollama does), some send a call in one
fragment without a number, some give the arguments as an object.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openai.types.chat import ChatCompletionChunk

from threadlab.backend.completer.port import Call, Cut, ModelError, Piece, Reason, Spent, Text

THOUGHTS = ("reasoning_content", "reasoning")
"""Where servers put what a model thinks before it speaks: no part of the answer, but a sign of life."""


@dataclass(slots=True)
class Fragments:
    """A tool call as far as it has come."""

    index: int | None
    id: str
    name: str = ""
    arguments: str = ""


class Hearing:
    """One answer while it is heard. `began` once the first token came."""

    def __init__(self, model: str) -> None:
        self.began = False
        self._model = model
        self._answering = model
        self._calls: list[Fragments] = []
        self._finish: str | None = None
        self._spent: Spent | None = None

    def pieces(self, chunk: object) -> Iterator[Piece]:
        """What a chunk adds that can be shown at once. Raises ModelError for what is no chunk."""
        if not isinstance(chunk, ChatCompletionChunk):
            raise ModelError(f"the endpoint sent something that is no part of an answer: {chunk!r:.80}")
        self._answering = getattr(chunk, "model", None) or self._answering
        if usage := getattr(chunk, "usage", None):
            self._spent = Spent(usage.prompt_tokens or 0, usage.completion_tokens or 0)
        for choice in getattr(chunk, "choices", None) or ():
            self._finish = getattr(choice, "finish_reason", None) or self._finish
            if delta := getattr(choice, "delta", None):
                yield from self._added(delta)

    def rest(self) -> Iterator[Piece]:
        """What can only be said when the stream is over. Raises ModelError if the answer is not whole."""
        if self._finish is None:
            when = "in the midst of its answer" if self.began else "before it said anything"
            raise ModelError(f"the endpoint ended the stream {when}")
        if self._finish == "content_filter":
            raise ModelError("the endpoint's content filter stopped the answer")
        if self._answering != self._model:
            yield Reason("", f"it answered as {self._answering}")
        yield from (Call(call.name, call.arguments or "{}") for call in self._calls)
        if self._spent:
            yield self._spent
        if self._finish == "length":
            yield Cut("max_completion_tokens")

    def _added(self, delta: Any) -> Iterator[Piece]:
        text = getattr(delta, "content", None) or getattr(delta, "refusal", None)
        calls = getattr(delta, "tool_calls", None) or ()
        if text or calls or any(getattr(delta, name, None) for name in THOUGHTS):
            self.began = True
        if isinstance(text, str) and text:
            yield Text(text)
        for fragment in calls:
            self._grow(fragment)

    def _grow(self, fragment: Any) -> None:
        index, id = getattr(fragment, "index", None), getattr(fragment, "id", None) or ""
        call = next((call for call in reversed(self._calls) if call.index == index), None)
        if call is None or (id and id != call.id):
            call = Fragments(index, id)
            self._calls.append(call)
        function = getattr(fragment, "function", None)
        call.name = call.name or getattr(function, "name", None) or ""
        arguments = getattr(function, "arguments", None) or ""
        call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)
