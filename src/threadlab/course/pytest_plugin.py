"""The pytest plugin: `--against`, and what the course's checks need of every exercise.

pytest loads it wherever threadlab is installed, so it is light and does nothing until a test asks for one
of its fixtures; a project's own fixture of the same name wins. The fixture `lab` is not here, because the
SDK is slow to import: it stands beside the checks, in `tests/course/conftest.py`.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from types import ModuleType
from typing import Any

import pytest

from threadlab.course.against import SOLUTIONS, answer_file
from threadlab.course.chance import Chance
from threadlab.course.checks import CheckFailed
from threadlab.course.course_root import find_course_root
from threadlab.course.load import load


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("threadlab", "threadlab course")
    group.addoption(
        "--against",
        default=SOLUTIONS,
        metavar="exercises|solutions|FILE.py",
        help="what the course's checks judge (default: %(default)s)",
    )
    group.addoption(
        "--chance-seed",
        type=int,
        default=None,
        metavar="N",
        help="repeat the random data of an earlier run of the checks",
    )


@pytest.fixture
def answer(request: pytest.FixtureRequest) -> ModuleType:
    """The module under judgement: `tests/course/test_NN_slug.py` gets exercise or solution `NN_slug`."""
    name = request.path.stem.removeprefix("test_")
    root = find_course_root(request.path.parent)
    return load(answer_file(root, name, request.config.getoption("--against")))


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> Chance:
    """Random data; a failing test tells the seed, and `--chance-seed` repeats it."""
    given = request.config.getoption("--chance-seed")
    seed = random.SystemRandom().randrange(1_000_000) if given is None else given
    request.node.add_report_section("call", "chance", f"repeat with --chance-seed {seed}")
    return Chance(seed)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A failed check is shown as its lesson, without the test's source, which could give things away."""
    report = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, CheckFailed):
        report.longrepr = str(call.excinfo.value)
    return report
