"""What no person began is told from what somebody typed, in every view of user runs."""

from __future__ import annotations

from pathlib import Path

from threadlab import connect, views
from threadlab.history.history import History
from threadlab.journal.values import Trigger


def test_a_user_run_of_the_system_is_marked_in_every_view_and_can_be_filtered_u24(tmp_path: Path) -> None:
    """Cards, tree, facts, sequence, comparison, lists and its own name say it; of another none does."""
    with connect(seed=7) as lab:
        history = History(lab, tmp_path / "runs")
        main = history.branch("main", instructions="Be brief.")
        typed = main.ask("Hello.")
        told = [str(views.user_runs(main)), str(views.history_tree(history)), repr(typed.compare(typed))]
        told += [str(views.event_scrubber(typed)), str(history.search()), repr(typed)]
        assert not any("system" in one for one in told)
        began = main.ask("Hello.", trigger=Trigger(type="system", cause="the-report-k3x9"))
        marked = [str(views.user_runs(main)), str(views.history_tree(history)), repr(typed.compare(began))]
        marked += [str(views.event_scrubber(began)), repr(began), str((began,))]
        assert ["system-triggered" in one for one in marked] == [True] * len(marked)
        named = [str(history.search()), str(history.table()), str(views.user_run_sequence(began))]
        assert ["system" in one for one in named] == [True] * len(named)
        assert history.search(trigger="system").ids == (began.id,)
