"""The clock tool: the service's time, in words."""

from __future__ import annotations

import json

import pytest

from threadlab.objects.time import Time
from threadlab.tools.clock_tool import clock_tool


def test_the_time_is_the_services_and_not_the_computers(clock: Time) -> None:
    """It moves when that clock moves."""
    get_current_time = clock_tool(clock)
    assert get_current_time.answer("").output == "2023-11-14T22:13:20+00:00"
    clock.sleep(60)
    assert get_current_time() == "2023-11-14T22:14:20+00:00"


def test_time_zones_are_known_by_their_names(clock: Time) -> None:
    """With the offset of that day."""
    get_current_time = clock_tool(clock)
    assert get_current_time("Europe/Paris") == "2023-11-14T23:13:20+01:00"
    assert get_current_time("utc") == "2023-11-14T22:13:20+00:00"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "Europe", "../../etc/passwd", "/etc/passwd", "a\0b"])
def test_an_unknown_zone_is_a_clear_failure(clock: Time, zone: str) -> None:
    """As data, with an example of a good name."""
    outcome = clock_tool(clock).answer(json.dumps({"timezone": zone}))
    assert not outcome.ok
    error = json.loads(outcome.output)["error"]
    assert error["message"].startswith("there is no time zone")
    assert "Europe/Paris" in error["hint"]


def test_the_model_sees_one_optional_argument(clock: Time) -> None:
    """The name that lessons use, and a described parameter."""
    function = clock_tool(clock).definition["function"]
    assert function["name"] == "get_current_time"
    assert function["parameters"]["required"] == []
    assert "IANA" in function["parameters"]["properties"]["timezone"]["description"]
