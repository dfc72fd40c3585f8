"""Knowledge: what the stand-in can say by heart, read from `knowledge.toml`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

_TABLES = tomllib.loads(Path(__file__).with_name("knowledge.toml").read_text(encoding="utf-8"))
SUBJECTS: dict[str, str] = {subject: text.replace("\n", " ") for subject, text in _TABLES["subjects"].items()}
HOSTED: dict[str, str] = _TABLES["hosted"]
COURTESIES: list[dict[str, str]] = _TABLES["courtesies"]
_SPOKEN: dict[str, str] = {**{subject: subject for subject in SUBJECTS}, **_TABLES["other_words"]}
_ASKS = (
    r"\?|\b(?:what|how|why|when|which|where|explain|describe|tell me|talk about|difference|define|teach)\b"
)


def subjects(message: str) -> list[str]:
    """The subjects that the message asks about, in its order; none if it asks for no explanation."""
    left, found = message.lower() if re.search(_ASKS, message, re.I) else "", []
    for spoken in sorted(_SPOKEN, key=len, reverse=True):
        pattern = rf"\b{re.escape(spoken)}(?:s|es|d|ed|ling|led)?\b"
        if match := re.search(pattern, left):
            found.append((match.start(), _SPOKEN[spoken]))
            left = re.sub(pattern, lambda m: " " * len(m[0]), left)
    named = list(dict.fromkeys(subject for _, subject in sorted(found)))
    beside = len(named) > 1 and not re.search(r"\b(?:difference|between|and|or|vs)\b", message, re.I)
    return [subject for subject in named if subject != "run"] if beside else named


def explain(named: list[str]) -> str:
    """The explanation of a subject, or the first half of each of several."""
    if len(named) == 1:
        return SUBJECTS[named[0]]
    return " ".join(". ".join(SUBJECTS[name].split(". ")[:2]).rstrip(".") + "." for name in named[:2])
