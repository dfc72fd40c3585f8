"""Request types: the few kinds of requests that people come with, for the view from far away.

A project names its own, by words, in `request_types.toml`; a request has the type of which it has most words:

    poem = ["poem", "verse", "rhyme"]
    sum = ["add", "plus", "total"]

A request that fits none is told by its form: a question, a task, or several parts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from threadlab.errors import HistoryError
from threadlab.orchestration.learning.request_words import words_of

FILE = "request_types.toml"
_NEW_PART = re.compile(r"^\s*(?:\d+[.)]|[-*])\s|\b(?:then|after that|and also|finally)\b", re.I | re.M)


@dataclass(frozen=True, slots=True)
class RequestTypes:
    """The types by name, each with its words."""

    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str | Path) -> RequestTypes:
        """Those of a file, or of the folder that it is in; none where there is no file.

        Raises HistoryError for a file that says anything else.
        """
        path = Path(path) / FILE if Path(path).is_dir() else Path(path)
        if not path.is_file():
            return cls()
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise HistoryError(f"{path.name} is no TOML: {error}", hint='write: poem = ["verse"]') from error
        wrong = [name for name, words in told.items() if not _are_words(words)]
        if wrong:
            raise HistoryError(
                f"the type {wrong[0]!r} in {path.name} has no words", hint=f'write: {wrong[0]} = ["a word"]'
            )
        return cls(told)

    def of(self, request: str) -> str:
        """The type of a request: the first of those with most of its words, else its form."""
        asked = words_of(request)
        counts = {name: len(words_of(" ".join(words)) & asked) for name, words in self.words.items()}
        best = max(counts, key=lambda name: counts[name], default="")
        return best if best and counts[best] else form_of(request)


def form_of(request: str) -> str:
    """What kind of request it is by its form alone: "several parts", "question" or "task"."""
    if _NEW_PART.search(request):
        return "several parts"
    return "question" if request.rstrip().endswith("?") else "task"


def _are_words(words: object) -> bool:
    return isinstance(words, list) and bool(words) and all(isinstance(word, str) for word in words)
