"""The rules of talk: given words, courtesies, small sums, explanations, and what is beyond a rule."""

from __future__ import annotations

import math
import re

from threadlab.backend.completer.port import Request
from threadlab.backend.completer.rules import knowledge
from threadlab.backend.completer.rules.choosing import NO_TOOLS
from threadlab.backend.completer.rules.formats import exact_words
from threadlab.backend.completer.rules.reading import Answer, Reading
from threadlab.backend.completer.rules.values import expressions, in_signs
from threadlab.backend.completer.rules.words import human, sentences

EXPLAINS = "explain agents, threads, messages, runs, run steps and tools"
LONGEST_ECHO = 200


def abilities(request: Request) -> str:
    """What the stand-in can do, with the tools that it was given."""
    given = {tool.get(key) for tool in request.tools for key in ("type", "hosted")}
    hosted = [does for kind, does in knowledge.HOSTED.items() if kind in given]
    can = ["call your function tools", *hosted, "recall what you tell me in this thread", "do small sums"]
    return f"I can {', '.join(can)}, and {EXPLAINS}."


def exact_text(reading: Reading) -> Answer | None:
    """The message, or else the instructions, give the very words."""
    given = None if reading.request.rounds else exact_words(reading.message, reading.request.instructions)
    return Answer(f"the {given[0]} gave exactly these words", given[1], verbatim=True) if given else None


def courtesy(reading: Reading) -> Answer | None:
    """The message greets, thanks or asks who answers, and little else."""
    for courtesy in knowledge.COURTESIES:
        if re.search(courtesy["pattern"], reading.message, re.I):
            text = courtesy["text"].format(abilities=abilities(reading.request))
            return Answer(f"the message {courtesy['does']}", text)
    return None


def small_sum(reading: Reading) -> Answer | None:
    """The message holds arithmetic, and no tool was there for it."""
    for found in expressions(in_signs(reading.message)):
        from simpleeval import simple_eval  # noqa: PLC0415

        try:
            result = simple_eval(found.text, functions={"sqrt": math.sqrt, "abs": abs, "round": round})
            shown = f"{result:.10g}" if isinstance(result, float) else str(result)
        except Exception:  # whatever cannot be worked out is for another rule
            continue
        return Answer("the message holds arithmetic, and no tool fits", f"{found.text} = {shown}.", shown)
    return None


def explanation(reading: Reading) -> Answer | None:
    """The message asks about a subject of the knowledge table."""
    if not (named := knowledge.subjects(NO_TOOLS.sub("", reading.message))):
        return None
    text = knowledge.explain(named)
    terse = re.search(r"\b(?:terse|brief|concise|short)\b", reading.request.instructions, re.I)
    if terse and "sentence" not in reading.message:
        text = " ".join(sentences(text)[:2])
    return Answer(f"the message asks about {human(named[:2])}", text)


def honest_limit(reading: Reading) -> Answer | None:
    """No other rule knew an answer."""
    said = reading.message
    said = said if len(said) <= LONGEST_ECHO else f"{said[:LONGEST_ECHO]}…"
    can = abilities(reading.request)
    text = f"You wrote: “{said}” As a rule-based stand-in I cannot answer that. {can}"
    return Answer("no other rule fits the message", text, "unknown")
