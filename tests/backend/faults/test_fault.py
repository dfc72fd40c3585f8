"""A fault as data and as text."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlab.backend.app import ROUTES, Route
from threadlab.backend.faults.fault import Fault, FaultError, parse_all
from threadlab.backend.faults.faults import Faults, faults_of_run
from threadlab.backend.faults.kinds import KINDS
from threadlab.backend.faults.operations import OPERATIONS, Operation
from threadlab.backend.local import Backend
from threadlab.backend.wire.bodies import Body, NewAgent, NewMessage, NewRun, NewThreadAndRun
from threadlab.backend.wire.file_bodies import StoredFileChanges
from threadlab.backend.wire.http import Request
from threadlab.backend.wire.search_bodies import NewSearch


def test_the_text_of_the_command_line_says_kind_place_and_options() -> None:
    """The form that learners type."""
    fault = Fault.parse("429:create run:times=2:retry_after=1.5")
    assert (fault.kind, fault.where, fault.times, fault["retry_after"]) == ("429", "create run", 2, 1.5)
    assert Fault.parse("stuck").times == 1
    assert Fault.parse("500:times=always").times is None
    assert Fault.parse("stuck:reason=quota: none left")["reason"] == "quota: none left"


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    """Any fault."""
    kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    where = draw(st.sampled_from(["", "any", *OPERATIONS, "GET /threads/*"])) if kind.where else ""
    options: dict[str, Any] = {}
    for name, default in kind.options.items():
        if draw(st.booleans()):
            options[name] = draw(
                st.booleans()
                if isinstance(default, bool)
                else st.integers(0, 99)
                if isinstance(default, int | float)
                else st.text("abc :,", min_size=1).map(str.strip).filter(bool)
            )
    when = {"times": st.none() | st.integers(1, 9), "skip": st.integers(0, 9), "every": st.integers(1, 9)}
    return Fault.of(kind.name, where, **{name: draw(value) for name, value in when.items()}, **options)


@given(faults())
def test_a_fault_is_the_same_after_text_json_and_pickle(fault: Fault) -> None:
    """So it can be typed, sent and given to another process."""
    assert Fault.parse(str(fault)) == fault
    assert Fault.from_json(json.loads(json.dumps(fault.as_json()))) == fault
    assert pickle.loads(pickle.dumps(fault)) == fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stcuk", "did you mean stuck"),
        ("429:create rnu", "there is no request 'create rnu' .did you mean create run"),
        ("429:create run:often=2", "has no option 'often'; it has retry_after, times"),
        ("429:times=many", "times is 'many'; it is a number"),
        ("429:times=-1", "at least 0"),
        ("429:times=0", "at least 1"),
        ("delay:chance=2", "between 0 and 1"),
        ("stuck:read run", "strikes no request"),
        ("crash:kill=perhaps", "yes or no"),
        ("429:read run:again", "is no option"),
        ("", "there is no fault ''"),
    ],
)
def test_what_is_no_fault_is_refused_with_what_there_is(text: str, said: str) -> None:
    """Before anything is changed."""
    with pytest.raises(FaultError, match=said):
        Fault.parse(text)


def test_several_faults_stand_on_lines_or_between_semicolons() -> None:
    """For a run's metadata and for the command line."""
    assert [fault.kind for fault in parse_all("429; stuck\n\ndelay:any")] == ["429", "stuck", "delay"]


def test_a_runs_metadata_cannot_kill_the_process() -> None:
    """Whoever may start a run may not stop a server."""
    with pytest.raises(FaultError, match="kill"):
        faults_of_run("crash:kill=yes")


BODIES: dict[type[Body], dict[str, Any]] = {
    NewAgent: {"model": "m"},
    NewMessage: {"role": "user", "content": "x"},
    NewRun: {"assistant_id": "asst_1"},
    NewThreadAndRun: {"assistant_id": "asst_1"},
    StoredFileChanges: {"attributes": {}},
    NewSearch: {"query": "x"},
}
"""What must be sent where a body has fields that must be there."""


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    """A backend with nothing in it: a request is struck before anybody looks."""
    backend = Backend.seeded(1)
    yield backend
    backend.close()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_request_has_a_name_by_which_it_can_be_made_to_fail(backend: Backend, route: Route) -> None:
    """One name; it strikes that request and no other."""
    (name,) = [name for name, routes in OPERATIONS.items() if f"{route.method} {route.path}" in routes]
    body = json.dumps(BODIES.get(route.body, {}) if route.body else {}).encode()
    request = Request(route.method, "/v1" + re.sub("<.*?>", "x", route.path), body=body)
    for other in OPERATIONS:
        backend.faults.add(Fault.of("429" if other == name else "500", other))
    try:
        assert backend.handle(request).status == 429
        assert backend.handle(request).status not in (429, 500)
    finally:
        backend.faults.clear()


def test_every_operation_is_a_route_of_the_app() -> None:
    """A name that matches nothing would never strike."""
    routes = {f"{route.method} {route.path}" for route in ROUTES}
    assert {each for names in OPERATIONS.values() for each in names} == routes


def strikes(text: str, occasions: int = 10) -> list[int]:
    """Which of so many occasions a fault strikes, counted from 1."""
    force = Faults([Fault.parse(text)])
    return [n for n in range(1, occasions + 1) if force.strike("request", lambda fault: True)]


@pytest.mark.parametrize(
    ("text", "struck"),
    [
        ("429", [1]),
        ("429:times=3", [1, 2, 3]),
        ("429:skip=2", [3]),
        ("429:every=3:times=always", [1, 4, 7, 10]),
        ("429:skip=1:every=4:times=2", [2, 6]),
        ("429:times=always:chance=0", []),
    ],
)
def test_times_skip_and_every_choose_the_occasions(text: str, struck: list[int]) -> None:
    """First N times, every nth, after so many."""
    assert strikes(text) == struck


def test_chance_is_seeded() -> None:
    """Some, and the same ones each time."""
    text = "429:times=always:chance=0.5:seed=3"
    assert 0 < len(strikes(text, 40)) < 40
    assert strikes(text, 40) == strikes(text, 40)


def test_a_fault_of_one_run_leaves_the_others_alone() -> None:
    """By the run's id, or brought along in its metadata."""
    force = Faults([Fault.parse("stuck:run=run_1")])
    assert not force.strike("move", lambda fault: True, "run_2")
    assert force.strike("move", lambda fault: True, "run_1")
    metadata = {"threadlab.fault": "stuck"}
    assert force.strike("move", lambda fault: True, "run_3", metadata)
    assert not force.strike("move", lambda fault: True, "run_3", metadata)
    assert force.strike("move", lambda fault: True, "run_4", metadata)


def test_a_fault_that_struck_often_enough_is_active_no_more_and_can_be_taken_back() -> None:
    """What `active` shows is what can still happen."""
    fault = Fault.parse("429")
    force = Faults([fault])
    assert force.active == (fault,)
    force.strike("request", lambda each: True)
    assert not force.active
    force.add(fault)
    force.remove(fault)
    force.remove(fault)
    force.add(fault)
    force.clear()
    assert not force.active


@pytest.mark.parametrize(
    ("where", "fits"),
    [
        ("any", True),
        ("stream", False),
        ("create run", True),
        ("read run", False),
        ("POST /threads/*/runs", True),
        ("GET /threads/*/runs", False),
        ("POST /threads/*/messages", False),
    ],
)
def test_a_place_is_a_name_or_a_method_with_a_pattern(where: str, fits: bool) -> None:
    """Matched against the route, or against the path itself."""
    operation = Operation("POST /threads/<thread_id>/runs", "/threads/thread_1/runs")
    assert operation.is_named(where) is fits
