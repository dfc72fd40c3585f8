"""Faults as a client meets them: what the wire log says, what is repeated, what is done twice (nothing)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.backend_client import Scene
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request, Response
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Azure, Local
from threadlab.errors import NotInThisService, Refused, SettingsError
from threadlab.following.wait import wait


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab without faults yet."""
    with connect(target=Local(seed=1, pace=0), completer=Scene()) as lab:
        yield lab


def ready(lab: Lab) -> tuple[str, str]:
    """A thread with a question and an agent: their ids."""
    thread = lab.threads.create(messages=[{"role": "user", "content": "Hello?"}])
    return thread.id, lab.create_agent().id


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        ("429:retry_after=1:times=2", [429, 429, 200]),
        ("500:times=3", [500, 500, 500, 200]),
    ],
)
def test_what_the_sdk_repeats_is_done_once(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, fault: str, statuses: list[int]
) -> None:
    """F38: the attempts share one id, only the last one makes a run, each is an entry of the wire log."""
    thread_id, agent_id = ready(lab)
    seen: list[str] = []
    handle = Backend.handle

    def noting(self: Backend, request: Request) -> Response:
        if request.method == "POST":
            seen.append(request.headers["x-ms-client-request-id"])
        return handle(self, request)

    monkeypatch.setattr(Backend, "handle", noting)
    before = lab.wire.count
    lab.workbench.faults.add(fault)
    run = lab.runs.create(thread_id, agent_id)
    assert [entry.status for entry in lab.wire.since(before)] == statuses
    assert [entry.attempt for entry in lab.wire.since(before)] == list(range(1, len(statuses) + 1))
    assert len(seen) == len(statuses)
    assert len(set(seen)) == 1
    assert [each.id for each in lab.runs.list(thread_id)] == [run.id]
    assert len(lab.workbench.truth(run).faults) == len(statuses) - 1


def test_retry_after_is_waited_for_by_the_backends_clock(lab: Lab) -> None:
    """Seconds that nobody has to sit through."""
    thread_id, agent_id = ready(lab)
    began = lab.time.now()
    with lab.workbench.faults("429", retry_after=30):
        lab.runs.create(thread_id, agent_id)
    assert lab.time.now() - began == pytest.approx(30, abs=1)


def test_a_plain_429_on_post_is_not_repeated(lab: Lab) -> None:
    """As azure-core has it: without Retry-After the caller decides."""
    thread_id, agent_id = ready(lab)
    with lab.workbench.faults("429", retry_after=0), pytest.raises(HttpResponseError) as refused:
        lab.sdk.runs.create(thread_id, agent_id=agent_id)
    assert refused.value.status_code == 429
    assert "Try again later" in str(refused.value)
    assert list(lab.runs.list(thread_id)) == []


def test_the_wire_log_says_dropped_late_and_cut(lab: Lab) -> None:
    """Each is seen as what it was."""
    thread_id, agent_id = ready(lab)
    run = lab.runs.create(thread_id, agent_id)
    before = lab.wire.count
    lab.workbench.faults.add("drop")
    run.read()
    dropped, repeated = lab.wire.since(before)
    assert (dropped.status, repeated.status) == (None, 200)
    assert dropped.error is not None
    assert "closed before an answer came" in dropped.error
    lab.workbench.faults.add("delay", seconds=7)
    run.read()
    assert lab.wire.entries[-1].seconds >= 7
    wait(run)
    lab.workbench.faults.add("drop_stream", events=4)
    ids: Any = {"thread_id": thread_id, "agent_id": agent_id}
    events = []
    with pytest.raises(HttpResponseError), lab.sdk.runs.stream(**ids) as stream:
        events += [kind for kind, _, _ in stream]
    cut = lab.wire.entries[-1]
    assert cut.status == 200
    assert cut.error is not None
    assert "closed in the midst of the stream" in cut.error


async def test_the_asyncio_client_meets_the_same(lab: Lab) -> None:
    """Late, and cut."""
    thread_id, agent_id = ready(lab)
    lab.workbench.faults.add("delay:create run:seconds=9")
    lab.workbench.faults.add("drop_stream:events=2")
    ids: Any = {"thread_id": thread_id, "agent_id": agent_id}
    async with lab.sdk_async() as client:
        began = lab.time.now()
        run = await client.runs.create(thread_id, agent_id=agent_id)
        assert lab.time.now() - began == pytest.approx(9)
        wait(lab.runs.get(thread_id, run.id))
        with pytest.raises(HttpResponseError):
            async with await client.runs.stream(**ids) as stream:
                async for _ in stream:
                    pass
    assert "closed in the midst" in str(lab.wire.entries[-1].error)


def test_a_run_brings_its_own_faults_in_its_metadata(lab: Lab) -> None:
    """Only that run is struck; what is no fault is refused before the run is made."""
    thread_id, agent_id = ready(lab)
    struck = lab.runs.create(thread_id, agent_id, metadata={"threadlab.fault": "model_error"})
    assert wait(struck).status == "failed"
    assert wait(lab.runs.create(thread_id, agent_id)).status == "completed"
    with pytest.raises(Refused, match="there is no fault 'bug'"):
        lab.runs.create(thread_id, agent_id, metadata={"threadlab.fault": "bug"})
    assert len(list(lab.runs.list(thread_id))) == 2


def test_the_switch_lists_takes_back_and_lasts_as_long_as_its_block(lab: Lab) -> None:
    """A lesson's switch."""
    switch = lab.workbench.faults
    assert "expire" in switch.kinds
    assert switch.add("429", "create run", times=2) == "429:create run:times=2"
    with switch("stuck", reason="no quota"):
        assert switch.active == ("429:create run:times=2", "stuck:reason=no quota")
    switch.clear()
    assert not switch.active
    with pytest.raises(SettingsError, match="there is no fault 'bug'"):
        switch.add("bug")


def test_connect_refuses_what_is_no_fault_and_faults_on_azure() -> None:
    """Before any request."""
    with pytest.raises(SettingsError, match="did you mean crash"):
        connect(target=Local(seed=1, pace=0), faults=["crsh"])
    with pytest.raises(NotInThisService):
        connect(target=Azure(endpoint="https://a.invalid/api/projects/p", model="m"), faults=["429"])
