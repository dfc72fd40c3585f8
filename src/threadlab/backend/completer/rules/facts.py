"""Facts: what the user told in this thread, read anew from its messages each time. Nothing else is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from threadlab.backend.completer.port import Said
from threadlab.backend.completer.rules.words import sentences, stem

_VERBS = "hate|need|have|own|want|play|study|speak|use"
_LIKES = "like|love|prefer|enjoy"
_PROPER = r"(?-i:[A-ZÀ-Þ])[\w'’-]+"
_TOLD = (
    (r"(?:you can |please )?call me (?P<value>[^\W\d][\w '’-]{0,40})", "name", "your name is {value}"),
    (r"(?:i am|i'm) (?P<value>\d+)(?: years? old)?", "age", "you are {value} years old"),
    (r"i (?:live|stay) (?:in|at|near) (?P<value>.+)", "live", "you live in {value}"),
    (r"(?:i am|i'm|i come) from (?P<value>.+)", "from", "you are from {value}"),
    (r"i work (?P<value>(?:as|at|for|in|on) .+)", "work", "you work {value}"),
    (rf"i (?:really )?(?P<verb>{_LIKES}) (?P<value>.+)", "like", "you {verb} {value}"),
    (rf"i (?P<key>{_VERBS}) (?P<value>.+)", "", "you {key} {value}"),
    (r"my (?P<key>[\w '’-]{1,40}?) (?:is|are|was) (?:now )?(?P<value>.+)", "", "your {key} is {value}"),
    (r"the (?P<key>[\w '’-]{1,40}?) (?:is|are|was) (?:now )?(?P<value>.+)", "", "the {key} is {value}"),
    (rf"(?:i am|i'm)(?: called)? (?P<value>{_PROPER}(?: {_PROPER})*)", "name", "your name is {value}"),
)
"""What tells a fact, under which key, and how it is said again."""
_LEAD = r"(?:(?:hi|hello|hey|well|so|ok|okay|and|but|also|actually|no|please|by the way)\W+)*"
_REMEMBER = (
    r"(?P<keep>(?:can you |could you )?(?:remember|note|keep in mind|don'?t forget)(?: that|:| this:)?\s+)?"
)
_WHAT = (
    r"(?:what(?:['’]s| is| was| are| were)|(?:which|when|who|where)(?:['’]s| is| are)|tell me"
    r"|do you (?:know|remember))"
)
_JOINT = re.compile(r",?\s+and\s+(?=(?:i|my|the)\s)|;\s*|,\s+(?=(?:i|my)\s)", re.I)
_ASKED = (
    (r"where (?:do|did) i (live|work)|where (?:am) i (from)", r"\1\2"),
    (r"how old am i", "age"),
    (r"(?:who am i|what am i called)", "name"),
    (rf"what (?:do|did) i (?:{_LIKES})", "like"),
    (rf"what (?:do|did) i ({_VERBS})", r"\1"),
    (rf"{_WHAT} (?:my|the) ([\w '’-]+?)(?: again| i (?:told|gave) you| please)*", r"\1"),
)
"""What asks for a fact, and for which key."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing told: its key ("favourite colour"), its value ("green") and the sentence that says it."""

    key: str
    value: str
    saying: str


def told(messages: Iterable[Said]) -> list[Fact]:
    """All facts told by the user, oldest first."""
    return [fact for message in messages if message.role == "user" for fact in facts_in(message.text)]


def facts_in(text: str) -> Iterator[Fact]:
    """The facts that a text tells; questions tell none."""
    for clause in (c for s in sentences(text) if not s.endswith("?") for c in _JOINT.split(s)):
        opening = re.match(_LEAD + _REMEMBER, clause, re.I)
        statement = clause[opening.end() :] if opening else clause
        for pattern, key, saying in _TOLD:
            if found := re.match(rf"{pattern}\s*[.!]*$", statement, re.I):
                parts = {"key": key, **found.groupdict()}
                parts["value"] = parts["value"].strip(" .!\"'“”")
                if parts["value"]:
                    yield Fact(parts["key"], parts["value"], saying.format(**parts))
                break
        else:
            if opening and opening["keep"] and (kept := statement.strip(" .!")):
                yield Fact(kept, kept, kept)


def asked(message: str) -> str | None:
    """The key that the message asks for ("name" in "What is my name?"); None if it asks for nothing told."""
    opening = rf"^{_LEAD}(?:(?:can|could|do) you (?:tell me|remember|know)\s+(?=wh|how))?"
    for sentence in sentences(message):
        spoken = re.sub(opening, "", sentence, flags=re.I)
        for pattern, key in _ASKED:
            if found := re.match(rf"{pattern}\s*[?.!]*$", spoken, re.I):
                return found.expand(key).strip()
    return None


def recall(facts: list[Fact], key: str) -> Fact | None:
    """The latest fact whose key has all the words asked for, an equal key before a longer one."""
    sought = _stems(key)
    fitting = [fact for fact in facts if sought and sought <= _stems(fact.key)]
    return next(reversed([fact for fact in fitting if sought == _stems(fact.key)] or fitting), None)


def latest(facts: Iterable[Fact]) -> list[Fact]:
    """The facts, each key once with its latest value; what one likes adds up."""
    adding = ("like", *_VERBS.split("|"))
    return list({fact.saying if fact.key in adding else fact.key.lower(): fact for fact in facts}.values())


def _stems(key: str) -> frozenset[str]:
    british = key.lower().replace("favorite", "favourite").replace("color", "colour")
    return frozenset(stem(word) for word in re.findall(r"[^\W_]+", british) if word not in ("my", "the", "s"))
