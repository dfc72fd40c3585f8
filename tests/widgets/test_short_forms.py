from __future__ import annotations

import pytest

from threadlab.widgets.drawing.short_forms import clipped, first_line, pretty_text, seconds, short_id


def test_an_id_keeps_its_prefix_and_six_characters() -> None:
    """Enough to tell two apart, little enough to read."""
    assert short_id("run_7fKq2LmZp4RtXw9s") == "run_7fKq2L…"


def test_a_path_has_each_of_its_ids_shortened_and_nothing_else() -> None:
    """Words of the path stay whole."""
    path = "/threads/thread_h3Jk9QwErTy5/runs/run_7fKq2LmZp4Rt/submit_tool_outputs"
    assert short_id(path) == "/threads/thread_h3Jk9Q…/runs/run_7fKq2L…/submit_tool_outputs"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0 ms"),
        (0, "under 1 s"),
        (3, "3 s"),
        (0.0124, "12 ms"),
        (0.9996, "1.00 s"),
        (1.254, "1.25 s"),
        (59.996, "1 min 00 s"),
        (125, "2 min 05 s"),
    ],
)
def test_seconds_are_said_as_a_person_would(value: float, said: str) -> None:
    """Milliseconds, seconds, minutes, without 60 seconds or 1000 ms ever showing."""
    assert seconds(value) == said


def test_arguments_that_are_no_json_are_shown_as_the_model_wrote_them() -> None:
    """A model's mistake is worth seeing."""
    assert pretty_text('{"city": ') == '{"city": '


def test_long_json_takes_several_lines() -> None:
    """One key a line once it is longer than a line."""
    assert pretty_text('{"text": "' + "a" * 80 + '"}').count("\n") == 2


def test_what_is_left_out_is_counted() -> None:
    """A clipped text never looks whole."""
    assert clipped("a" * 12, longest=10) == "aaaaaaaaaa\n… 2 more characters"


def test_a_first_line_has_no_line_breaks() -> None:
    """Several lines become one, cut at its end."""
    assert first_line("one\n two   three", longest=9) == "one two …"
