"""What every test stands on: no test reaches a cloud service or waits in real seconds; and a tiny course."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import ServerProcess, serving
from threadlab.course.lesson_environment import JUDGED

COURSE_TOML = """
title = "A course"
[generation.classic]
name = "Classic"
sdk = "some-sdk 1.1"
retires = 2027-03-31
afterwards = "the ideas stay."
[[lesson]]
number = 1
slug = "adding"
title = "Adding"
objective = "You can add."
minutes = 5
generation = "classic"
hints = ["nudge", "pointer", "nearly"]
"""

SOLUTION = '''"""Exercise: add. Run: python solutions/01_adding.py"""

def add(a, b):
    """The sum."""
    # >>> solution
    # 1. add them
    return a + b
    # <<< solution


if __name__ == "__main__":
    print(add(1, 2))
'''

CHECKS = '''"""The checks of the tiny exercise."""

from threadlab.course.checks import check


def test_small(answer, chance):
    """Two numbers are added"""
    a, b = chance.number(), chance.number()
    given = answer.add(a, b)
    check(given == a + b, expected="their sum", seen=f"[{given}]", try_next="think of plus")


def test_large(answer):
    """Large numbers are added"""
    check(answer.add(10**20, 1) == 10**20 + 1, expected="their sum", seen="less", try_next="carry on")
'''


def cell(kind: str, source: str) -> dict[str, object]:
    """A cell as it stands in a notebook file."""
    code: dict[str, object] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": kind, "metadata": {}, "source": source, **code}


@pytest.fixture
def mini_course(tmp_path: Path) -> Path:
    """The course's root folder."""
    for folder in ("lessons", "exercises", "solutions", "tests/course"):
        (tmp_path / folder).mkdir(parents=True)
    notebook = {
        "cells": [
            cell("markdown", "# Adding"),
            cell("code", "print(1)\nprint(2)\n1 + 2"),
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (tmp_path / "lessons" / "course.toml").write_text(COURSE_TOML)
    (tmp_path / "lessons" / "01_adding.ipynb").write_text(json.dumps(notebook))
    (tmp_path / "solutions" / "01_adding.py").write_text(SOLUTION)
    (tmp_path / "tests" / "course" / "test_01_adding.py").write_text(CHECKS)
    (tmp_path / "pyproject.toml").write_text(
        "[tool.pytest.ini_options]\nasyncio_default_fixture_loop_scope = 'function'\n"
    )
    return tmp_path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A real server at pace 0, one for all tests; at the end it must never have said anything wrong."""
    with serving("--pace", "0", store=tmp_path_factory.mktemp("served") / "store.sqlite") as server:
        yield server


@pytest.fixture(scope="session")
def closed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A real server that was given no key and has no workbench."""
    store = tmp_path_factory.mktemp("closed") / "store.sqlite"
    with serving("--pace", "0", "--no-workbench", store=store, key=None) as server:
        yield server


def pytest_configure(config: pytest.Config) -> None:
    """Set it before anything is imported or started: kernels and scripts inherit it."""
    os.environ.update(JUDGED)
    sys.addaudithook(_stay_on_this_machine)


def _stay_on_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse every connection and every look-up of a name that leads away from here."""
    if event == "socket.connect":
        host = arguments[1][0] if isinstance(arguments[1], tuple) else "localhost"  # else a Unix socket
    elif event == "socket.getaddrinfo":
        host = arguments[0] or "localhost"
    else:
        return
    if str(host) != "localhost" and not str(host).startswith(("127.", "::1")):
        raise RuntimeError(f"a test tried to reach {host}")
