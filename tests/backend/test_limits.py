from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backend_client import Client, Scene
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Piece, Request, Said, Spent, Text
from threadlab.backend.completer.tokens import estimate, estimate_request, first_tokens
from threadlab.backend.engine.limits import Kept, cost, fitting
from threadlab.backend.local import Backend

PIECES = st.lists(
    st.one_of(
        st.text(max_size=12).map(Text),
        st.builds(Call, st.sampled_from(["f", "get_weather"]), st.just('{"city": "Oslo"}')),
    ),
    max_size=12,
)


def client_of(function: Callable[[Request], Any]) -> Client:
    """A client of a backend whose model is that function."""
    return Client(Backend.seeded(1, completer=FromFunction(function)))


def cost_of(pieces: list[Piece]) -> int:
    """What an answer costs, as the engine counts."""
    text = "".join(piece.text for piece in pieces if isinstance(piece, Text))
    return estimate(text) + sum(cost(piece) for piece in pieces if isinstance(piece, Call))


@settings(deadline=None)
@given(PIECES, st.integers(1, 30))
def test_an_answer_never_exceeds_its_tokens_and_is_cut_only_where_it_must(
    pieces: list[Piece], most: int
) -> None:
    """What is let through is a beginning of the answer, all of it if it fits."""
    kept = Kept(Request(model="m", instructions="", messages=(), options={"max_completion_tokens": most}))
    through = list(kept.pieces(pieces))
    assert cost_of(through) <= most
    assert (kept.cut == "max_completion_tokens") == (cost_of(pieces) > most)
    text, whole = ("".join(p.text for p in some if isinstance(p, Text)) for some in (through, pieces))
    assert whole.startswith(text)
    if not kept.cut:
        assert through == pieces


@settings(deadline=None)
@given(st.text(max_size=60), st.integers(0, 30))
def test_the_first_tokens_of_a_text_are_as_many_as_fit(text: str, most: int) -> None:
    """One character more would be a token too many."""
    first = first_tokens(text, most)
    assert text.startswith(first)
    assert estimate(first) <= most
    assert first == text or estimate(text[: len(first) + 1]) > most


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), max_size=8), st.integers(1, 80))
def test_history_is_cut_from_its_old_end_until_the_prompt_fits(texts: list[str], most: int) -> None:
    """The newest messages stay; if the newest alone is too much, there is nothing to ask."""
    whole = Request(model="m", instructions="Be kind.", messages=tuple(Said("user", text) for text in texts))
    fitted = fitting(whole, most)
    if fitted is None:
        assert (
            estimate_request(Request(model="m", instructions="Be kind.", messages=whole.messages[-1:])) > most
        )
        return
    assert estimate_request(fitted) <= most
    kept = len(fitted.messages)
    assert whole.messages[len(texts) - kept :] == fitted.messages


def test_an_answer_that_is_too_long_ends_its_run_as_incomplete_with_what_was_written() -> None:
    """The message stays on the thread, and the next run does not read it."""
    client = Client(Backend.seeded(1, completer=Scene()))
    run = client.run(max_completion_tokens=4)
    done = client.until(run, "incomplete")
    assert done["incomplete_details"] == {"reason": "max_completion_tokens"}
    assert done["usage"]["completion_tokens"] == 4
    assert done["max_completion_tokens"] == 4
    newest = client.get(f"/threads/{done['thread_id']}/messages")["data"][0]
    assert newest["content"][0]["text"]["value"].strip() == "It is sunny in"
    (step,) = client.get(f"{run}/steps")["data"]
    assert step["status"] == "completed"
    client.until(client.run_on(done["thread_id"], done["assistant_id"]), "completed")


def test_the_limit_counts_over_all_consultations_of_a_run() -> None:
    """What a tool round has cost is not there for the answer."""
    scene = Scene()
    client = Client(Backend.seeded(1, completer=scene))
    run = client.run(tools=True, max_completion_tokens=30)
    client.until(run, "requires_action")
    client.answer(run)
    done = client.until(run, "incomplete")
    asked = [request.options["max_completion_tokens"] for request in scene.seen]
    assert asked[0] == 30 > asked[1] > 0
    assert done["usage"]["completion_tokens"] <= 30


def test_calls_that_cost_too_much_are_not_asked_for() -> None:
    """The run ends instead of waiting for outputs that could not be used."""
    client = Client(Backend.seeded(1, completer=Scene()))
    run = client.run(tools=True, max_completion_tokens=cost(Call("weather", '{"city": "Oslo"}')))
    assert client.until(run, "incomplete")["required_action"] is None
    (step,) = client.get(f"{run}/steps")["data"]
    assert (step["status"], len(step["step_details"]["tool_calls"])) == ("cancelled", 1)
    run = client.run(tools=True, max_completion_tokens=2)
    client.until(run, "incomplete")
    assert client.get(f"{run}/steps")["data"] == []


def test_a_run_that_has_nothing_left_to_write_with_does_not_ask_the_model() -> None:
    """Its last token went into the calls."""
    scene = Scene()
    client = Client(Backend.seeded(1, completer=scene))
    calls = [Call("weather", '{"city": "Oslo"}'), Call("weather", '{"city": "Bergen"}')]
    run = client.run(tools=True, max_completion_tokens=sum(map(cost, calls)))
    client.until(run, "requires_action")
    client.answer(run)
    assert client.until(run, "incomplete")["incomplete_details"] == {"reason": "max_completion_tokens"}
    assert len(scene.seen) == 1


def test_a_prompt_limit_leaves_old_messages_out() -> None:
    """The model is given as many of the newest as fit, and the log says from which on."""
    scene = Scene()
    client = Client(Backend.seeded(1, completer=scene))
    thread = client.thread(*(f"message number {n}" for n in range(20)))
    run = client.run_on(thread, client.agent(), max_prompt_tokens=40)
    done = client.until(run, "completed")
    assert 0 < done["usage"]["prompt_tokens"] <= 40
    given = [said.text for said in scene.seen[0].messages]
    assert given == [f"message number {n}" for n in range(20 - len(given), 20)]
    assert 1 < len(given) < 20
    asked = next(
        entry for entry in client.backend.store.log(run_id=done["id"]) if entry.kind == "model.asked"
    )
    first = client.get(f"/threads/{thread}/messages/{asked.data['oldest']}")
    assert first["content"][0]["text"]["value"] == given[0]


def test_a_prompt_that_cannot_fit_ends_the_run_as_incomplete_before_the_model_is_asked() -> None:
    """Nothing is written."""
    scene = Scene()
    client = Client(Backend.seeded(1, completer=scene))
    run = client.run(max_prompt_tokens=3)
    done = client.until(run, "incomplete")
    assert done["incomplete_details"] == {"reason": "max_prompt_tokens"}
    assert scene.seen == []
    assert client.get(f"{run}/steps")["data"] == []


def test_one_call_at_a_time_holds_for_any_model() -> None:
    """Further calls are dropped and the reason is told; the model may ask again."""
    client = Client(Backend.seeded(1, completer=Scene()))
    run = client.run(tools=True, parallel_tool_calls=False)
    waiting = client.until(run, "requires_action")
    assert len(waiting["required_action"]["submit_tool_outputs"]["tool_calls"]) == 1
    assert waiting["parallel_tool_calls"] is False
    log = client.backend.store.log(run_id=waiting["id"])
    (answer,) = [entry.data for entry in log if entry.kind == "model.answered"]
    assert "takes 1 of the 2 calls" in answer["reasons"][-1]["because"]


def test_without_a_choice_of_tools_no_call_goes_through() -> None:
    """tool_choice none holds for a model that calls all the same."""
    client = client_of(lambda request: ["well", Call("weather", "{}")])
    client.until(client.run(tools=True, tool_choice="none"), "completed")


def test_tokens_that_the_model_counted_are_believed_unless_it_was_cut() -> None:
    """A count of the whole answer says nothing about its beginning, but all about the prompt."""
    client = client_of(lambda request: [Spent(100, 50), "one two three four"])
    assert client.until(client.run(), "completed")["usage"]["completion_tokens"] == 50
    cut = client.until(client.run(max_completion_tokens=2), "incomplete")["usage"]
    assert (cut["prompt_tokens"], cut["completion_tokens"], cut["estimated"]) == (100, 2, True)


def test_a_model_that_keeps_the_limit_by_its_own_count_is_believed() -> None:
    """Its tokens are not the engine's estimates: it stopped at the limit, and says so at its end."""
    client = client_of(lambda request: [*("one ", "two ", "three ", "four"), Spent(100, 2), "more"])
    cut = client.until(client.run(max_completion_tokens=2), "incomplete")["usage"]
    assert (cut["prompt_tokens"], cut["completion_tokens"], "estimated" in cut) == (100, 2, False)


def test_a_model_that_ignores_its_limit_is_not_listened_to_for_long() -> None:
    """After the cut as many pieces are drawn as the limit has tokens."""
    drawn = []
    request = Request(model="m", instructions="", messages=(), options={"max_completion_tokens": 5})
    endless = (drawn.append(n) or Text("word ") for n in range(10**6))  # type: ignore[func-returns-value]
    text = "".join(piece.text for piece in Kept(request).pieces(endless) if isinstance(piece, Text))
    assert (text.strip(), len(drawn)) == ("word word word word word", 11)


@pytest.mark.parametrize("last", [1, 3])
def test_a_truncation_strategy_limits_the_messages(last: int) -> None:
    """The newest so many."""
    scene = Scene()
    client = Client(Backend.seeded(1, completer=scene))
    strategy = {"type": "last_messages", "last_messages": last}
    run = client.run_on(client.thread("a", "b", "c", "d"), client.agent(), truncation_strategy=strategy)
    assert client.until(run, "completed")["truncation_strategy"] == strategy
    assert [said.text for said in scene.seen[0].messages] == ["a", "b", "c", "d"][-last:]
