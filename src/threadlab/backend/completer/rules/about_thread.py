"""The rules about the thread: what the user told in it and asked in it."""

from __future__ import annotations

import re

from threadlab.backend.completer.rules import facts
from threadlab.backend.completer.rules.reading import Answer, Reading
from threadlab.backend.completer.rules.words import human

_EARLIER = (
    r"what (?:was|is) my (first|last|previous) (?:question|message)|what did i (?:just |first )?(?:ask|say)"
)
_ALL = r"\bwhat (?:have|did) we (?:talk|discuss)|\bsumm\w+\b.*\b(?:conversation|thread|chat)"
_KNOWN = r"what (?:do|can|did) you (?:still )?(?:remember|know)(?: about me)?\b|what did i tell you"


def empty_thread(reading: Reading) -> Answer | None:
    """Nobody has said anything."""
    text = "Hello. There is no message yet; what can I do for you?"
    return None if reading.message else Answer("the thread has no text from a user", text)


def recalled_fact(reading: Reading) -> Answer | None:
    """The message asks for something that was told in this thread."""
    key = None if reading.request.rounds else facts.asked(reading.message)
    if not key or not (fact := facts.recall(reading.told, key)):
        return None
    saying = f"{fact.saying[:1].upper()}{fact.saying[1:]}."
    return Answer(f"“{key}” was asked for, and a message of this thread tells it", saying, fact.value)


def history(reading: Reading) -> Answer | None:
    """The message asks what was said before in this thread."""
    said = reading.said_before
    if (asked := re.search(_EARLIER, reading.message, re.I)) and said:
        text = said[0] if "first" in asked[0].lower() else said[-1]
        return Answer("the message asks for an earlier message of this thread", f"You said: “{text}”", text)
    if not re.search(_ALL, reading.message, re.I):
        return None
    listed = "\n".join(f"- {text}" for text in said) or "- nothing before this message"
    return Answer("the message asks for the thread's history", f"So far you said:\n{listed}")


def all_facts(reading: Reading) -> Answer | None:
    """The message asks for everything that was told."""
    if not re.search(_KNOWN, reading.message, re.I):
        return None
    known = "; ".join(fact.saying for fact in facts.latest(reading.told))
    text = (
        f"You told me this in the thread: {known}." if known else "You have told me nothing in this thread."
    )
    return Answer("the message asks for what was told in this thread", text)


def fact_told(reading: Reading) -> Answer | None:
    """The message tells a fact and asks nothing."""
    told = list(facts.facts_in(reading.message))
    if not told or "?" in reading.message:
        return None
    if told[0].key == "name":
        return Answer("the message tells a name", f"Nice to meet you, {told[0].value}.", told[0].value)
    said = human([fact.saying for fact in told])
    return Answer(
        "the message tells a fact", f"Noted: {said}. I can read it in this thread whenever you ask.", "noted"
    )


def unknown_fact(reading: Reading) -> Answer | None:
    """The message asks for something of the user's own that was not told."""
    key = facts.asked(reading.message)
    if not key or not re.search(r"\b(?:my|i|was the|were the)\b", reading.message, re.I):
        return None
    because = f"“{key}” was asked for, and no message of this thread tells it"
    return Answer(because, f"You have not told me that in this thread ({key}).", "unknown")
