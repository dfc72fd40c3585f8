from __future__ import annotations

from dataclasses import replace

from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.runs.request_lines import line_text, request_lines

POLL = WireEntry(number=1, method="GET", path="/threads/t/runs/r", status=200, response={"status": "queued"})


def test_an_answer_seen_before_is_told_by_its_number() -> None:
    """Ten polls that saw nothing new do not fill the page ten times."""
    first, second, third = request_lines([POLL, replace(POLL, number=2), replace(POLL, number=3)])
    assert first.response
    assert (second.response, second.same_as) == ("", 1)
    assert third.same_as == 1


def test_another_answer_to_the_same_request_is_shown() -> None:
    """Only the very same JSON counts as the same."""
    later = replace(POLL, number=2, response={"status": "completed"})
    assert request_lines([POLL, later])[1].same_as is None


def test_a_request_without_an_answer_says_why() -> None:
    """No status is not an empty place."""
    (line,) = request_lines(
        [replace(POLL, status=None, response=None, error="connection refused", attempt=3)]
    )
    assert not line.ok
    assert line_text(line).endswith("connection refused  0 ms  attempt 3")
