"""Exercise 11, judged by who of a scripted team was asked, and by what came of new requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, NamedTuple

from threadlab.connect.connect import connect
from threadlab.connect.scripted_model import failing, scripted_model
from threadlab.connect.targets import Local
from threadlab.course.chance import Chance
from threadlab.course.checks import check

ROUTER, CRITIC = "router", "critic"
NO = "I cannot do that."
KINDS = ("poem", "sum", "letter", "recipe")


class Told(NamedTuple):
    """Who was asked, and what."""

    who: str
    text: str


@dataclass
class Played:
    """A team in a model's place. `names` is what the router says, in turn; the last one for ever.

    With no names it takes the worker of the first rule that it is told, else the first that was not tried.
    """

    workers: tuple[str, ...]
    names: tuple[str, ...] = ()
    skills: dict[str, str] = field(default_factory=dict)
    ill: frozenset[str] = frozenset()
    verdict: Callable[[str], str] = lambda told: "rejected" if NO in told else "accepted"
    told: list[Told] = field(default_factory=list)

    def model(self, asked: Any) -> Any:
        """Whoever the instructions name."""
        who, text = str(asked.instructions), str(asked.messages[-1].text)
        self.told.append(Told(who, text))
        if who == ROUTER:
            return self._names(text)
        if who == CRITIC:
            return self.verdict(text)
        if who in self.ill:
            return failing(f"{who} is ill")
        return f"{who} did it" if self.skills.get(who, text) in text else NO

    def _names(self, text: str) -> str:
        if self.names:
            return self.names[min(self.asked(ROUTER), len(self.names)) - 1]
        for line in text.splitlines():
            if line.startswith("Rule: "):
                return line.rpartition(" ")[2]
        tried = {line.rpartition(" ")[2] for line in text.splitlines() if line.startswith("Tried")}
        return next((name for name in self.workers if name not in tried), "")

    def asked(self, who: str) -> int:
        """How often."""
        return sum(one.who == who for one in self.told)

    @property
    def order(self) -> str:
        """Who was asked, one after another."""
        return ", ".join(one.who for one in self.told) or "nobody"


def test_who_is_named_works_and_is_judged(answer: ModuleType, chance: Chance) -> None:
    """The worker that the router names does the work, and the critic judges it"""
    workers = _names(chance)
    named = chance.choice(workers[1:])
    played = Played(workers, names=(named,))
    with _team(answer, played, chance) as team:
        tries = answer.orchestrate(team, _request(chance))
    check(
        played.order == f"{ROUTER}, {named}, {CRITIC}",
        expected=f"three runs: the router, then {named}, whom it named, then the critic, who accepted",
        seen=f"these were asked: {played.order}",
        try_next="one try is three runs; when its answer is accepted, it is over",
    )
    check(
        [tuple(one) for one in tries or ()] == [(named, f"{named} did it", True)],
        expected=f"one Try: {named}, its answer, and that it was accepted",
        seen=f"{tries!r}",
        try_next="keep a Try for each worker that you asked, and hand all of them back",
    )


def test_after_a_rejection_the_router_is_asked_again(answer: ModuleType, chance: Chance) -> None:
    """After a rejection the router is asked again, and is told who was tried"""
    workers = _names(chance)
    bad, good = chance.sample(workers, 2)
    played = Played(workers, names=(bad, good), skills={bad: "\0"})
    with _team(answer, played, chance) as team:
        answer.orchestrate(team, _request(chance))
    check(
        played.order == ", ".join((ROUTER, bad, CRITIC, ROUTER, good, CRITIC)),
        expected=f"two tries: {bad}, whose answer is rejected, then {good}, whom the router names next",
        seen=f"these were asked: {played.order}",
        try_next="go on with the next try until one is accepted",
    )
    again = [one.text for one in played.told if one.who == ROUTER][-1]
    check(
        f"accepted: {bad}" in again,
        expected=f"that the router hears in its second run that {bad} was tried",
        seen=f"it was asked: {again!r}",
        try_next="`question` takes the tries so far",
    )


def test_it_ends_in_its_budget(answer: ModuleType, chance: Chance) -> None:
    """It ends in its budget, and begins no try that it could not finish"""
    workers = _names(chance, 6)
    for most in (2, 3, chance.choice((4, 5)), chance.choice((7, 8)), 11):
        played = Played(workers, verdict=lambda told: "rejected")
        with _team(answer, played, chance, most) as team:
            answer.orchestrate(team, _request(chance))
        check(
            len(played.told) == most // 3 * 3,
            expected=f"{most // 3 * 3} runs, where {most} are allowed and everything is rejected",
            seen=f"{len(played.told)} runs: {played.order}",
            try_next="before each try, count the runs that were made: are three more allowed?",
        )


def test_a_router_in_circles_asks_nobody_twice(answer: ModuleType, chance: Chance) -> None:
    """A router that goes in circles makes nobody do the same twice"""
    workers = _names(chance)
    played = Played(workers, names=(workers[1],), verdict=lambda told: "rejected")
    with _team(answer, played, chance) as team:
        answer.orchestrate(team, _request(chance))
    worked = [one.who for one in played.told if one.who in workers]
    check(
        worked == [workers[1], workers[0], *workers[2:]],
        expected=f"each worker once: {workers[1]}, whom the router names each time, then the others",
        seen=f"these worked: {', '.join(worked)}",
        try_next="who was tried already, and who is left? The router's word counts only for those",
    )


def test_a_name_that_nobody_has_is_no_dead_end(answer: ModuleType, chance: Chance) -> None:
    """A name that nobody has is no dead end"""
    workers = _names(chance)
    unknown = chance.choice(("the wizard", "", "nobody", CRITIC))
    played = Played(workers, names=(unknown,))
    with _team(answer, played, chance) as team:
        try:
            answer.orchestrate(team, _request(chance))
            raised = ""
        except (KeyError, ValueError, IndexError) as problem:
            raised = f", then it raised {problem!r}"
    check(
        played.order == f"{ROUTER}, {workers[0]}, {CRITIC}",
        expected=f"that {workers[0]}, the first worker, is asked where the router says {unknown!r}",
        seen=f"these were asked: {played.order}{raised}",
        try_next="look whether the name is that of a worker, before you ask it",
    )


def test_a_worker_that_fails_is_not_judged(answer: ModuleType, chance: Chance) -> None:
    """A worker that fails is not judged, and the next one is asked"""
    workers = _names(chance)
    played = Played(workers, ill=frozenset(workers[:1]))
    with _team(answer, played, chance, 5) as team:
        answer.orchestrate(team, _request(chance))
    check(
        played.order == ", ".join((ROUTER, workers[0], ROUTER, workers[1], CRITIC)),
        expected=f"five runs: {workers[0]} fails, and {workers[1]} is accepted",
        seen=f"these were asked: {played.order}",
        try_next="there is nothing to judge in an empty answer; and that run of the critic is still left",
    )


def test_a_verdict_that_says_both_accepts_nothing(answer: ModuleType, chance: Chance) -> None:
    """A verdict that contradicts itself accepts nothing"""
    verdicts = {"Accepted.": True, " accepted!\n": True, "ACCEPTED": True, "rejected": False, "": False}
    both = ("Accepted? No, rejected.", "Not accepted.", "rejected, then accepted", "Unaccepted")
    for said, holds in {**verdicts, chance.choice(both): False, both[0]: False}.items():
        found = answer.is_accepted(said)
        check(
            found is holds,
            expected=f"that {said!r} counts as {'accepted' if holds else 'not accepted'}",
            seen=f"{found!r}",
            try_next="compare the whole of what was said, without the signs at its ends",
        )


def test_rules_come_from_what_was_accepted(answer: ModuleType, chance: Chance) -> None:
    """Rules come from what was accepted, and none from words that speak for two workers"""
    one, other, third = _names(chance, 3)
    poem, sum_ = chance.sample(KINDS, 2)
    done = [
        (f"please {poem} aaa", [answer.Try(other, "x", False), answer.Try(one, "x", True)]),
        (f"please {poem} bbb", [answer.Try(one, "x", True)]),
        (f"please {sum_} ccc", [answer.Try(other, "x", True)]),
        (f"please {sum_} ddd", [answer.Try(third, "x", False), answer.Try(other, "x", True)]),
        (f"{CRITIC} eee", [answer.Try(third, "x", False)]),
        (f"{CRITIC} fff", [answer.Try(third, "x", False)]),
    ]
    found = {tuple(rule) for rule in answer.learn(done) or ()}
    check(
        found == {(poem, one), (sum_, other)},
        expected=f"two rules: {poem} is for {one}, {sum_} is for {other}",
        seen=f"{sorted(found)} from {[(request, [tuple(t) for t in tries]) for request, tries in done]}",
        try_next="count only what was accepted; once may be chance, and a word of two workers says nothing",
    )


def test_learned_rules_win_on_new_requests(answer: ModuleType, chance: Chance) -> None:
    """Learned rules win on requests that they have not seen"""
    with _studying(answer, chance) as study:
        without, learned = study.done(()), study.done(study.rules)
    check(
        learned > without,
        expected=f"more than {without} of {len(study.new)} new requests done at the first try, with rules",
        seen=f"{learned} with the rules {[tuple(one) for one in study.rules]}, {without} without",
        try_next="which rules does the router hear of, for a new request? Look at what `applying` gives",
    )


def test_shuffled_rules_lose(answer: ModuleType, chance: Chance) -> None:
    """The same rules lose when they are shuffled: it is what they say that helps"""
    with _studying(answer, chance) as study:
        learned, shuffled = study.done(study.rules), study.done(study.shuffled)
    check(
        shuffled < learned,
        expected=f"fewer than {learned} of {len(study.new)} with rules that name other workers",
        seen=f"{shuffled} with shuffled rules, {learned} with those that were learned",
        try_next="go by the rules that you are given, and by nothing that was remembered elsewhere",
    )


class Study(NamedTuple):
    """What was learned, the same with other workers, and how many new requests the first try gets done."""

    rules: Sequence[Any]
    shuffled: Sequence[Any]
    new: Sequence[str]
    done: Callable[[Sequence[Any]], int]


@contextmanager
def _studying(answer: ModuleType, chance: Chance) -> Iterator[Study]:
    """Learn from two requests of each kind, which the router sends to the right worker; test on others.

    On new requests the router goes by the rules alone, and there is one try.
    """
    kinds = chance.sample(KINDS, 3)
    workers = _names(chance, len(kinds))
    right = tuple(worker for worker in workers for _ in range(2))
    played = Played(workers, names=right, skills=dict(zip(workers, kinds, strict=True)))
    cities = [chance.city() for _ in range(3)]
    with _team(answer, played, chance, 3) as team:
        seen = [f"Please, one {kind} about {city}" for kind in kinds for city in cities[:2]]
        rules = list(answer.learn([(one, answer.orchestrate(team, one)) for one in seen]) or ())
        played.names = ()
        turned = dict(zip(workers, (*workers[1:], workers[0]), strict=True))
        new = [f"A new {kind} for {cities[2]}, please" for kind in kinds]

        def done(given: Sequence[Any]) -> int:
            tries = [answer.orchestrate(team, one, given) for one in new]
            return sum(bool(one and one[-1].accepted) for one in tries)

        yield Study(rules, [rule._replace(worker=turned[rule.worker]) for rule in rules], new, done)


def _names(chance: Chance, number: int = 4) -> tuple[str, ...]:
    names = ("ada", "ben", "cleo", "dan", "eve", "finn", "gil", "hanna")
    return tuple(chance.sample(names, number))


def _request(chance: Chance) -> str:
    return f"A {chance.choice(KINDS)} about {chance.city()}"


@contextmanager
def _team(answer: ModuleType, played: Played, chance: Chance, most_runs: int = 24) -> Iterator[Any]:
    """A lab in which this team is played."""
    target = Local(seed=chance.randrange(1_000_000), pace=0)
    with connect(target=target, completer=scripted_model(played.model)) as lab:
        ids = {
            name: lab.create_agent(name=name, instructions=name).id
            for name in (ROUTER, *played.workers, CRITIC)
        }
        workers = {name: ids[name] for name in played.workers}
        yield answer.Team(lab, ids[ROUTER], workers, ids[CRITIC], most_runs)
