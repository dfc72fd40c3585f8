"""A streamed answer becomes pieces, however the server cuts it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionChunk

from tests.model_server import chunk, fragment
from threadlab.backend.completer.openai_compatible.hearing import Hearing
from threadlab.backend.completer.port import Call, Cut, ModelError, Piece, Reason, Spent, Text


def hear(*events: bytes) -> list[Piece]:
    """All pieces of a stream of these events."""
    hearing, pieces = Hearing("m"), list[Piece]()
    for event in events:
        data = json.loads(event.removeprefix(b"data: "))
        pieces += hearing.pieces(ChatCompletionChunk.construct(**data) if isinstance(data, dict) else data)
    return [*pieces, *hearing.rest()]


def parse(event: bytes) -> ChatCompletionChunk:
    """A chunk as the client makes it."""
    return ChatCompletionChunk.model_validate_json(event.removeprefix(b"data: "))


def heard(*events: bytes) -> list[Piece]:
    """All pieces of a stream of these well-formed events."""
    hearing, pieces = Hearing("m"), list[Piece]()
    for event in events:
        pieces += hearing.pieces(parse(event))
    return [*pieces, *hearing.rest()]


def test_text_passes_as_it_comes_and_usage_ends_it() -> None:
    """The role alone, empty texts and thoughts are no text."""
    pieces = heard(
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": "hm"}),
        chunk({"content": "Hel"}),
        chunk({"content": "lo"}),
        chunk({}, "stop"),
        chunk(usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}),
    )
    assert pieces == [Text("Hel"), Text("lo"), Spent(3, 2)]


def calls_cut(cuts: Sequence[tuple[int, str]], arguments: Sequence[str]) -> list[Any]:
    """The deltas of calls whose arguments come in these cuts, in turn."""
    deltas: list[Any] = [fragment(index, f"id{index}", "weather") for index in range(len(arguments))]
    return [
        {"tool_calls": [delta]} for delta in (*deltas, *(fragment(i, None, None, text) for i, text in cuts))
    ]


@given(st.data())
def test_arguments_come_together_however_they_are_cut_and_mixed(data: st.DataObject) -> None:
    """Fragments are told apart by number; several calls may grow at once."""
    arguments = data.draw(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=3))
    left = list(arguments)
    cuts: list[tuple[int, str]] = []
    while any(left):
        index = data.draw(st.sampled_from([i for i, text in enumerate(left) if text]))
        size = data.draw(st.integers(1, len(left[index])))
        cuts.append((index, left[index][:size]))
        left[index] = left[index][size:]
    events = [chunk(delta) for delta in calls_cut(cuts, arguments)]
    assert heard(*events, chunk({}, "tool_calls")) == [Call("weather", text) for text in arguments]


def test_calls_that_all_have_number_0_are_told_apart_by_id() -> None:
    """As Ollama sends them, and ends with `stop`."""
    one, two = fragment(0, "a", "f", '{"x":1}'), fragment(0, "b", "f", '{"x":2}')
    assert heard(chunk({"tool_calls": [one]}), chunk({"tool_calls": [two]}), chunk({}, "stop")) == [
        Call("f", '{"x":1}'),
        Call("f", '{"x":2}'),
    ]


def test_an_id_that_is_repeated_in_each_fragment_is_one_call() -> None:
    """Some servers do."""
    parts = [fragment(0, "a", "f", '{"x"'), fragment(0, "a", "f", ":1}")]
    assert heard(*(chunk({"tool_calls": [part]}) for part in parts), chunk({}, "tool_calls")) == [
        Call("f", '{"x":1}')
    ]


def test_a_call_without_a_number_or_with_an_object_for_arguments_is_a_call() -> None:
    """What no standard allows and some servers send."""
    odd = ChatCompletionChunk.construct(
        model="m",
        choices=[
            {"delta": {"tool_calls": [fragment(None, "a", "f", {"x": 1}), fragment(None, "b", "g")]}},
            {"delta": {}, "finish_reason": "stop"},
        ],
    )
    hearing = Hearing("m")
    assert [*hearing.pieces(odd), *hearing.rest()] == [Call("f", '{"x": 1}'), Call("g", "{}")]


def test_an_answer_at_its_limit_is_cut() -> None:
    """The engine makes the run incomplete of it; the count of tokens comes before."""
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    pieces = heard(chunk({"content": "Hel"}), chunk({}, "length"), chunk(usage=usage))
    assert pieces == [Text("Hel"), Spent(3, 2), Cut("max_completion_tokens")]


def test_another_models_name_is_told() -> None:
    """What really answered is part of the truth."""
    (text, reason) = heard(chunk({"content": "x"}, model="m-2024"), chunk({}, "stop", model="m-2024"))
    assert (text, reason) == (Text("x"), Reason("", "it answered as m-2024"))


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([], "before it said anything"),
        ([chunk({"content": "x"})], "in the midst"),
        ([chunk({"content": "x"}), chunk({}, "content_filter")], "content filter"),
        ([b"data: []"], "no part of an answer"),
        ([b'data: "hello"'], "no part of an answer"),
    ],
)
def test_an_answer_that_is_not_whole_is_an_error(events: list[bytes], words: str) -> None:
    """Half an answer is never taken for a whole one."""
    with pytest.raises(ModelError, match=words):
        hear(*events)


def test_chunks_that_lack_what_they_should_have_add_nothing() -> None:
    """Other keys, empty lists, nulls."""
    odd = (b'data: {"choices": null}', b"data: {}", b'data: {"choices": [{"delta": null}]}')
    end = b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}'
    assert hear(*odd, end) == []
