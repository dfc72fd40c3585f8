"""The benchmark of appending, as far as it needs no browser."""

from __future__ import annotations

import pytest

from benchmarks import appending


def test_without_a_browser_the_bytes_are_measured_and_the_rest_is_said_to_be_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An append is small at every length; its peer sends the whole conversation."""
    monkeypatch.setattr(appending, "CHROMIUM", None)
    monkeypatch.setattr(appending, "LENGTHS", (1, 50))
    found = appending.report(1)
    size = {(one["contestant"], one["messages"]): one["overhead"] for one in found.content["appends"]}
    ours = {length: size["threadlab live chat", length] for length in (1, 50)}
    assert ours[50] - ours[1] <= 2  # a place of two digits
    assert size[appending.PEER, 50] > 3 * size[appending.PEER, 1] > ours[50]
    assert [goal.is_met for goal in found.goals] == [True, None]
    assert "no Chromium" in found.notes[0]
