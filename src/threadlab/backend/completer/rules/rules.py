"""The rules completer: the first rule of the table that answers, and its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

from threadlab.backend.completer.port import Piece, Reason, Request, Text
from threadlab.backend.completer.rules.formats import dress
from threadlab.backend.completer.rules.reading import Reading
from threadlab.backend.completer.rules.table import RULES

_CHUNK = re.compile(r"\s*\S{1,8}|\s+")


class Rules:
    """A stand-in for a model. The same request has the same answer, and every answer its reason."""

    stand_in = "rule-based stand-in"
    instant = True

    def complete(self, request: Request) -> Iterator[Piece]:
        """The reason first, then either calls or the text in chunks of about a word."""
        reading = Reading(request)
        rule, answer = next((rule, found) for rule in RULES if (found := rule.answer(reading)) is not None)
        yield Reason(rule.name, answer.because)
        yield from answer.calls
        if not answer.calls:
            yield from (Text(chunk) for chunk in _CHUNK.findall(dress(answer, reading)))
