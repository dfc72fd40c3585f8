"""COVERAGE.md says what really goes over the wire."""

from __future__ import annotations

import subprocess

import pytest

from tests.coverage_table import OPERATIONS, OWN, SDKS, TABLE, run_tests, sdk_of, table
from tests.preview_sdk import PreviewUnavailable


def test_the_table_is_what_the_tests_of_the_sdks_really_drive() -> None:
    """Those tests are run once more, and with the preview SDK and its project client, and listened to."""
    try:
        noted = run_tests()
    except PreviewUnavailable as problem:
        pytest.skip(str(problem))
    except subprocess.CalledProcessError as failed:
        pytest.fail(f"{failed.stdout}\n{failed.stderr}", pytrace=False)
    assert TABLE.read_text(encoding="utf-8") == table(noted), "run: python -m tests.coverage_table"


def test_every_operation_that_an_sdk_could_drive_is_driven_by_one() -> None:
    """By any of the three: a few operations exist in openai's client alone."""
    text = TABLE.read_text(encoding="utf-8")
    empty = [name for name in OPERATIONS if name not in OWN and f"| `{name}` |  |  |  |" in text]
    assert empty == []


def test_sdks_are_known_by_what_they_call_themselves() -> None:
    """Behind the project client, too; a plain client is nobody."""
    assert sdk_of("azsdk-python-ai-agents/1.1.0 Python/3.11") == SDKS[0]
    assert sdk_of("AIProjectClient azsdk-python-ai-agents/1.2.0b6 Python/3.11") == SDKS[1]
    assert sdk_of("OpenAI/Python 3.52.0") == SDKS[2]
    assert sdk_of("curl/8") is None
