"""A flow's folder on the page: it grows with the facts, can be walked back, and is run again from a node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.recorded_comm import RecordedComm, recorded
from tests.widgets.told_user_runs import told
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.flows import (
    AgentComponent,
    AgentNode,
    AgentRunner,
    CommandNode,
    Flow,
    Parallel,
    PythonNode,
    RunContext,
)
from threadlab.history.history import History
from threadlab.widgets.user_runs.run_folder import RunFolder, render_html, render_text
from threadlab.widgets.user_runs.run_folder_view import HOW, NO_CODE, RunFolderView
from threadlab.widgets.user_runs.user_run_card import user_run_card

HOSTILE = "<img src=x onerror=alert(1)>"


def first() -> str:
    """A result that is no good as HTML."""
    return HOSTILE


def agent(mended: bool = True) -> AgentComponent:
    """Three nodes, the last of which may fail."""
    last = CommandNode("last", ["sh", "-c", "echo done > out.txt" if mended else "exit 3"])
    ask = AgentNode("ask", prompt="Say hello", instructions="Be brief.")
    return AgentComponent("agent", [Flow("flow", [PythonNode("first", first), ask, last])])


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Seeded, without waiting."""
    with connect(seed=5, pace=0) as lab:
        yield lab


def set_up(lab: Lab, project: Path, root: AgentComponent) -> RunContext:
    """A context whose run has been set up and nothing more."""
    context = RunContext(root, project_root=project, lab=lab)
    context.setup_run()
    return context


def test_the_tree_is_what_lies_in_the_folder_and_grows_with_the_facts(lab: Lab, tmp_path: Path) -> None:
    """At every fact, each node's result is on disk as soon as the tree shows it."""
    context = set_up(lab, tmp_path, agent())
    view = RunFolderView(context)
    assert set(view.folder.rows) == {"events.jsonl"}
    run_dir = context.env_params.run_dir
    seen: list[int] = []

    def look(entry: object) -> None:
        results = [path for path in view.folder.rows if path.endswith("result.json")]
        seen.append(len(results))

    context.prepared.subscribe(look)
    AgentRunner(context.tree.root, context).run()
    assert sorted(set(seen)) == [0, 1, 2, 3] and seen == sorted(seen)
    files = {path for path, row in view.folder.rows.items() if not row.is_folder}
    there = {path.relative_to(run_dir).as_posix() for path in run_dir.rglob("*") if path.is_file()}
    assert (
        files == {path for path in there if not path.startswith(".lock")}
        and "agent/flow/last/files/out.txt" in files
    )
    view.close()


def test_each_result_is_on_disk_when_its_node_ends(lab: Lab, tmp_path: Path) -> None:
    """Not only when all is over: the next node can see it."""
    found: list[bool] = []

    def look() -> None:
        found.append((context.env_params.run_dir / "agent" / "one" / "result.json").is_file())

    root = AgentComponent("agent", [PythonNode("one", first), PythonNode("two", look)])
    context = set_up(lab, tmp_path, root)
    AgentRunner(context.tree.root, context).run()
    assert found == [True]


def test_a_fact_is_a_few_small_messages_to_the_page(lab: Lab, tmp_path: Path) -> None:
    """The row of the log, and those that the fact touched: never the whole tree."""
    view = RunFolderView(set_up(lab, tmp_path, agent()))
    comm: RecordedComm = recorded(view.tree)
    comm.receive({"has": 1})
    comm.sent.clear()
    AgentRunner(agent_of(view), context_of(view)).run()
    assert all(set(told) <= {"at", "add", "put"} for told in comm.said)
    added = [told["add"]["path"] for told in comm.said if "add" in told]
    assert added[:5] == [
        "agent",
        "agent/flow",
        "agent/flow/first",
        "agent/flow/first/result.json",
        "agent/flow/ask",
    ]
    assert len(comm.said) < 3 * len(view.entries) + 20


def test_the_slider_shows_the_folder_as_it_was(lab: Lab, tmp_path: Path) -> None:
    """With what was new at that fact; at its right end it is the present again."""
    view = RunFolderView(set_up(lab, tmp_path, agent()))
    AgentRunner(agent_of(view), context_of(view)).run()
    comm = recorded(view.tree)
    place = next(n for n, one in enumerate(view.entries) if type(one.fact).__name__ == "UnitEnded")
    view.scrub.slider.value = place
    (past,) = [told["past"] for told in comm.said]
    assert [row["path"] for row in past if row["fresh"]] == [
        "events.jsonl",
        "agent/flow/first",
        "agent/flow/first/result.json",
    ]
    assert not any(row["path"].startswith("agent/flow/ask") for row in past)
    assert "</span> in_progress</span>" in view.head.value
    view.scrub.live.click()
    assert comm.said[-1] == {"past": None} and "</span> completed</span>" in view.head.value


def test_rerun_from_here_takes_over_what_came_before(lab: Lab, tmp_path: Path) -> None:
    """The plan is read before the press; the new run's folder grows below, the old one stays."""
    view = RunFolderView(set_up(lab, tmp_path, agent(mended=False)))
    with pytest.raises(Exception, match="exit code 3"):
        AgentRunner(agent_of(view), context_of(view)).run()
    assert view.button.disabled and HOW in view.unit.value
    view.tree.answer({"choose": "agent.flow.last"})
    assert "reuse units agent.flow.first, agent.flow.ask; execute unit agent.flow.last" in view.unit.value
    asked, before = len(lab.wire), context_of(view).env_params.run_dir.joinpath("events.jsonl").read_bytes()
    view.button.click()
    (again,) = view.again
    assert len(lab.wire) == asked and "exit code 3" in again.unit.value
    assert "reused from" in again.folder.rows["agent/flow/ask"].about
    assert context_of(view).env_params.run_dir.joinpath("events.jsonl").read_bytes() == before
    view.choose("agent.flow.thrid")
    assert view.button.disabled and "did you mean" in view.unit.value
    view.close()


def test_nodes_side_by_side_are_drawn_as_they_come(lab: Lab, tmp_path: Path) -> None:
    """From the threads that they run in."""
    both = Parallel("both", [PythonNode(f"n{number}", first) for number in range(8)])
    view = RunFolderView(set_up(lab, tmp_path, AgentComponent("agent", [both])))
    AgentRunner(agent_of(view), context_of(view)).run()
    assert [entry.seq for entry in view.entries] == list(range(1, len(view.entries) + 1))
    assert render_text(view.folder) == render_text(RunFolder(view.entries, view._on_disk()))


def test_a_recorded_run_is_shown_without_its_code_and_grows_on_refresh(lab: Lab, tmp_path: Path) -> None:
    """As another process, or tomorrow, sees it."""
    context = set_up(lab, tmp_path, agent())
    view = RunFolderView(History(lab, tmp_path / "runs")[context.run_id])
    AgentRunner(context.tree.root, context).run()
    assert set(view.folder.rows) == {"events.jsonl"}
    view.refresh()
    view.choose("agent.flow.ask")
    assert "agent/flow/ask/result.json" in view.folder.rows
    assert "Say hello" in view.unit.value and NO_CODE in view.unit.value and view.button.disabled
    assert view.rerun() is None


def test_the_tree_as_text_and_as_html_that_does_nothing(lab: Lab, tmp_path: Path) -> None:
    """What a node gave is text; every row is there."""
    context = set_up(lab, tmp_path, agent())
    AgentRunner(context.tree.root, context).run()
    view = RunFolderView(context)
    lines = repr(view).splitlines()
    assert lines[0] == f"✓ run folder {context.run_id}/ completed"
    assert lines[1].startswith("  ├─ events.jsonl")
    assert any(line.startswith("  │     ├─ ✓ first/") and "completed · python" in line for line in lines)
    bundle = view._repr_mimebundle_()
    assert bundle["text/plain"] == repr(view)
    assert HOSTILE not in bundle["text/html"] and "&lt;img src=x" in bundle["text/html"]
    view.choose("agent.flow.first")
    assert HOSTILE not in view.unit.value and "&lt;img" in view.unit.value


def test_a_turns_folder_has_no_nodes() -> None:
    """Its agent calls have no folders of their own."""
    folder = RunFolder(told("a1a1").entries)
    assert not any(row.unit for row in folder.rows.values())
    assert "run.json" in folder.rows and "messages.jsonl" in render_html(folder)


def context_of(view: RunFolderView) -> RunContext:
    """The context that it shows."""
    assert isinstance(view.run, RunContext)
    return view.run


def agent_of(view: RunFolderView) -> AgentComponent:
    """Its component."""
    root = context_of(view).tree.root
    assert isinstance(root, AgentComponent)
    return root


def test_the_card_has_all_nodes_in_the_order_in_which_they_began(lab: Lab, tmp_path: Path) -> None:
    """Agent calls in their places, and each again in a section of its own."""
    root = agent()
    context = set_up(lab, tmp_path, root)
    AgentRunner(root, context).run()
    card = user_run_card(context.record)
    assert [unit.path for unit in card.units] == ["agent.flow.first", "agent.flow.ask", "agent.flow.last"]
    assert card.units[1].about.startswith("agent call · ")
    assert [section.path for section in card.sections] == ["agent.flow.ask"]
