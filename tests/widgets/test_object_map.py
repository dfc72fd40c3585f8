from __future__ import annotations

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from benchmarks.recorded_comm import recorded
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.following.wait import wait
from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.wire import object_map_view
from threadlab.widgets.wire.object_map import Box, map_objects, object_map, render_html, render_text
from threadlab.widgets.wire.object_map_view import ObjectMapView


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A local lab that does not wait."""
    with connect(seed=3, pace=0) as lab:
        yield lab


def kinds(boxes: tuple[Box, ...]) -> list[str]:
    """What kinds of boxes these are."""
    return [box.kind for box in boxes]


def test_it_grows_with_each_call(lab: Lab) -> None:
    """An agent, a thread, a message in the thread, a run in the thread, its step and its message."""
    assert object_map(lab).threads == object_map(lab).agents == ()
    agent = lab.create_agent(name="guide")
    assert [box.id for box in object_map(lab).agents] == [agent.id]
    thread = lab.threads.create()
    lab.messages.create(thread.id, content="Hello")
    assert kinds(object_map(lab).threads[0].held) == ["message"]
    run = wait(lab.runs.create(thread.id, agent.id))
    run.steps()
    run.messages()
    (drawn,) = object_map(lab).threads
    assert kinds(drawn.held) == ["message", "message", "run"]
    assert kinds(drawn.held[2].held) == ["run step"]
    assert drawn.holds == "2 messages, 1 run"


def test_each_box_names_the_request_that_made_it(lab: Lab) -> None:
    """And holds its JSON as it was last seen."""
    agent = lab.create_agent(name="guide")
    lab.update_agent(agent.id, name="tutor")
    (box,) = object_map(lab).agents
    assert box.origin == "made by request 1: POST /assistants"
    assert '"name": "guide"' in box.request
    assert '"name": "tutor"' in box.json


def test_what_the_service_made_is_said_to_be_seen(lab: Lab) -> None:
    """No request of ours made the answer."""
    agent, thread = lab.create_agent(), lab.threads.create()
    lab.messages.create(thread.id, content="Hello")
    wait(lab.runs.create(thread.id, agent.id)).messages()
    asked, answer, _ = object_map(lab).threads[0].held
    assert asked.origin.startswith("made by request 3: POST")
    assert asked.holds == "written by the client"
    assert answer.origin.startswith("first seen in request")
    assert answer.holds.startswith("written by run_")
    assert answer.request == ""


def test_what_was_deleted_stays_and_says_so(lab: Lab) -> None:
    """The map tells what happened, too."""
    agent = lab.create_agent()
    lab.delete_agent(agent.id)
    drawn = object_map(lab)
    assert drawn.agents[0].deleted
    assert f"agent {agent.id} (deleted)" in render_text(drawn)


def test_lists_are_drawn_in_the_order_of_time_whichever_way_they_came() -> None:
    """Newest first on the wire, oldest first on the map; within a second too."""
    first, second = [
        {"id": f"msg_{n}", "object": "thread.message", "thread_id": "t", "created_at": 5} for n in (1, 2)
    ]
    newest_first = WireEntry(
        number=1,
        method="GET",
        path="/threads/t/messages",
        response={"object": "list", "data": [second, first]},
    )
    (thread,) = map_objects([newest_first]).threads
    assert [box.id for box in thread.held] == ["msg_1", "msg_2"]


def test_html_and_text_name_every_object(lab: Lab) -> None:
    """Both forms, from the same map."""
    agent, thread = lab.create_agent(name="guide"), lab.threads.create()
    message = lab.messages.create(thread.id, content="Hello there")
    drawn = object_map(lab)
    page = BeautifulSoup(render_html(drawn), "html.parser")
    for identity in (agent.id, thread.id, message.id):
        assert identity in render_text(drawn)
        assert page.select(f'code[title="{identity}"]')
    assert "user: Hello there" in page.get_text()
    assert repr(drawn) == render_text(drawn)


def test_an_empty_map_says_how_it_fills(lab: Lab) -> None:
    """Neither form is blank."""
    assert "No object yet" in render_html(object_map(lab))
    assert render_text(object_map(lab)) == "no object yet"


def test_the_widget_looks_again_after_each_cell_until_it_is_closed(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to tell it; closing it twice does no harm."""
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    monkeypatch.setattr(object_map_view, "get_ipython", lambda: shell)
    view = ObjectMapView(lab)
    shell.push({"lab": lab})
    shell.run_cell("agent = lab.create_agent()")
    assert [box["kind"] for box in view.boxes] == ["agent"]
    view.close()
    view.close()
    shell.run_cell("lab.create_agent()")
    assert len(view.boxes) == 1


def test_the_widget_shows_what_came_since_when_told(lab: Lab) -> None:
    """It looks when it is told, sends only what is new, and its text in a notebook never changes."""
    view = ObjectMapView(lab)
    comm = recorded(view)
    agent = lab.create_agent()
    assert view.boxes == []
    view.refresh()
    assert [box["id"] for box in view.boxes] == [agent.id]
    assert view.boxes[0]["origin"] == "made by request 1: POST /assistants"
    sent = len(comm.sent)
    view.refresh()
    assert len(comm.sent) == sent
    assert repr(view) == "ObjectMapView()"
