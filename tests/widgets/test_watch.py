from __future__ import annotations

import asyncio
from collections.abc import Iterator

import nbformat
import pytest
from nbclient import NotebookClient

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.errors import NobodyAnswers
from threadlab.following.run_view import RunView
from threadlab.objects.run import Run
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox
from threadlab.widgets.displays import Cancel
from threadlab.widgets.live_run_card import RunCard
from threadlab.widgets.watch import watch


class Recorder:
    """A display that keeps what it was given, and may press Cancel at the first look."""

    def __init__(self, *, cancels: bool = False) -> None:
        self.cancels = cancels
        self.views: list[RunView] = []
        self.finished: RunView | None = None

    def begin(self, view: RunView, cancel: Cancel) -> None:
        """Press, if that is what it is for."""
        if self.cancels:
            cancel()

    def update(self, view: RunView) -> None:
        """Keep the view."""
        self.views.append(view)

    def end(self, view: RunView) -> bool:
        """Keep the last one."""
        self.finished = view
        return True


class Approver(Recorder):
    """A display with a live card, whose Approve button somebody presses a moment later."""

    def update(self, view: RunView) -> None:
        """Draw the card, and press."""
        super().update(view)
        if view.approvals and not view.approvals[0].decision.done():
            card = RunCard(view)
            asyncio.get_running_loop().call_later(0.01, card.buttons.children[0].click)


@tool
def opening_hours(place: str) -> str:
    """The opening hours of a place in town.

    Args:
        place: what kind of place, such as museum or library.
    """
    return f"The {place} opens at 10."


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A local lab that does not wait."""
    with connect(seed=3, pace=0) as lab:
        yield lab


def start(lab: Lab, question: str, tools: Toolbox | None = None) -> Run:
    """A run that is queued."""
    definitions = tools.definitions if tools else ()
    agent = lab.create_agent(name="guide", instructions="Answer briefly.", tools=definitions)
    thread = lab.threads.create()
    lab.messages.create(thread.id, content=question)
    return lab.runs.create(thread.id, agent.id)


async def test_it_returns_the_run_as_it_ended(lab: Lab) -> None:
    """A run like any other, which can be read and has steps."""
    run = await watch(start(lab, "Hello"), display="none")
    assert isinstance(run, Run)
    assert run.status == "completed"
    assert run.read().status == "completed"
    assert len(run.steps()) == 1


async def test_the_returned_run_draws_its_card_without_a_request(lab: Lab) -> None:
    """Looking at a value asks nobody."""
    run = await watch(start(lab, "Hello"), display="none")
    asked = lab.wire.count
    assert run.messages()[0].text in run.view.messages[0].text
    asked = lab.wire.count
    assert "completed" in run._repr_html_()
    assert lab.wire.count == asked


async def test_the_display_sees_every_event_and_the_requests_behind_it(lab: Lab) -> None:
    """From the first poll to the answer."""
    shown = Recorder()
    run = await watch(start(lab, "Hello"), display=shown)
    assert shown.finished == run.view
    assert [seen.status for seen in run.view.statuses] == ["queued", "in_progress", "completed"]
    assert run.view.requests[0].method == "POST"
    assert len({view.at for view in shown.views}) > 2


async def test_a_wish_to_cancel_ends_the_run(lab: Lab) -> None:
    """Pressed before the first poll has come back."""
    run = await watch(start(lab, "Hello"), display=Recorder(cancels=True))
    assert run.status == "cancelled"


async def test_a_wish_that_comes_when_the_run_is_over_does_no_harm(lab: Lab) -> None:
    """The service refuses it, and the card shows the end anyway."""
    ended = await watch(start(lab, "Hello"), display="none")
    again = await watch(ended, display=Recorder(cancels=True))
    assert again.status == "completed"


async def test_a_button_answers_while_the_run_is_watched(lab: Lab) -> None:
    """The loop is free between events, so a press reaches the tool that waits for it."""
    tools = Toolbox(opening_hours, approve=True)
    run = await watch(
        start(lab, "What are the opening hours of the museum?", tools), tools=tools, display=Approver()
    )
    assert run.status == "completed"
    assert "opens at 10" in run.view.messages[0].text


async def test_the_display_is_ended_when_watching_fails(lab: Lab) -> None:
    """The card stays as it was last seen, above the error."""
    shown = Recorder()
    tools = Toolbox(opening_hours)
    with pytest.raises(NobodyAnswers):
        await watch(start(lab, "What are the opening hours of the museum?", tools), display=shown)
    assert shown.finished is not None
    assert shown.finished.run.status == "requires_action"


async def test_interrupting_leaves_the_run_alone_and_says_so(lab: Lab) -> None:
    """Waiting is not owning."""
    tools = Toolbox(opening_hours, approve=True)
    shown = Recorder()
    asked = start(lab, "What are the opening hours of the museum?", tools)
    watching = asyncio.ensure_future(watch(asked, tools=tools, display=shown))
    while not (shown.views and shown.views[-1].approvals):
        await asyncio.sleep(0)
    watching.cancel()
    with pytest.raises(asyncio.CancelledError) as stopped:
        await watching
    assert "the run itself goes on" in stopped.value.__notes__[0]
    assert asked.read().status == "requires_action"
    assert shown.finished is not None


def test_a_notebook_keeps_one_finished_card_a_cell() -> None:
    """In a real kernel: as a value or not, the card stands there once, and again where it is asked for."""
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(source)
            for source in (
                "from threadlab import connect, watch\n"
                "lab = connect(seed=3, pace=0)\n"
                "agent, thread = lab.create_agent(), lab.threads.create()",
                "await watch(lab.runs.create(thread.id, agent.id))",
                "run = await watch(lab.runs.create(thread.id, agent.id))\nprint(run.status)",
                "run",
                "await watch(run, display='none')",
            )
        ]
    )
    client = NotebookClient(notebook, timeout=30, kernel_name="python3", store_widget_state=False)
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index, store_history=False)  # as nbval does: no cell has a number
    _, value, assigned, later, quiet = [cell.outputs for cell in notebook.cells]
    for outputs in (value, assigned[:2]):
        live, finished = [output.data for output in outputs]
        assert live["text/plain"] == "RunCard()"
        assert "completed" in finished["text/html"]
    assert assigned[2].text == "completed\n"
    for outputs in (later, quiet):
        (card,) = [output.data for output in outputs]
        assert "completed" in card["text/html"]
    assert later[0].data["text/html"] == assigned[1].data["text/html"]
