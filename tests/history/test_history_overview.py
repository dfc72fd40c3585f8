"""A real history, read: search, tables, comparison, policies, budget and pruning of real user runs."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from threadlab import connect, diagnose, tool
from threadlab.connect.lab import Lab
from threadlab.errors import HistoryError, UnknownUserRun
from threadlab.history.contexts.context import KeepAll
from threadlab.history.contexts.context_policy import Recent, UserChoice, Writing
from threadlab.history.history import History
from threadlab.history.plans.prune import Keep
from threadlab.history.plans.reuse import Reuse
from threadlab.history.reading.compare import compare
from threadlab.history.work.budget import Budget
from threadlab.journal.fact import CallEnded, Entry
from threadlab.journal.files import Disk
from threadlab.journal.record import Record
from threadlab.journal.workspace import Workspace

PRICES = '[models."stand-in"]\ninput = 1000\noutput = 2000\n'


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    if city == "Atlantis":
        raise LookupError("there is no such city")
    return f"sunny in {city}"


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A seeded lab."""
    with connect(seed=7) as lab:
        yield lab


@pytest.fixture
def history(lab: Lab, tmp_path: Path) -> History:
    """Three turns on main, the second about a city that is not; the first is tagged and in a group."""
    (tmp_path / "prices.toml").write_text(PRICES)
    history = History(lab, tmp_path)
    main = history.branch(instructions="Be brief.", tools=[get_weather])
    first = main.ask("What is the weather in Oslo?")
    main.ask("What is the weather in Atlantis?")
    main.ask("Remember that my name is Grace.")
    first.tag("baseline")
    first.group("experiment A")
    return history


def test_user_runs_are_found_by_words_status_tag_tool_and_time(history: History) -> None:
    """All filters at once, newest first; a misspelt status is an error and no empty answer."""
    assert [one.input for one in history.search("weather")][-1] == "What is the weather in Oslo?"
    assert history.search("grace").ids == (history.goto(3).id,)
    assert (
        history.search(tag="baseline").ids
        == history.search(group="experiment A").ids
        == (history.goto(1).id,)
    )
    assert len(history.search(tool="get_weather", status="completed", since=timedelta(hours=1))) == 2
    assert len(history.search(until="2020-01-01")) == 0
    assert "What is the weather" in str(history.search("oslo"))
    for place in (1, 3):
        history.goto(place).group("all")
    assert (history.tags(), history.groups()) == (
        {"baseline": 1},
        {"all": (history.goto(1).id, history.goto(3).id), "experiment A": (history.goto(1).id,)},
    )
    assert (len(history.search(agent="agent")), len(history.search(agent="nobody"))) == (3, 0)
    for wrong in ({"status": "compleet"}, {"since": "yesterday"}):
        with pytest.raises(HistoryError):
            history.search(**wrong)  # type: ignore[arg-type]


def test_one_goes_from_user_run_to_user_run(history: History) -> None:
    """By place, piece of an id, next and previous."""
    first, second = history.goto(1), history[2]
    assert (first.next, second.previous) != (None, None)
    assert first.next is not None and first.next.id == second.id
    assert second.previous is not None and second.previous.id == first.id
    assert history[-1].next is None
    assert history[second.id[-4:]].id == second.id
    with pytest.raises(UnknownUserRun):
        history.goto(4)


def test_figures_over_real_user_runs(history: History) -> None:
    """Tokens in the table are those of the records; the tool that fails is named; each has its price."""
    table = history.table()
    assert table.column("tokens") == tuple(run.usage.total_tokens for run in history)
    assert set(table.column("cost is whole")) == {True}
    most = history.ask_about("which tool fails most").first or {}
    assert (most["failed"], most["latest failure"]) == (1, "LookupError: there is no such city")
    assert history.goto(2).decisions[0].endswith("which failed: LookupError: there is no such city")
    assert history.goto(2).tool_operations.column("result") == ("LookupError: there is no such city",)
    assert history.steps(tag="baseline").column("kind") == ("agent call", "tool call", "answer")
    assert history.goto(1).cost.amount > 0
    assert "get_weather(city=Oslo)" in str(history.goto(1).sequence)
    assert history.goto(1).decisions[0] == "agent used get_weather(city=Oslo): sunny in Oslo"
    assert history.scores("main")[history.goto(3).id].value > history.scores("main")[history.goto(2).id].value


def test_an_edit_is_compared_with_what_it_was_made_from(history: History) -> None:
    """The input differs, and so does the tool call that follows from it."""
    first = history.goto(1)
    other = first.edit(input="What is the weather in Rome?").rerun()
    comparison = first.compare(other)
    assert [one.field for one in comparison.config] == ["input"]
    assert [pair.look for pair in comparison.pairs] == ["other input", "other input", "other output"]
    assert (
        first.compare(other.id).b.id
        == history.compare(first, -1).b.id
        == compare(first, other).b.id
        == other.id
    )


def test_a_rerun_reuses_and_the_report_says_what_that_saved(history: History) -> None:
    """Its tokens and cost are those of the recorded call."""
    first = history.goto(1)
    again = first.retry(reuse=Reuse.finished())
    saved = history.report().saved.first
    assert saved is not None
    assert (saved["user run"], saved["tokens"]) == (again.id, first.usage.total_tokens)
    assert again.usage.total_tokens == 0


def test_a_policy_makes_the_next_call_smaller(history: History) -> None:
    """What an agent is given is drawn as a bar, from what was recorded of the call."""
    main = history.branch(context=UserChoice(drop=(2,), others=Recent(1)))
    turn = main.ask("What is my name?")
    uses = [piece.use for piece in turn.context_bar.pieces]
    assert uses == ["verbatim", "dropped", "verbatim"]  # the first is as short as its summary would be
    assert "Grace" in turn.output
    assert main.context_bar.given < sum(piece.original for piece in main.context_bar.pieces)
    whole = history.branch("whole", at=history.goto(3), context=Recent(9)).ask("What is my name?")
    assert turn.usage.prompt_tokens < whole.usage.prompt_tokens


def test_older_ones_are_given_as_summaries_and_the_next_call_is_much_smaller(history: History) -> None:
    """U42: by the service's own count, against the same branch with all of them."""
    long = history.branch("long", instructions="Be brief.")
    for city in ("Oslo", "Rome", "Bern"):
        long.ask(f"Remember that I was in {city}. " + "It was a day like many others. " * 30)
    everything = long.ask("What is my name?")
    brief = history.branch("brief", at=everything.parent, context=Recent(1)).ask("What is my name?")
    assert [piece.use for piece in brief.context_bar.pieces] == ["summary", "summary", "verbatim"]
    assert brief.usage.prompt_tokens < everything.usage.prompt_tokens / 2


def test_a_summary_written_down_stands_for_its_user_run(history: History) -> None:
    """Under any policy, unless the user keeps the whole; the original is still there, word for word."""
    first = history.goto(1)
    written = first.write_summary(tokens=40)
    assert first.annotations.summary == written
    turn = history.branch().ask("Thank you.")
    assert turn.context_bar.pieces[0].use == "summary"
    assert written in history.branch().context.said[0].text
    kept = history.branch(context=UserChoice(keep=(1,))).ask("Thank you.")
    assert kept.context_bar.pieces[0].use == "verbatim"
    first.summarise("")
    assert history.branch(context=KeepAll()).ask("Thank you.").context_bar.pieces[0].use == "verbatim"
    assert first.output == "Oslo: sunny in Oslo."


def test_a_user_run_is_resumed_and_replayed_with_the_context_that_it_had(history: History, lab: Lab) -> None:
    """A fresh process that names no policy gives the same summary, and asks nobody for it again."""
    asked: list[str] = []

    def summariser(record: Record, tokens: int) -> str:
        asked.append(record.id)
        return f"summary {len(asked)}"

    policy = UserChoice(summarise=(1,), writing=Writing(by=summariser))
    turn = history.branch(context=policy).ask("What is my name?\n@agent And the weather in Turin?")
    made, requests = len(asked), lab.wire.count
    fresh = History(lab, history.folder)
    replay = fresh[turn.id].replay()
    assert (len(asked), lab.wire.count) == (made, requests)
    assert replay.calls[0].context == turn.calls[0].context
    assert replay.calls[0].context[0].summary.startswith("summary")
    assert replay.context_bar.pieces[0].use == "summary"


def test_a_crashed_user_run_goes_on_with_the_context_that_it_had(history: History, lab: Lab) -> None:
    """In a fresh process that names no policy: what was finished or begun is not asked again."""
    main = history.branch(context=Recent(1, older="dropped"))
    execution = main.start("What is the weather in Turin?\n@agent And in Rome?")
    for seen in execution.follow():
        if isinstance(seen, Entry) and isinstance(seen.fact, CallEnded):
            break
    execution.close()
    asked = lab.wire.count
    fresh = History(lab, history.folder)
    fresh.branch(tools=[get_weather])
    resumed = fresh[execution.id].resume()
    assert resumed.output == "Rome: sunny in Rome."
    assert [piece.use for piece in resumed.context_bar.pieces] == ["dropped", "dropped", "verbatim"]
    sent = [one.path for one in lab.wire.since(asked) if one.method == "POST"]
    assert [path.rpartition("/")[2] for path in sent] == ["submit_tool_outputs"]


def test_a_budget_that_is_used_up_keeps_everything(history: History) -> None:
    """Nobody is there to extend it: incomplete, and the diagnosis says how to go on."""
    both = "What is the weather in Turin?\n@agent And in Rome?"
    turn = history.branch().ask(both, budget=Budget(tokens=200))
    assert turn.status == "incomplete"
    assert turn.output == "" and turn.calls[0].output == "Turin: sunny in Turin."
    assert str(turn).splitlines()[1] == "agent at 1 had answered: Turin: sunny in Turin."
    assert turn.diagnose().reason == "budget_used_up"
    on = turn.resume(budget=Budget(tokens=9999))
    assert (on.status, on.calls[0].reused) == ("completed", turn.id)


def test_a_template_is_asked_again_with_another_value(history: History) -> None:
    """Saved from a user run, found by its name."""
    history.goto(1).save_as_template("weather", city="Oslo")
    filled = history.templates["weather"].fill(city="Bern")
    turn = history.branch().ask(filled)
    assert turn.output == "Bern: sunny in Bern."
    assert turn.record.config.agents == history.goto(1).record.config.agents


def test_a_failed_call_is_diagnosed_from_the_journal_and_live(history: History, lab: Lab) -> None:
    """The fault that was asked for is known to the backend alone."""
    with lab.workbench.faults("model_error"):
        failed = history.branch().ask("Hello?")
    assert failed.status == "failed"
    assert "model_failed" in failed.diagnose()
    assert diagnose(failed) == failed.diagnose()
    assert not failed.diagnose().faults
    assert [fault.kind for fault in failed.diagnose(live=True).faults] == ["model_error"]


def test_pruning_removes_whole_user_runs_and_the_branch_goes_on(history: History) -> None:
    """A dry run removes nothing; afterwards the index knows the rest, and reuse of what stays still works."""
    first = history.goto(1)
    drafts = [first.edit(input=f"What is the weather in {city}?").rerun() for city in ("Rome", "Bern")]
    history.branch("kept", at=drafts[0])
    would = history.prune(0, dry_run=True)
    assert len(would.goes) == 3
    assert would.size > 0
    assert len(history) == 5
    history.goto(3).untag("nothing")
    done = history.prune(Keep(tags=("baseline",)))
    assert done.ids == would.ids[:2]
    assert set(history.search().ids) == {first.id, *(draft.id for draft in drafts)}
    assert history.branch().ask("And in Turin?").status == "completed"


def test_what_a_kept_user_run_took_over_is_kept_too(history: History) -> None:
    """Else the branch could not tell which thread its words are on."""
    third = history.goto(3)
    again = third.retry(reuse=Reuse.finished())
    assert third.id not in history.prune(0).ids
    assert history.branch().head is not None
    assert history.branch().ask("What is my name?").previous is not None
    assert again.record.calls[0].reused == third.id


def test_a_crash_in_the_midst_of_pruning_leaves_whole_user_runs(history: History, tmp_path: Path) -> None:
    """What is renamed is gone for every reader; doing it again goes on."""
    first = history.goto(1)
    first.edit(input="What is the weather in Rome?").rerun()

    class Dying(Disk):
        renamed = 0

        def rename(self, path: Path, to: Path) -> None:
            super().rename(path, to)
            Dying.renamed += 1
            raise KeyboardInterrupt

    history.workspace.files = Dying()
    with pytest.raises(KeyboardInterrupt):
        history.prune(0)
    assert Dying.renamed == 1
    left = Workspace(tmp_path)
    assert len(left.ids()) == 3
    assert all(left.record(id).status == "completed" for id in left.ids())
    history.workspace.files = Disk()
    assert len(history.prune(0).goes) == 2
    assert len(left.index.list()) == 1
    assert not [*tmp_path.glob(".removed-*")]
