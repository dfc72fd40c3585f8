"""The parts that decide without doing anything: commands, reuse, requests and their differences, news."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from threadlab.errors import HistoryError
from threadlab.history.plans.commands import commands_of, literal
from threadlab.history.plans.request import differences, request_hash
from threadlab.history.plans.reuse import Reuse
from threadlab.history.work.news import News
from threadlab.journal.values import Command
from threadlab.objects.event import MessageArrived, StatusChanged
from threadlab.objects.message import Message
from threadlab.objects.run import Run

ORDER = ("1", "2", "2.look.1", "2.look.2", "3")


@pytest.mark.parametrize(
    ("text", "queue"),
    [
        ("Hello.", [("a", "Hello.")]),
        ("Hello,\nyou @b there.", [("a", "Hello,\nyou @b there.")]),
        ("@b Judge.\nBe harsh.\n@a Thanks.", [("b", "Judge.\nBe harsh."), ("a", "Thanks.")]),
        ("First.\n@b Second.", [("a", "First."), ("b", "Second.")]),
        ("@nobody is here", [("a", "@nobody is here")]),
        ("@b\n", [("a", "@b")]),
    ],
)
def test_an_input_is_parsed_into_a_queue(text: str, queue: list[tuple[str, str]]) -> None:
    """A line that begins with an agent's name begins a command for it."""
    assert [(one.agent, one.text) for one in commands_of(text, ("a", "b"))] == queue


def test_commands_as_a_text_are_the_same_commands() -> None:
    """What a log shows as the input would do the same again."""
    queue = (Command(text="One.", agent="b"), Command(text="Two.", agent="a"))
    assert commands_of(literal(queue, "a"), ("a", "b")) == queue
    with pytest.raises(HistoryError, match="'c'"):
        commands_of([Command(text="x", agent="c")], ("a", "b"))


@pytest.mark.parametrize(
    ("reuse", "allowed"),
    [
        (Reuse.nothing(), ()),
        (Reuse.finished(), ORDER),
        (Reuse.everything(), ORDER),
        (Reuse.before("2"), ("1",)),
        (Reuse.before("2.look.2"), ("1", "2.look.1")),
        (Reuse.before("3"), ("1", "2", "2.look.1", "2.look.2")),
    ],
)
def test_reuse_allows_what_its_words_say(reuse: Reuse, allowed: tuple[str, ...]) -> None:
    """A unit that holds the path is made again; what came before in it is not. Its words can be read back."""
    calls = [path for path in ORDER if "." not in path]
    assert tuple(filter(reuse.allowing(ORDER, calls), ORDER)) == allowed
    assert Reuse.read(str(reuse)) == reuse


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(some.dictionaries(some.text(max_size=3), JSON, max_size=4))
def test_equal_requests_have_equal_hashes_and_no_differences(request: dict[str, object]) -> None:
    """In whatever order their fields stand."""
    turned = dict(reversed(request.items()))
    assert request_hash(request) == request_hash(turned) and differences(request, turned) == ()


def test_differences_name_the_field_and_both_values() -> None:
    """A value that one has not is nothing."""
    before = {"agent": {"instructions": "Be brief."}, "options": {}}
    after = {"agent": {"instructions": "Be long."}, "options": {"temperature": 1}}
    assert differences(before, after) == (
        "agent.instructions: 'Be brief.' → 'Be long.'",
        "options.temperature: nothing → 1",
    )


def test_following_again_tells_only_what_is_new() -> None:
    """A status is known once, for it may come again; a message is known for ever."""
    run = Run(id="run_1", thread_id="thread_1", agent_id="asst_1", status="in_progress")
    seen = StatusChanged(at=1, run=run, before=None)
    message = Message(id="msg_1", thread_id="thread_1", role="assistant", content=())
    said = MessageArrived(at=2, message=message)
    news = News([seen, said])
    assert [news.tells(one) for one in (seen, said, seen, said)] == [False, False, True, False]
