"""Judging in a process of its own."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from threadlab.course.catalogue import Lesson, read_catalogue
from threadlab.course.judge_report import begun_line, ended_line, outcome_line, place_in, read_report
from threadlab.course.judge_start import JudgeProcess
from threadlab.course.judging import Judging, judge_apart
from threadlab.course.verdict import Outcome
from threadlab.errors import CourseError

WHOLE = (
    begun_line("It adds")
    + outcome_line(Outcome("It adds", False, "a sum", "0 «ü»", "plus", printed="x\ny"))
    + begun_line("It adds large numbers")
    + ended_line(1)
)


@pytest.fixture
def lesson(mini_course: Path) -> Lesson:
    """The tiny lesson, without an exercise yet."""
    return read_catalogue(mini_course).lessons[0]


def test_a_verdict_comes_back_whole_from_the_other_process(lesson: Lesson) -> None:
    """With every outcome, and with what was printed on the way; threads left behind do not matter."""
    lesson.exercise.write_text(
        "import threading\n"
        "threading.Thread(target=threading.Event().wait).start()\n"
        "def add(a, b):\n    print('adding', a)\n    return a + min(b, 999)\n"
    )
    before = threading.active_count()
    verdict = judge_apart(lesson)
    assert [outcome.passed for outcome in verdict.outcomes] == [True, True]
    assert verdict.outcomes[1].printed == f"adding {10**20}\n"
    assert threading.active_count() == before


@pytest.mark.parametrize("body", ["while True: pass", "__import__('time').sleep(60)"])
def test_an_exercise_that_never_comes_back_is_stopped_and_told_with_its_line(
    lesson: Lesson, body: str
) -> None:
    """Whether it is busy or asleep: neither can keep the watchdog from looking."""
    lesson.exercise.write_text(f"def add(a, b):\n    {body}\n")
    (outcome,) = judge_apart(lesson, limit=0.3).outcomes
    assert outcome.sentence == "Two numbers are added"
    assert "within 0.3 s" in outcome.seen
    assert "line 2 of 01_adding.py, in add" in outcome.seen
    assert "way out" in outcome.try_next


def test_an_exercise_that_ends_python_is_told_and_not_taken_for_a_pass(lesson: Lesson) -> None:
    """With the checks that it passed before."""
    lesson.exercise.write_text("import os\ndef add(a, b):\n    return a + b if a < 9999 else os._exit(0)\n")
    first, second = judge_apart(lesson).outcomes
    assert first.passed and not second.passed
    assert "exit status 0" in second.seen


def test_a_judging_can_be_left_at_any_time(lesson: Lesson) -> None:
    """Its process and its folder are gone then."""
    process = JudgeProcess()
    with Judging(lesson, process=process) as judging:
        assert judging.look().verdict is None
    assert process.process.poll() is not None
    assert not process.folder.exists()


def test_a_process_that_cannot_judge_is_an_error(lesson: Lesson) -> None:
    """Told with its last words."""
    process = JudgeProcess()
    process.process.kill()
    process.process.wait()
    with (
        Judging(lesson, process=process) as judging,
        pytest.raises(CourseError, match="before its first check"),
    ):
        judging.look()


def test_a_report_can_be_read_at_any_instant_while_it_is_written() -> None:
    """Cut anywhere, it is the beginning of the same report."""
    whole = read_report(WHOLE)
    assert (whole.ended, whole.outcomes[0].seen) == (1, "0 «ü»")
    for length in range(len(WHOLE)):
        part = read_report(WHOLE[:length])
        assert part.ended is None
        assert part.outcomes == whole.outcomes[: len(part.outcomes)]
    assert read_report(WHOLE[: -len(ended_line(1))]).under_way == "It adds large numbers"


def test_the_place_is_the_innermost_line_of_the_answer() -> None:
    """Not one of a library that it called, nor of another file with a similar name."""
    stack = (
        'Thread 0x1 (most recent call first):\n  File "/usr/lib/python3/time.py", line 9 in sleep\n'
        '  File "/c/my_01_x.py", line 3 in f\n  File "/c/01_x.py", line 7 in wait_for\n'
        '  File "/c/01_x.py", line 20 in main\n'
    )
    assert place_in(stack, "01_x.py") == "line 7 of 01_x.py, in wait_for"
    assert place_in(stack, "02_y.py") == ""
