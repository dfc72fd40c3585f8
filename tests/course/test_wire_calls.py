"""Requests in the service's words."""

from __future__ import annotations

import re

from threadlab.backend.app import ROUTES
from threadlab.course.wire_calls import read_calls
from threadlab.objects.wire_entry import WireEntry

OURS = ("/events", "/openapi.json")
"""What only this backend has; no exercise is judged by it."""


def test_every_route_of_the_service_has_words_of_its_own_and_knows_its_ids() -> None:
    """A verb and a noun, never the method and path; and the ids of agent, thread and run."""
    routes = [route for route in ROUTES if not route.path.endswith(OURS)]
    paths = [re.sub(r"<(\w+)>", r"the_\1", route.path) for route in routes]
    calls = read_calls(
        WireEntry(number=number, method=route.method, path=f"{path}?limit=2")
        for number, (route, path) in enumerate(zip(routes, paths, strict=True), start=1)
    )
    assert [call.words for call in calls if "/" in call.words] == []
    assert len({call.words for call in calls}) == len(routes) > 20
    for call, path in zip(calls, paths, strict=True):
        ids = {call.agent_id, call.thread_id, call.run_id} - {None}
        assert ids == set(re.findall(r"the_(?:assistant|thread|run)_id", path)), path
