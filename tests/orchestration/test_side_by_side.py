"""Side by side: work that waits at the same time, on one thread."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Future
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from threadlab.backend.clock import VirtualClock
from threadlab.history.work.interruption import Paused, Stopped
from threadlab.history.work.passing import done_now
from threadlab.objects.event import Wait
from threadlab.orchestration.side_by_side import side_by_side

Work = Generator[Any, None, str]


def waits(name: str, *seconds: float) -> Work:
    """Work that takes its time."""
    for each in seconds:
        yield Wait(each)
    return name


def raises(problem: BaseException) -> Work:
    """Work that ends otherwise, after a second."""
    yield Wait(1.0)
    raise problem


def never() -> bool:
    """Nobody wants its end."""
    return False


def test_it_takes_as_long_as_the_longest() -> None:
    """And a team within a team waits with the rest."""
    clock = VirtualClock()
    began = clock.now()
    inner = side_by_side({"x": waits("x", 2.0), "y": waits("y", 3.0)}, clock)
    both: Any = {"long": waits("long", 1.0, 4.0), "inner": inner}
    assert done_now(side_by_side(both, clock), clock, never) == {
        "long": "long",
        "inner": {"x": "x", "y": "y"},
    }
    assert clock.now() - began == 5.0


@given(some.lists(some.integers(1, 9), min_size=1, max_size=6), some.integers(1, 4))
def test_no_more_begin_than_may_begin_and_all_come_to_their_end(seconds: list[int], most: int) -> None:
    """What is held back begins when another is over; the first is never held back."""
    clock = VirtualClock()
    under_way: set[str] = set()
    seen: list[int] = []

    def work(name: str, long: int) -> Work:
        under_way.add(name)
        seen.append(len(under_way))
        yield Wait(float(long))
        under_way.remove(name)
        return name

    works = {f"{n}": work(f"{n}", long) for n, long in enumerate(seconds)}
    results = done_now(side_by_side(works, clock, lambda others: others < most), clock, never)
    assert list(results) == list(works) and max(seen) == min(most, len(seconds))
    none_at_all = {f"{n}": work(f"{n}", long) for n, long in enumerate(seconds)}
    assert len(done_now(side_by_side(none_at_all, clock, lambda others: False), clock, never)) == len(seconds)


@given(some.lists(some.lists(some.floats(0.0, 9.0), max_size=4), min_size=1, max_size=5))
def test_the_time_is_that_of_the_longest_whatever_the_waits(waiting: list[list[float]]) -> None:
    """And each has its own result."""
    clock = VirtualClock()
    began = clock.now()
    works = {f"{n}": waits(f"{n}", *seconds) for n, seconds in enumerate(waiting)}
    assert done_now(side_by_side(works, clock), clock, never) == {name: name for name in works}
    assert clock.now() - began == pytest.approx(max(map(sum, waiting)), abs=1e-3)


@pytest.mark.parametrize(
    ("problems", "first"),
    [
        ([ValueError("bad"), Paused("1.ask")], Paused),
        ([Paused("1.ask"), Stopped("cancelled", "enough")], Stopped),
        ([ValueError("bad"), KeyError("worse")], ValueError),
    ],
)
def test_what_one_raises_is_raised_when_the_others_are_over(
    problems: list[BaseException], first: type[BaseException]
) -> None:
    """A stop goes before a pause, and a pause before an error; no work is left half done."""
    clock, done = VirtualClock(), []

    def slow() -> Work:
        yield Wait(9.0)
        done.append("slow")
        return "slow"

    works = {"slow": slow(), **{f"{n}": raises(one) for n, one in enumerate(problems)}}
    with pytest.raises(first):
        done_now(side_by_side(works, clock), clock, never)
    assert done == ["slow"]


def test_something_real_wakes_whoever_waits_for_it() -> None:
    """A tool that is done counts, while the clock stands still."""
    clock, tool = VirtualClock(), Future[str]()

    def waits_for_it() -> Work:
        yield Wait(30.0, tool)
        return tool.result()

    def gives_it() -> Work:
        yield Wait(0.0)
        tool.set_result("the output")
        return "given"

    works = {"waits": waits_for_it(), "gives": gives_it()}
    assert done_now(side_by_side(works, clock), clock, never)["waits"] == "the output"


def test_whoever_leaves_closes_all_of_it() -> None:
    """A generator that is no longer drawn from lets go of what it holds."""
    clock, closed = VirtualClock(), []

    def held() -> Work:
        try:
            yield Wait(1.0)
        finally:
            closed.append("held")
        return ""

    work = side_by_side({"a": held(), "b": held()}, clock)
    next(work)
    work.close()
    assert closed == ["held", "held"]
