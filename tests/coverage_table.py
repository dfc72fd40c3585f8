"""The table of what real SDKs have driven, written from what went over the wire.

    python -m tests.coverage_table        runs the tests that use SDKs, and writes COVERAGE.md

As a pytest plugin (`-p tests.coverage_table`) it notes each request that reaches a backend of its process:
who sent it, by its User-Agent, to which route, and which events came back, during which test.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from tests.preview_sdk import run_tests_of_sdks
from threadlab.backend import app
from threadlab.backend.openapi import template
from threadlab.backend.wire.http import Request, Response, WaitUntil
from threadlab.backend.wire.schemas import EVENTS

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "COVERAGE.md"
TESTS = ("tests/sdk", *sorted(map(str, ROOT.glob("tests/connect/test_openai_*.py"))))
"""Where SDKs are driven directly; with the preview SDK, the first of them once more."""
NOTES = "THREADLAB_COVERAGE_NOTES"
"""The variable that names the file for the notes."""
SDKS = ("azure-ai-agents 1.1.0", "azure-ai-agents 1.2.0b6", "openai 3")
OWN = (
    "GET /threads/{thread_id}/events",
    "GET /threads/{thread_id}/runs/{run_id}/events",
    "GET /openapi.json",
)
"""Routes that no SDK has a verb for."""
OPERATIONS = tuple(f"{route.method} {template(route.path)}" for route in app.ROUTES)
STREAM_EVENTS = (*EVENTS, "error", "done")

Note = tuple[str, str, str]
"""An SDK, an operation or an event, a test."""
Noted = dict[tuple[str, str], str]
"""The first test, in alphabetical order, for an operation or event and an SDK."""

_notes: set[Note] = set()
_routes = Map(
    [
        Rule(prefix + route.path, methods=[route.method], endpoint=name)
        for prefix in app.PREFIXES
        for route, name in zip(app.ROUTES, OPERATIONS, strict=True)
    ],
    strict_slashes=False,
).bind("coverage")
_answer = app.App.handle


def pytest_configure() -> None:
    """Listen from now on."""
    app.App.handle = _listening  # type: ignore[method-assign]


def pytest_unconfigure() -> None:
    """Add what was heard to the file of the notes."""
    with Path(os.environ[NOTES]).open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(note) + "\n" for note in sorted(_notes))


def sdk_of(user_agent: str) -> str | None:
    """Which SDK says so of itself; None for anything else."""
    if match := re.search(r"azsdk-python-ai-agents/(\S+)", user_agent):
        return f"azure-ai-agents {match[1]}"
    match = re.search(r"OpenAI/Python (\d+)", user_agent)
    return f"openai {match[1]}" if match else None


def _listening(self: app.App, request: Request) -> Response:
    """Answer as the app does, and note it; refused requests prove nothing."""
    response = _answer(self, request)
    sdk = sdk_of(request.headers.get("user-agent", ""))
    if sdk is None or response.status != 200:
        return response
    try:
        name, _ = _routes.match(request.path, method=request.method)
    except HTTPException:
        return response
    _note(sdk, name)
    if isinstance(response.body, bytes):
        return response
    return replace(response, body=_events(sdk, response.body))


def _events(sdk: str, pieces: Iterator[bytes | WaitUntil]) -> Iterator[bytes | WaitUntil]:
    for piece in pieces:
        if isinstance(piece, bytes):
            for name in re.findall(rb"^event: (.+)$", piece, re.MULTILINE):
                _note(sdk, name.decode())
        yield piece


def _note(sdk: str, what: str) -> None:
    test = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0].partition("[")[0]
    _notes.add((sdk, what, test.removeprefix("tests/")))


def run_tests() -> Noted:
    """Run the tests, with the preview SDK too, and return what they drove.

    Raises CalledProcessError when one fails, and PreviewUnavailable.
    """
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes.jsonl"
        command = [sys.executable, "-m", "pytest", "-q", *TESTS]
        listening = {"PYTEST_ADDOPTS": "-p tests.coverage_table", NOTES: str(notes)}
        environment = {**os.environ, **listening}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
        told = run_tests_of_sdks(**listening)
        assert " passed" in told and "skipped" not in told, told
        lines = notes.read_text(encoding="utf-8").splitlines()
    noted: Noted = {}
    for sdk, what, test in sorted((json.loads(line) for line in lines), reverse=True):
        noted[what, sdk] = test
    return noted


def table(noted: Noted) -> str:
    """COVERAGE.md."""

    def rows(names: Iterable[str]) -> str:
        head = ["", *SDKS]
        lines = [head, ["---"] * len(head)]
        lines += [[f"`{name}`", *(_cell(noted.get((name, sdk))) for sdk in SDKS)] for name in names]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

    driven = [name for name in OPERATIONS if name not in OWN]
    counted: list[str] = []
    for sdk in SDKS:
        operations = sum((name, sdk) in noted for name in driven)
        events = sum((name, sdk) in noted for name in STREAM_EVENTS)
        counts = f"{operations} of {len(driven)} operations, {events} of {len(STREAM_EVENTS)} events"
        counted.append(f"- {sdk}: {counts}")
    own = "\n".join(f"- `{name}`" for name in OWN)
    return f"""# What real SDKs drive

Each operation of the backend and each event of its streams, with one test that drives it through a real,
unmodified SDK. Written by `python -m tests.coverage_table` from what went over the wire while the tests ran,
and compared with it by `tests/test_coverage_table.py`. In an empty cell, that SDK has no verb for it or these
tests do not get there.

{chr(10).join(counted)}

## Operations

{rows(driven)}

These are the backend's own and no SDK has a verb for them; `tests/backend` drives them:

{own}

## Events of streams

{rows(STREAM_EVENTS)}
"""


def _cell(test: str | None) -> str:
    return f"`{test}`" if test else ""


if __name__ == "__main__":
    TABLE.write_text(table(run_tests()), encoding="utf-8")
