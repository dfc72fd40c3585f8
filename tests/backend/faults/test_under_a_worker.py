"""Faults under a worker, in real time, with a model that takes its time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.backend_client import Client, Scene
from threadlab.backend.faults.fault import Fault
from threadlab.backend.local import Backend

KILLED = """
import sys
from pathlib import Path
from tests.backend_client import Client, Scene
from threadlab.backend.faults.fault import Fault
from threadlab.backend.local import Backend
backend = Backend.durable(Path(sys.argv[1]), completer=Scene())
backend.faults.add(Fault.parse("crash:step=1:lease=0:kill=yes"))
client = Client(backend)
run = client.run(tools=True)
print(run, flush=True)
client.until(run, "requires_action")
client.answer(run)
while True:
    client.get(run)
"""

Make = Callable[..., Client]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Make]:
    """A client of a backend that a worker drives, with these faults."""
    backends: list[Backend] = []

    def make(*faults: str) -> Client:
        backend = Backend.durable(tmp_path / "store.db", completer=Scene(instant=False))
        for fault in faults:
            backend.faults.add(Fault.parse(fault))
        backends.append(backend)
        return Client(backend)

    yield make
    for backend in backends:
        backend.close()


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("model_error", "failed"),
        ("rate_limit", "failed"),
        ("empty_answer", "failed"),
        ("stuck:seconds=0.1", "completed"),
        ("crash:lease=0.1", "completed"),
        ("expire:seconds=0", "expired"),
    ],
)
def test_a_worker_meets_the_same_faults_and_the_next_run_is_free(
    served: Make, fault: str, status: str
) -> None:
    """The same end as in virtual time, and what struck is in the log."""
    client = served(fault)
    run = client.run()
    client.until(run, status)
    log = client.backend.store.log(run_id=run.rpartition("/")[2])
    assert [entry.data["kind"] for entry in log if entry.kind == "fault.struck"] == [fault.partition(":")[0]]
    thread = run.split("/")[2]
    client.until(client.run_on(thread, client.agent()), "completed")


def test_a_crash_that_kills_really_kills_and_the_run_goes_on_elsewhere(tmp_path: Path) -> None:
    """SIGKILL in the midst; what was saved is kept, another process finishes it, no call is made twice."""
    store = tmp_path / "store.db"
    root = Path(__file__).parents[3]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(store)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    backend = Backend.durable(store, completer=Scene())
    client = Client(backend)
    run = killed.stdout.strip()
    client.until(run, "completed")
    steps = client.get(f"{run}/steps", order="asc")["data"]
    assert [step["type"] for step in steps] == ["tool_calls", "message_creation"]
    assert [call["function"]["output"] for call in steps[0]["step_details"]["tool_calls"]] == ["sunny"] * 2
    backend.close()
