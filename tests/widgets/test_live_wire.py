from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.recorded_comm import RecordedComm, recorded
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.following.follow import follow
from threadlab.objects.event import Ended
from threadlab.widgets.wire.live_wire import LiveWire

MOST_BYTES = 500


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A local lab that does not wait."""
    with connect(seed=3, pace=0) as lab:
        yield lab


@pytest.fixture
def panel(lab: Lab) -> Iterator[LiveWire]:
    """The panel of a lab in which something happened already."""
    lab.threads.create()
    panel = LiveWire(lab)
    yield panel
    panel.close()


@pytest.fixture
def comm(panel: LiveWire) -> RecordedComm:
    """Its line to a page that is there."""
    comm = recorded(panel)
    comm.receive({"has": 1})
    comm.sent.clear()
    return comm


def numbers(panel: LiveWire) -> list[int]:
    """The numbers of the requests on it."""
    return [line["n"] for line in panel.lines]


def test_it_grows_with_every_request_by_itself(lab: Lab, panel: LiveWire, comm: RecordedComm) -> None:
    """One small message each, without a body, and none is drawn twice."""
    assert numbers(panel) == [1]
    lab.create_agent(name="guide", instructions="Be brief. " * 100)
    lab.threads.create()
    assert numbers(panel) == [1, 2, 3]
    assert [one["at"] for one in comm.said] == [1, 2]
    assert "Be brief." not in str(comm.sent)


def test_an_append_stays_small(lab: Lab, panel: LiveWire, comm: RecordedComm) -> None:
    """Goal 6, for the longest path there is in a run."""
    thread, agent = lab.threads.create(), lab.create_agent()
    lab.messages.create(thread.id, content="Hello")
    run = lab.runs.create(thread.id, agent.id)
    run.steps()
    run.messages()
    assert max(comm.sizes) < MOST_BYTES
    assert numbers(panel)[-1] == lab.wire.count


def test_a_body_comes_when_it_is_asked_for(lab: Lab, panel: LiveWire, comm: RecordedComm) -> None:
    """As JSON text; a request that is not there is no answer."""
    agent = lab.create_agent(name="guide")
    comm.sent.clear()
    comm.receive({"body": 2})
    (told,) = comm.said
    assert told["body"] == 2
    assert '"name": "guide"' in told["request"]
    assert agent.id in told["response"]
    assert told["words"].startswith("create agent, answered after ")
    comm.receive({"body": 99})
    assert len(comm.said) == 1


def test_a_stream_is_told_again_when_its_run_is_known(lab: Lab, panel: LiveWire, comm: RecordedComm) -> None:
    """The line of the request that opened it names the run from then on."""
    agent, thread = lab.create_agent(), lab.threads.create()
    lab.messages.create(thread.id, content="Hello")
    (ended,) = [one for one in follow(lab.runs.stream(thread.id, agent.id)) if isinstance(one, Ended)]
    lab.threads.create()
    (opened,) = [line for line in panel.lines if line["outcome"] == "200 a stream"]
    assert opened["run"] == ended.run.id
    assert [one for one in comm.said if "put" in one]


def test_a_closed_panel_listens_no_longer(lab: Lab, panel: LiveWire) -> None:
    """And closing it twice does no harm."""
    panel.close()
    panel.close()
    lab.threads.create()
    assert numbers(panel) == [1]
    assert lab.wire.listeners == []


def test_its_text_in_a_stored_notebook_is_constant(panel: LiveWire) -> None:
    """Whatever is on it."""
    assert repr(panel) == "LiveWire()"
