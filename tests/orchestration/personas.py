"""Personas: who speaks in a model's place, so that teams can be watched without any model.

    lab = connect(seed=7, completer=playing(orchestrator=policy_reader, writer=says("The tide is high.")))
    writer = lab.create_agent(name="writer", instructions="You are writer. ...")

A persona is a function of what its model is asked: a few rules. It plays the agent whose instructions begin
"You are <name>". `policy_reader` decides as the policy says, and as what it is told was learned. The others
are good or bad at something, and some are traps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from threadlab.connect.scripted_model import Answer, Asked, Completer, calling, failing, scripted_model

Persona = Callable[[Asked], Answer]

_RULE = re.compile(
    r'^- (?:"(?P<word>[^"]+)"|(?P<otherwise>otherwise)|(?P<fails>if it fails)): (?P<then>.+)$', re.M
)
_THEN = re.compile(r"^(?P<way>\w+)(?: with (?P<who>[^;]+))?(?:; (?P<more>.*))?$")
_LEARNED = re.compile(
    r"^- \[(?P<id>[^\]]+)\] (?:for requests with (?P<words>[^:]+): )?.*?"
    r"\b(?P<advice>prefer|avoid) (?P<dimension>agent|pattern) (?P<subject>[\w.-]+)",
    re.M,
)
_ROSTER = re.compile(r"^- (?P<name>[\w.-]+): .*\(model (?P<model>[^,)]+)", re.M)
_PATTERN = re.compile(r"^- (?P<name>[\w.-]+) \((?P<way>\w+)[^)]*\): ", re.M)
_MODEL = re.compile(r"^- (?P<model>[\w.-]+): good at (?P<good>[^;\n]+)", re.M)


def playing(**personas: Persona) -> Completer:
    """The model of a lab in which each agent is played by the persona of its name; others repeat."""

    def answer(asked: Asked) -> Answer:
        found = re.match(r"You are (?:the )?([\w-]+)", asked.instructions)
        name = found.group(1).replace("-", "_") if found else ""
        return personas.get(name, repeats)(asked)

    return scripted_model(answer)


def policy_reader(asked: Asked) -> Answer:
    """An orchestrator that decides by the rules in its policy, one a line:

        - "poem": review with writer, critic
        - "sum": answer_directly with whoever is good at sums; temperature 0
        - if it fails: answer_directly with helper
        - otherwise: answer_directly with helper

    A learning that applies goes before them. What completed is the answer: it stops there.
    """
    prompt = asked.messages[-1].text
    told, request = asked.instructions, request_in(prompt)
    news = prompt.partition("What came of it:\n")[2]
    failed = bool(re.search(r"^\d+\. .*: (failed|incomplete)", prompt, re.M))
    if news and not failed:
        return calling("stop", reasoning="What came of it answers the request.", looked_at=["request"])
    if not news and (learned := _learned(told, request)) is not None:
        return learned
    for rule in _RULE.finditer(told):
        applies = rule["fails"] if failed else rule["otherwise"] or (rule["word"] or "\0") in request
        if applies:
            return _chosen(rule["then"], told, f"The policy says so: {rule.group(0)[2:]}")
    return calling("stop", reasoning="No rule of the policy applies.", answer="I cannot do that.")


def request_in(prompt: str) -> str:
    """The user's request in what an orchestrator or a member of a team is asked."""
    return prompt.rpartition("The request:\n")[2].partition("\n\n")[0]


def says(text: str) -> Persona:
    """Always says the same."""
    return lambda asked: text


def repeats(asked: Asked) -> Answer:
    """Says what it was told last."""
    return asked.messages[-1].text


def fails(message: str = "the worker is ill") -> Persona:
    """Never answers: its runs fail."""
    return lambda asked: failing(message)


def chooses(*choices: Any) -> Persona:
    """An orchestrator that makes these choices one after another, and the last one for ever."""
    numbers = count()

    def choose(asked: Asked) -> Answer:
        answer: Answer = choices[min(next(numbers), len(choices) - 1)]
        return answer

    return choose


def writes(text: str) -> Persona:
    """Writes the text; a draft that was criticised comes back with the words that the critic asked for."""

    def write(asked: Asked) -> Answer:
        wanted = re.findall(r'must hold "([^"]+)"', asked.messages[-1].text)
        return " ".join((text, *wanted))

    return write


def wants(word: str) -> Persona:
    """A critic that accepts what holds the word."""

    def criticise(asked: Asked) -> Answer:
        draft = asked.messages[-1].text.partition(" said:\n")[2].partition("\n\n")[0]
        return "accepted" if word in draft else f'It must hold "{word}".'

    return criticise


def hands_on(to: str, task: str = "") -> Persona:
    """Hands on to somebody else whatever was handed to it."""

    def hand(asked: Asked) -> Answer:
        may = any(one.get("function", {}).get("name") == "hand_on" for one in asked.tools)
        return calling("hand_on", agent=to, task=task) if may and asked.call == 1 else "That is not for me."

    return hand


@dataclass(frozen=True, slots=True)
class _Chosen:
    way: str
    who: tuple[str, ...]


def _chosen(then: str, told: str, reasoning: str, learnings: tuple[str, ...] = ()) -> Answer:
    """The tool call of a rule: a way or a pattern, and who works."""
    found = _THEN.match(then.strip())
    if found is None:
        return "This rule cannot be read."
    chosen = _Chosen(found["way"], tuple(_who(found["who"] or "", told)))
    shared: dict[str, Any] = {"reasoning": reasoning, "looked_at": ["request"]}
    if learnings:
        shared["learnings"] = list(learnings)
    if (more := re.search(r"temperature ([\d.]+)", found["more"] or "")) is not None:
        shared["parameters"] = {"temperature": float(more[1])}
    if chosen.way in {one["name"] for one in _PATTERN.finditer(told)}:
        return calling("use_pattern", pattern=chosen.way, **shared)
    return calling(chosen.way, **_arguments(chosen), **shared)


def _arguments(chosen: _Chosen) -> dict[str, Any]:
    match chosen.way, chosen.who:
        case (("answer_directly" | "hand_off"), (agent, *_)):
            return {"agent": agent}
        case "review", (writer, critic, *_):
            return {"writer": writer, "critic": critic}
        case "debate", (*members, judge):
            return {"members": [{"member": one} for one in members], "judge": judge}
        case (("run_sequence" | "run_parallel"), members):
            return {"members": [{"member": one} for one in members]}
        case _:
            return {}


def _who(names: str, told: str) -> Iterator[str]:
    for name in filter(None, (one.strip() for one in names.split(","))):
        if name.startswith("whoever is good at "):
            yield from _good_at(name.removeprefix("whoever is good at "), told)
        else:
            yield name


def _good_at(what: str, told: str) -> Iterator[str]:
    """The first agent whose model is noted to be good at it; without such a note, the first agent."""
    good = {one["model"] for one in _MODEL.finditer(told) if what in one["good"]}
    roster = [(one["name"], one["model"]) for one in _ROSTER.finditer(told)]
    yield next((name for name, model in roster if model in good), roster[0][0])


def _learned(told: str, request: str) -> Answer | None:
    """What a learning leads to: the first that applies and names somebody or something that there is."""
    names = [one["name"] for one in _ROSTER.finditer(told)]
    for one in _LEARNED.finditer(told):
        words = [word.strip() for word in (one["words"] or "").split(",") if word.strip()]
        if words and not any(word in request.casefold() for word in words):
            continue
        subject, is_good = one["subject"], one["advice"] == "prefer"
        others = [name for name in names if name != subject]
        reasoning = f"Learning {one['id']} says: {one['advice']} {subject}."
        if one["dimension"] == "agent" and (is_good or others):
            agent = subject if is_good else others[0]
            return _chosen(f"answer_directly with {agent}", told, reasoning, (one["id"],))
        if one["dimension"] == "pattern" and is_good:
            return _chosen(f"{subject} with {', '.join(names)}", told, reasoning, (one["id"],))
    return None
