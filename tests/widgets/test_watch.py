from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import NobodyAnswers
from threadlab.following.run_view import RunView
from threadlab.objects.run import Run
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox
from threadlab.widgets.runs.film import Film
from threadlab.widgets.watching.controls import Controls
from threadlab.widgets.watching.live_run_card import RunCard
from threadlab.widgets.watching.watch import watch


class Recorder:
    """A display that keeps what it was given, and may press Cancel at the first look."""

    def __init__(self, *, cancels: bool = False) -> None:
        self.cancels = cancels
        self.views: list[RunView] = []
        self.finished: RunView | None = None

    def begin(self, view: RunView, controls: Controls) -> None:
        """Press, if that is what it is for."""
        self.controls = controls
        if self.cancels:
            controls.cancel()

    def update(self, view: RunView, film: Film) -> None:
        """Keep the view."""
        self.views.append(view)

    def end(self, view: RunView) -> bool:
        """Keep the last one."""
        self.finished = view
        return True


class Approver(Recorder):
    """A display with a live card, whose Approve button somebody presses a moment later."""

    def update(self, view: RunView, film: Film) -> None:
        """Draw the card, and press."""
        super().update(view, film)
        if view.approvals and not view.approvals[0].decision.done():
            card = RunCard(view)
            asyncio.get_running_loop().call_later(0.01, card.forms[0].approve.click)


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


class Presser(Recorder):
    """A display that presses when the run is first seen in a status, and says when the view was held."""

    def __init__(self, status: str, *presses: str) -> None:
        super().__init__()
        self.status, self.presses = status, list(presses)

    def update(self, view: RunView, film: Film) -> None:
        """Press what is next, once."""
        super().update(view, film)
        if self.presses and view.run.status == self.status:
            getattr(self.controls, self.presses.pop(0))()


async def until(met: Callable[[], object]) -> None:
    """Leave the loop to others until that is so."""
    async with asyncio.timeout(10):
        while not met():
            await asyncio.sleep(0.005)


async def test_a_pause_holds_the_run_itself_and_going_on_completes_it(lab: Lab) -> None:
    """Time stands still for it: nothing happens to it, however long one looks."""
    shown = Presser("in_progress", "pause")
    asked = start(lab, "Hello")
    watching = asyncio.ensure_future(watch(asked, display=shown))
    await until(lambda: shown.views and shown.views[-1].run.status == "in_progress")
    held = lab.time.now()
    await asyncio.sleep(0.05)
    assert lab.time.now() == held
    assert lab.workbench.truth(asked).transitions[-1].status == "in_progress"
    shown.controls.pause()
    assert (await watching).status == "completed"


async def test_a_step_makes_one_transition_and_looks_once(lab: Lab) -> None:
    """From the queue into progress, and no further."""
    shown = Presser("queued", "pause")
    asked = start(lab, "Hello")
    watching = asyncio.ensure_future(watch(asked, display=shown))
    await until(lambda: shown.views and shown.views[-1].run.status == "queued")
    await asyncio.sleep(0.02)
    polls = shown.views[-1].polls
    shown.controls.step()
    await until(lambda: shown.views[-1].run.status == "in_progress")
    await asyncio.sleep(0.02)
    assert shown.views[-1].polls == polls + 1
    assert [one.status for one in lab.workbench.truth(asked).transitions] == ["queued", "in_progress"]
    shown.controls.pause()
    assert (await watching).status == "completed"


async def test_in_real_time_a_pause_holds_the_view_alone(tmp_path: Path) -> None:
    """Nobody looks while it is held, and what happened meanwhile is seen afterwards."""
    with connect(target=Local(store=tmp_path / "store.db", pace=0)) as lab:
        shown = Presser("queued", "pause")
        asked = start(lab, "Hello")
        watching = asyncio.ensure_future(watch(asked, display=shown))
        await until(lambda: shown.views)
        await asyncio.sleep(0.05)
        requests = lab.wire.count
        await asyncio.sleep(0.05)
        assert lab.wire.count == requests
        assert not shown.controls.pacing.holds_the_run
        shown.controls.pause()
        assert (await watching).status == "completed"


async def test_cancel_ends_a_pause_and_a_wait_for_a_person(lab: Lab) -> None:
    """There is an end to be seen, and no answer is waited for any more."""
    tools, shown = Toolbox(opening_hours, approve=True), Recorder()
    asked = start(lab, "What are the opening hours of the museum?", tools)
    watching = asyncio.ensure_future(watch(asked, tools=tools, display=shown))
    await until(lambda: shown.views and shown.views[-1].approvals)
    shown.controls.pause()
    await asyncio.sleep(0.01)
    shown.controls.cancel()
    async with asyncio.timeout(1):
        assert (await watching).status == "cancelled"


async def test_another_speed_takes_hold_in_the_midst_of_a_wait(lab: Lab) -> None:
    """At a pace that nobody would live to see the end of, and then at once."""
    lab.workbench.pace = 1000.0
    shown = Recorder()
    watching = asyncio.ensure_future(watch(start(lab, "Hello"), display=shown))
    await until(lambda: shown.views)
    shown.controls.speed("instant")
    assert (await watching).status == "completed"
    assert lab.workbench.pace == 0


async def test_slices_of_time_add_up_to_what_they_cut(lab: Lab) -> None:
    """What a learner sees at a pace is what a test sees without one, to the last digit."""
    times: list[list[float | None]] = []
    for pace in (0.0, 0.001):
        with connect(seed=3, pace=pace) as other:
            run = await watch(start(other, "Hello"), display="none")
            times.append([one.at for one in run.view.statuses])
    assert times[0] == times[1]


async def test_a_run_expires_before_the_eyes_of_one_who_does_not_decide(lab: Lab) -> None:
    """At a pace, time passes while a person is asked, and the view counts it."""
    lab.workbench.pace = 0.0005
    shown = Recorder()
    tools = Toolbox(opening_hours, approve=True)
    asked = start(lab, "What are the opening hours of the museum?", tools)
    run = await watch(asked, tools=tools, display=shown)
    assert run.status == "expired"
    assert run.view.calls[0].state == "undecided"
    waits = [view.elapsed for view in shown.views if view.approvals]
    assert waits[-1] - waits[0] > 300


async def test_where_nobody_is_a_run_expires_at_once(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook that a program executes ends, though nobody presses a button."""
    monkeypatch.setenv("THREADLAB_UNATTENDED", "1")
    tools = Toolbox(opening_hours, approve=True)
    asked = start(lab, "What are the opening hours of the museum?", tools)
    run = await watch(asked, tools=tools, display="none")
    assert run.status == "expired"
    assert run.view.calls[0].state == "undecided"


async def test_without_a_pace_a_person_takes_no_time(lab: Lab) -> None:
    """So that what is judged comes out the same."""
    tools, shown = Toolbox(opening_hours, approve=True), Approver()
    run = await watch(
        start(lab, "What are the opening hours of the museum?", tools), tools=tools, display=shown
    )
    asked, ran = [view.at for view in shown.views if view.calls and view.calls[0].state != "arriving"][:2]
    assert asked == ran
    assert run.status == "completed"


async def test_the_live_card_shows_what_happened_beside_what_was_seen(lab: Lab) -> None:
    """The truth is the backend's own; a look that missed a status is told so."""
    asked = start(lab, "Hello")
    lab.time.sleep(20)
    run = await watch(asked, display="none")
    lanes = RunCard(run.view, Controls(lab.stepping)).lanes.value
    assert "queued for" in lanes
    assert "a look saw completed" in lanes
    assert "no look saw in_progress" in lanes
    assert RunCard(run.view).lanes.value == ""


async def test_it_can_be_walked_back_over(lab: Lab) -> None:
    """From the first look to the answer; as text, its lines."""
    run = await watch(start(lab, "Hello"), display="none")
    scrubber = run.scrub()
    assert "queued: accepted" in repr(scrubber)
    assert "the answer is in the thread" in scrubber._repr_mimebundle_()["text/html"]
    for _ in range(len(run.film)):
        scrubber.scrub.back.click()
    assert "tl-here" in scrubber.above.value
    assert "completed" not in scrubber.above.value.split("</header>")[0]


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
