"""Tokens, estimated: no vocabulary is downloaded, so every number from here is an estimate.

A tokeniser of today gives about one token for four characters of English. The estimate follows the
text's pieces: a word of up to seven Latin letters is one token and each further seven one more, up to three
digits are one, a mark of punctuation is one, a line break is one, spaces belong to the word after them.
Letters of other scripts count one for two, and ideographs one each. For English prose and JSON it is usually
within a fifth of the real count; for other languages it can be further off.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

from threadlab.backend.completer.port import Request

MESSAGE_FRAME = 4
"""Tokens for each message's role and separators, as chat formats commonly spend them."""
SHORT = 500
"""Characters of a text that is remembered with thousands of others; of longer ones, fewer are."""

_PIECE = re.compile(
    r"(?P<latin>[A-Za-zÀ-ɏ]+)|(?P<digits>[0-9]+)|(?P<lines>[\r\n]+)|(?P<ideographs>[\u2e80-\u9fff\uac00-\ud7af]+)"
    r"|(?P<letters>[^\W\d_]+)|(?P<mark>[^\s])"
)
_CHARACTERS_A_TOKEN = {"latin": 7, "digits": 3, "ideographs": 1, "letters": 2, "mark": 1}


def estimate(text: str) -> int:
    """How many tokens the text is, about. Zero for an empty text."""
    return _of_message(text) if len(text) <= SHORT else _of_document(text)


def first_tokens(text: str, most: int) -> str:
    """The longest beginning of the text that is at most so many tokens."""
    spent = 0
    for found in _PIECE.finditer(text):
        tokens = _tokens(found)
        if spent + tokens > most:
            size = _CHARACTERS_A_TOKEN.get(str(found.lastgroup), 0)
            return text[: found.start() + (most - spent) * size]
        spent += tokens
    return text


def token_starts(text: str) -> list[int]:
    """Where each of the estimated tokens begins, as offsets of characters."""
    starts: list[int] = []
    for found in _PIECE.finditer(text):
        size = _CHARACTERS_A_TOKEN.get(str(found.lastgroup))
        starts += [found.start()] if size is None else range(found.start(), found.end(), size)
    return starts


def estimate_request(request: Request) -> int:
    """How many prompt tokens a request is, about: instructions, tools, messages, tool rounds."""
    tools = json.dumps([dict(tool) for tool in request.tools], default=str) if request.tools else ""
    texts = [request.instructions, tools]
    texts += [message.text for message in request.messages]
    for called in (called for group in request.rounds for called in group):
        texts += [f"{called.name} {called.arguments}", called.output]
    return sum(estimate(text) + MESSAGE_FRAME for text in texts if text)


def _count(text: str) -> int:
    return sum(_tokens(found) for found in _PIECE.finditer(text))


# A thread's messages, the agent's instructions and its tools come again with every consultation.
_of_message = lru_cache(maxsize=4096)(_count)
_of_document = lru_cache(maxsize=128)(_count)


def _tokens(found: re.Match[str]) -> int:
    size = _CHARACTERS_A_TOKEN.get(str(found.lastgroup))
    return 1 if size is None else -(-len(found.group()) // size)
