"""Exercise 2, judged by scripts under a clock that only sleeping moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType

from threadlab.course.chance import Chance
from threadlab.course.checks import CheckFailed, check
from threadlab.objects.run import STATUSES

LIVE = ("queued", "in_progress", "cancelling")
FINAL = tuple(name for name, status in STATUSES.items() if status.is_terminal)
MOST_LOOKS_AT_ONCE = 3
LONGEST = 2.0


@dataclass(frozen=True)
class Seen:
    """A run as it was at one look."""

    status: str


@dataclass
class FakeClock:
    """Time that passes only in `sleep`, and in between when a script lets it."""

    at: float = 1_000_000.0
    give_up: float = math.inf
    naps: list[float] = field(default_factory=list)

    def now(self) -> float:
        """Seconds."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let them pass."""
        check(
            seconds >= 0,
            expected="a sleep of no negative length",
            seen=f"{seconds:g} seconds",
            try_next="work out what is left until the deadline before you sleep",
        )
        self.at += seconds
        self.naps.append(seconds)
        check(
            self.at < self.give_up,
            expected="an end of the waiting once the deadline has passed",
            seen=f"after {len(self.naps)} sleeps, far past the deadline, it is still waiting",
            try_next="compare the clock with the time at which you began, each time round",
        )


@dataclass
class Script:
    """A run that has each status for some seconds; the last one stays."""

    clock: FakeClock
    story: tuple[tuple[str, float], ...]
    looks: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.began = self.clock.now()

    @property
    def ends(self) -> float:
        """When its last status begins, in seconds from its beginning."""
        return sum(seconds for _, seconds in self.story[:-1])

    def look(self) -> Seen:
        """The run as it is now."""
        now = self.clock.now()
        self.looks.append(now)
        check(
            self.looks.count(now) <= MOST_LOOKS_AT_ONCE,
            expected="some time between one look and the next",
            seen=f"{self.looks.count(now)} looks at one and the same instant",
            try_next="between two looks let the clock's time pass: each look is a request, and someone pays",
        )
        return Seen(self._status(now - self.began))

    def _status(self, elapsed: float) -> str:
        for status, seconds in self.story[:-1]:
            if elapsed < seconds:
                return status
            elapsed -= seconds
        return self.story[-1][0]

    def stream(self, reports: int, drop: bool = False) -> Iterator[Seen]:
        """The first reports of a stream, which then ends, or breaks."""
        for status, seconds in self.story[:reports]:
            yield Seen(status)
            self.clock.at += seconds
        if drop:
            raise ConnectionError("the connection was lost")


def test_each_known_status_asks_for_the_right_thing(answer: ModuleType, chance: Chance) -> None:
    """Each of the nine statuses asks for one thing: to wait, to answer, or to stop"""
    moves = {**dict.fromkeys(LIVE, "wait"), "requires_action": "answer", **dict.fromkeys(FINAL, "stop")}
    for status in chance.sample(sorted(moves), len(moves)):
        seen = _attempt(answer, partial(answer.next_move, status))
        check(
            seen == moves[status],
            expected=f"for {status!r} ({STATUSES[status].meaning}): {moves[status]!r}",
            seen=f"{seen!r}",
            try_next="sort the nine by one question: will it change by itself, by you, or never again?",
        )


def test_an_unknown_status_is_an_error(answer: ModuleType, chance: Chance) -> None:
    """A status that nobody knows is an error, not an end"""
    for status in (f"paused_{chance.number()}", "", "Completed", "complete"):
        seen = _attempt(answer, partial(answer.next_move, status))
        check(
            seen == "UnknownStatus",
            expected=f"an UnknownStatus for {status!r}: a service may learn new words tomorrow",
            seen=f"{seen!r}",
            try_next="name all nine that you know; whatever is left over gets the error",
        )


def test_time_passes_between_looks(answer: ModuleType, chance: Chance) -> None:
    """Time passes between two looks, more each time, and never more than LONGEST"""
    clock = FakeClock()
    script = Script(clock, (("queued", 1.0), ("in_progress", chance.uniform(20, 40)), ("completed", 0.0)))
    _attempt(answer, partial(answer.wait_for, script.look, clock, 1000.0))
    naps = clock.naps
    check(
        bool(naps) and naps[0] <= 0.5 and max(naps) > 2 * naps[0] and naps[:-1] == sorted(naps[:-1]),
        expected="a short first wait, and longer ones after it",
        seen=f"waits of {_listed(naps)} s",
        try_next="keep the length of the next wait in a variable, and let it grow as you go round",
    )
    check(
        max(naps) <= LONGEST + 1e-6,
        expected=f"no wait longer than {LONGEST:g} s, or the end is seen late",
        seen=f"a wait of {max(naps):g} s",
        try_next="let the waits grow only up to a ceiling",
    )


def test_every_end_is_handed_back(answer: ModuleType, chance: Chance) -> None:
    """A run is handed back however it ends, and also when it waits for you"""
    for final in (*FINAL, "requires_action"):
        clock = FakeClock()
        before = ("queued", "cancelling") if final == "cancelled" else ("queued", "in_progress")
        story = (*((status, chance.uniform(0.1, 5)) for status in before), (final, 0.0))
        script = Script(clock, story)
        seen = _attempt(answer, partial(answer.wait_for, script.look, clock, 100.0))
        check(
            seen == Seen(final),
            expected=f"the run, after {_words(story)}",
            seen=f"{seen!r}",
            try_next="do not list the ways out one by one: go on only while the status asks for waiting",
        )


def test_the_deadline_is_kept(answer: ModuleType, chance: Chance) -> None:
    """The deadline is kept to one wait, neither ignored nor anticipated"""
    for _ in range(20):
        deadline = chance.uniform(0.05, 40)
        clock = FakeClock()
        clock.give_up = clock.at + deadline + 5 * LONGEST
        script = Script(clock, (("queued", 1.0), (chance.choice(LIVE), 0.0)))
        seen = _attempt(answer, partial(answer.wait_for, script.look, clock, deadline))
        took = clock.now() - script.began
        check(
            seen == "TooLate" and deadline - 1e-6 <= took <= deadline + LONGEST + 1e-6,
            expected=f"TooLate after {deadline:.2f} s, and at most one wait later",
            seen=f"{seen!r} after {took:.2f} s",
            try_next="raise it yourself when the clock says that no time is left",
        )


def test_random_scripts_end_as_they_must(answer: ModuleType, chance: Chance) -> None:
    """500 random runs end in the right outcome, with few looks, and without delay"""
    for _ in range(500):
        clock = FakeClock()
        story = _random_story(chance)
        script = Script(clock, story)
        deadline = chance.uniform(1, 120)
        clock.give_up = clock.at + deadline + 5 * LONGEST
        seen = _attempt(answer, partial(answer.wait_for, script.look, clock, deadline))
        took = clock.now() - script.began
        _check_outcome(story, deadline, seen, script.ends, took)
        most = 12 + took / LONGEST * 2
        check(
            len(script.looks) <= most,
            expected=f"at most {most:.0f} looks in {took:.1f} s",
            seen=f"{len(script.looks)} looks at {_words(story)}",
            try_next="waits that grow quickly to their ceiling need few looks",
        )


def test_a_stream_that_breaks_is_no_end(answer: ModuleType, chance: Chance) -> None:
    """A stream that breaks, or ends too early, is not the end of the run"""
    for _ in range(200):
        clock = FakeClock()
        story = _random_story(chance)
        script = Script(clock, story)
        reports, drop = chance.randint(0, len(story)), chance.random() < 0.5
        clock.give_up = clock.at + 1000
        seen = _attempt(
            answer,
            partial(answer.wait_on_stream, script.stream(reports, drop), script.look, clock, 900.0),
        )
        _check_outcome(story, 900.0, seen, script.ends, clock.now() - script.began, streamed=True)


def test_the_streams_time_counts(answer: ModuleType, chance: Chance) -> None:
    """The time that a stream took counts against the deadline"""
    for _ in range(20):
        clock, deadline = FakeClock(), chance.uniform(10, 20)
        script = Script(
            clock, (("queued", chance.uniform(2, 4)), ("in_progress", deadline), ("in_progress", 0.0))
        )
        clock.give_up = clock.at + 4 * deadline
        seen = _attempt(
            answer,
            partial(answer.wait_on_stream, script.stream(2, True), script.look, clock, deadline),
        )
        took = clock.now() - script.began
        check(
            seen == "TooLate" and took <= deadline + 4 + LONGEST,
            expected=f"TooLate when the stream is over: it took {script.ends:.1f} s of {deadline:.1f}",
            seen=f"{seen!r}, {took - script.ends:.1f} s after the stream was over",
            try_next="only what is left of the deadline is there for what comes after the stream",
        )


def _random_story(chance: Chance) -> tuple[tuple[str, float], ...]:
    live = [(chance.choice(LIVE), chance.uniform(0.01, 30)) for _ in range(chance.randint(1, 5))]
    last = chance.choice([*FINAL, "requires_action", f"paused_{chance.number()}"])
    return (*live, (last, 0.0))


def _check_outcome(
    story: tuple[tuple[str, float], ...],
    deadline: float,
    seen: object,
    ends: float,
    took: float,
    streamed: bool = False,
) -> None:
    last = story[-1][0]
    right = Seen(last) if last in STATUSES else "UnknownStatus"
    if ends > deadline:
        right = "TooLate"
    late = not streamed and seen != "TooLate" and took - ends > LONGEST + 1e-6
    check(
        seen == right and not late,
        expected=f"{right!r} for {_words(story)}, seen at most one wait after it came",
        seen=f"{seen!r} after {took:.1f} s",
        try_next=(
            "a stream's end says nothing of the run: look at it yourself, and ask what its status asks for"
            if streamed
            else "go through it by hand: which status stands there at each look, and what does it ask for?"
        ),
    )


def _attempt(answer: ModuleType, action: Callable[[], object]) -> object:
    """What it gives, or the name of the exercise's own error that it raises."""
    try:
        return action()
    except (answer.TooLate, answer.UnknownStatus) as error:
        return type(error).__name__
    except ConnectionError as error:
        raise CheckFailed(
            expected="a broken stream is survived",
            seen=f"ConnectionError: {error}",
            try_next="the run goes on without the stream: catch the error, and look for yourself",
        ) from error


def _words(story: tuple[tuple[str, float], ...]) -> str:
    return " → ".join(f"{status} {seconds:.1f} s" if seconds else status for status, seconds in story)


def _listed(naps: list[float]) -> str:
    return ", ".join(f"{nap:g}" for nap in naps[:8]) or "none"
