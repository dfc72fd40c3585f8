"""User runs at receivers that are not ours: arize-phoenix and MLflow, if they are on the PATH.

    uv venv phoenix && uv pip install --python phoenix arize-phoenix && PATH="$PWD/phoenix/bin:$PATH" pytest …

They are too heavy for the suite, and want an environment of their own. Each is started, is sent real user
runs over OTLP, and is asked by its own interface what it stored.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.history.conftest import Weather
from threadlab.connect.lab import Lab
from threadlab.history.history import History
from threadlab.history.reading.telemetry import export_spans, otlp_exporter
from threadlab.journal.trace import Span, spans, trace_id

ASKED = "What is the weather in Rome?"


@dataclass(frozen=True)
class Stored:
    """A span as a receiver gives it back."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    failed: bool
    attributes: dict[str, Any]


class Receiver(ABC):
    """A server of somebody else's that takes OTLP over HTTP at `/v1/traces`."""

    command: str
    health: str
    headers = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free, socket.socket() as other:
            free.bind(("127.0.0.1", 0))
            other.bind(("127.0.0.1", 0))
            self.port, self.other_port = free.getsockname()[1], other.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"

    @abstractmethod
    def started(self) -> subprocess.Popen[bytes]:
        """The process."""

    @abstractmethod
    def stored(self) -> list[Stored]:
        """All spans that it has."""

    @abstractmethod
    def tokens(self, trace: str) -> int | None:
        """The tokens that it counts for a trace; None if it does not count."""

    def run(self, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start its command in the folder."""
        with (self.folder / "out.log").open("wb") as log:
            return subprocess.Popen(
                [self.command, *arguments],
                cwd=self.folder,
                env={**os.environ, **variables},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ask(self, path: str, body: Any = None) -> Any:
        """The answer to a request, read as JSON where it is some."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.endpoint + path, data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=30) as answer:
            content = answer.read()
        try:
            return json.loads(content)
        except ValueError:
            return content


class Phoenix(Receiver):
    """Arize Phoenix: https://arize.com/docs/phoenix."""

    command = "phoenix"
    health = "/healthz"

    def started(self) -> subprocess.Popen[bytes]:
        return self.run(
            "serve",
            PHOENIX_HOST="127.0.0.1",
            PHOENIX_PORT=str(self.port),
            PHOENIX_GRPC_PORT=str(self.other_port),
            PHOENIX_WORKING_DIR=str(self.folder),
            PHOENIX_TELEMETRY_ENABLED="false",
        )

    def stored(self) -> list[Stored]:
        return [
            Stored(
                span["context"]["trace_id"],
                span["context"]["span_id"],
                span["parent_id"],
                span["name"],
                span["status_code"] == "ERROR",
                span["attributes"],
            )
            for span in self.ask("/v1/projects/default/spans?limit=1000")["data"]
        ]

    def tokens(self, trace: str) -> int | None:
        return None


class MLflow(Receiver):
    """MLflow's tracking server: https://mlflow.org/docs/latest/genai/tracing."""

    command = "mlflow"
    health = "/health"
    headers = "x-mlflow-experiment-id=0"

    def started(self) -> subprocess.Popen[bytes]:
        store = f"sqlite:///{self.folder}/mlflow.db"
        return self.run(
            *("server", "--backend-store-uri", store, "--workers", "1"),
            *("--host", "127.0.0.1", "--port", str(self.port)),
            MLFLOW_DISABLE_TELEMETRY="true",
            MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false",
            DO_NOT_TRACK="true",
        )

    def traces(self) -> list[dict[str, Any]]:
        """What it knows of each trace."""
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
        found = self.ask("/api/3.0/mlflow/traces/search", {"locations": [place], "max_results": 100})
        return list(found["traces"])

    def stored(self) -> list[Stored]:
        ids = urlencode([("trace_ids", trace["trace_id"]) for trace in self.traces()])
        found = self.ask(f"/api/3.0/mlflow/traces/batchGet?{ids}")["traces"]
        return [
            Stored(
                b64decode(span["trace_id"]).hex(),
                b64decode(span["span_id"]).hex(),
                b64decode(span["parent_span_id"]).hex() if span.get("parent_span_id") else None,
                span["name"],
                span["status"].get("code") == "STATUS_CODE_ERROR",
                {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]},
            )
            for trace in found
            for span in trace["spans"]
        ]

    def tokens(self, trace: str) -> int | None:
        (found,) = [one for one in self.traces() if one["trace_id"] == f"tr-{trace}"]
        counted = found["trace_metadata"].get("mlflow.trace.tokenUsage", '{"total_tokens": 0}')
        return int(json.loads(counted)["total_tokens"])


@pytest.fixture(scope="module", params=[Phoenix, MLflow])
def receiver(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """One of them, started."""
    kind: type[Receiver] = request.param
    if shutil.which(kind.command) is None:
        pytest.skip(f"{kind.command} is not on the PATH: see the head of this file")
    receiver = kind(tmp_path_factory.mktemp(kind.command))
    process = receiver.started()
    try:
        _wait_until_up(receiver, process)
        yield receiver
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # with its workers; nothing of it is kept
        process.wait(30)


def _wait_until_up(receiver: Receiver, process: subprocess.Popen[bytes]) -> None:
    for _ in range(360):
        try:
            receiver.ask(receiver.health)
        except (URLError, OSError):
            assert process.poll() is None, (receiver.folder / "out.log").read_text()[-2000:]
            time.sleep(0.5)
        else:
            return
    raise AssertionError(f"{receiver.command} did not come up")


def test_a_receiver_of_somebody_elses_stores_each_user_run_as_one_whole_trace(
    receiver: Receiver, here: Lab, weather: Weather, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Live, and sent again: the same spans, once, in their places, with what failed, and the tokens once."""
    if receiver.headers:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", receiver.headers)
    exporter = otlp_exporter(receiver.endpoint)
    history = History(here, tmp_path / "runs", exporters=[exporter])
    branch = history.branch(tools=[weather.tool])
    first = branch.ask(ASKED)
    replayed = first.replay()
    here.workbench.faults.add("model_error")
    failed = branch.ask(ASKED)
    here.workbench.faults.clear()
    assert history.telemetry.flush(60)
    export_spans(first, exporter)

    sent: list[Span] = [span for run in (first, replayed, failed) for span in spans(run.record)]
    stored = _all_of(receiver, len(sent))
    assert sorted(
        (one.trace_id, one.span_id, one.parent_id or "", one.name, one.failed) for one in stored
    ) == (sorted((s.trace_id, s.span_id, s.parent_id or "", s.name, s.status == "error") for s in sent))
    assert {one.trace_id for one in stored} == {trace_id(run.id) for run in (first, replayed, failed)}
    operations = {one.span_id: one.attributes["gen_ai.operation.name"] for one in stored}
    assert operations == {span.span_id: span.operation for span in sent}
    assert "Rome" not in str(stored)
    if (tokens := receiver.tokens(trace_id(first.id))) is not None:
        assert tokens == first.usage.total_tokens
        assert receiver.tokens(trace_id(replayed.id)) == replayed.usage.total_tokens == 0


def _all_of(receiver: Receiver, count: int) -> list[Stored]:
    """What is stored, once it is as much as was sent: a receiver may write later than it answers."""
    stored: list[Stored] = []
    for _ in range(60):
        stored = receiver.stored()
        if len(stored) >= count:
            return stored
        time.sleep(0.5)
    return stored
