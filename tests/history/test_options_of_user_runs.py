"""Options: a word that means nothing is refused before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.history.conftest import every_file
from threadlab.connect.lab import Lab
from threadlab.errors import HistoryError
from threadlab.history.history import History


@pytest.mark.parametrize(
    ("verb", "wrong", "hint"),
    [
        ("ask", {"temprature": 0.3}, "did you mean temperature?"),
        ("ask", {"thread_polcy": "reject"}, "did you mean thread_policy?"),
        ("ask", {"thread_policy": "rejct"}, "did you mean 'reject'?"),
        ("ask", {"tools": []}, "history.branch(name, tools=[...])"),
        ("retry", {"thread_policy": "foo"}, "enqueue"),
        ("edit", {"instruction": "At length."}, "did you mean instructions?"),
        ("configure", {"modle": "gpt-5"}, "did you mean model?"),
        ("branch", {"metadata": {"a": "b"}}, "user_run.note(key, value)"),
        ("branch", {"agent_id": "asst_1"}, "agents=lab.get_agent(id)"),
    ],
)
def test_a_word_that_means_nothing_is_refused_and_nothing_is_written(
    here: Lab, tmp_path: Path, verb: str, wrong: dict[str, Any], hint: str
) -> None:
    """The error names what was meant, or what to do."""
    history = History(here, tmp_path)
    main = history.branch("main", instructions="Be brief.", temperature=0.5)
    turn = main.ask("Hello.")
    verbs: dict[str, Callable[..., Any]] = {
        "ask": lambda **given: main.ask("Hello.", **given),
        "retry": turn.retry,
        "edit": turn.edit,
        "configure": main.configure,
        "branch": lambda **given: history.branch("other", **given),
    }
    before = every_file(tmp_path)
    with pytest.raises(HistoryError) as refused:
        verbs[verb](**wrong)
    assert hint in refused.value.hint
    assert every_file(tmp_path) == before and history.branches == ("main",)
