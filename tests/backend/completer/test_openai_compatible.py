"""The completer against an endpoint on this machine: what comes, what goes wrong, and what it says then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tests.model_server import DONE, END, Asked, chunk, fragment, serving
from threadlab.backend.completer.openai_compatible.client import Patience
from threadlab.backend.completer.openai_compatible.completer import OpenAICompatible
from threadlab.backend.completer.openai_compatible.endpoint import Endpoint, endpoint_at
from threadlab.backend.completer.port import Call, ModelError, Piece, Request, Said, Spent, Text

HURRIED = Patience(connect=2, first_token=10, between_tokens=10, retries=0)
QUESTION = Request(model="", instructions="be kind", messages=(Said("user", "hello"),))
LIMIT = "limit reached"


def ask(endpoint: Endpoint, patience: Patience = HURRIED, request: Request = QUESTION) -> list[Piece]:
    """The whole answer, without its beats."""
    return [piece for piece in OpenAICompatible(endpoint, patience).complete(request) if piece != Text("")]


def refused(answer: Callable[[Asked], None], patience: Patience = HURRIED) -> ModelError:
    """The error that asking such an endpoint ends with."""
    with serving(answer) as server, pytest.raises(ModelError) as caught:
        ask(server.endpoint, patience)
    return caught.value


def test_an_answer_comes_in_pieces_with_its_tokens() -> None:
    """The key is sent; the model is the endpoint's where the agent names none."""

    def answer(asked: Asked) -> None:
        usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
        asked.say(chunk({"content": "Hel"}), chunk({"content": "lo"}), END, chunk(usage=usage), DONE)

    with serving(answer) as server:
        pieces = ask(endpoint_at(server.url, model="m", key="sk-1"))
        (asked,) = server.asked
    assert pieces == [Text("Hel"), Text("lo"), Spent(3, 2)]
    assert (asked.path, asked.headers["authorization"]) == ("/v1/chat/completions", "Bearer sk-1")
    assert (asked.body["model"], asked.body["stream"]) == ("m", True)


def test_text_and_several_calls_may_come_in_one_answer() -> None:
    """Without a count of tokens there is none, and the engine estimates."""

    def answer(asked: Asked) -> None:
        first = {"tool_calls": [fragment(0, "a", "f"), fragment(1, "b", "g")]}
        then = {"tool_calls": [fragment(1, None, None, "{}"), fragment(0, None, None, '{"x":1}')]}
        asked.say(chunk({"content": "Let me see."}), chunk(first), chunk(then), chunk({}, "tool_calls"), DONE)

    with serving(answer) as server:
        assert ask(server.endpoint) == [Text("Let me see."), Call("f", '{"x":1}'), Call("g", "{}")]


def test_what_is_cut_in_the_middle_of_an_event_is_put_together() -> None:
    """A network cuts where it likes, also inside a letter."""
    stream = chunk({"content": "blå"}) + END + DONE

    def answer(asked: Asked) -> None:
        asked.say(*(stream[place : place + 7] for place in range(0, len(stream), 7)))

    with serving(answer) as server:
        assert ask(server.endpoint) == [Text("blå")]


def test_the_first_piece_is_there_before_the_last_was_made() -> None:
    """The server goes on only when the first piece has arrived."""
    arrived = threading.Event()

    def answer(asked: Asked) -> None:
        asked.begin()
        asked.piece(chunk({"content": "first"}))
        assert arrived.wait(10)
        asked.piece(chunk({"content": "last"}) + END + DONE)
        asked.wfile.write(b"0\r\n\r\n")

    with serving(answer) as server:
        pieces = (p for p in OpenAICompatible(server.endpoint, HURRIED).complete(QUESTION) if p != Text(""))
        assert next(pieces) == Text("first")
        arrived.set()
        assert list(pieces) == [Text("last")]


@pytest.mark.parametrize("has_begun", [True, False])
def test_leaving_hangs_up_even_while_the_model_is_silent(has_begun: bool) -> None:
    """The server sees the connection end, so the model stops working for nobody."""
    listening, hung_up = threading.Event(), threading.Event()

    def answer(asked: Asked) -> None:
        listening.set()
        if has_begun:
            asked.begin()
            asked.piece(chunk({"content": "first"}))
        if asked.connection.recv(1) == b"":
            hung_up.set()
        asked.close_connection = True

    with serving(answer) as server:
        pieces = iter(OpenAICompatible(server.endpoint, HURRIED).complete(QUESTION))
        expected = Text("first" if has_begun else "")
        assert any(piece == expected for piece in pieces)
        assert listening.wait(10)
        pieces.close()  # type: ignore[attr-defined]
        assert hung_up.wait(10)


async def test_it_may_be_asked_where_an_event_loop_runs() -> None:
    """As in a notebook's kernel: it has a thread of its own."""
    with serving(lambda asked: asked.say(chunk({"content": "x"}), END, DONE)) as server:
        assert ask(server.endpoint) == [Text("x")]


def test_too_many_requests_are_asked_again_as_the_server_wishes() -> None:
    """And the run fails only if that does not help, with the service's own code."""
    answers = iter([429, 200])

    def answer(asked: Asked) -> None:
        if next(answers, 429) == 429:
            asked.reply(429, {"error": {"message": LIMIT}}, retry_after="0.01")
        else:
            asked.say(chunk({"content": "x"}), END, DONE)

    with serving(answer) as server:
        assert ask(server.endpoint, Patience(retries=1)) == [Text("x")]
        assert len(server.asked) == 2
        with pytest.raises(ModelError, match="takes no more requests") as caught:
            ask(server.endpoint, Patience(retries=1))
        assert len(server.asked) == 4
    assert caught.value.code == "rate_limit_exceeded"
    assert LIMIT in caught.value.message
    assert "wait 0.01 s" in caught.value.message


def test_an_error_of_the_server_is_told_in_its_words() -> None:
    """After the retries."""
    error = refused(lambda asked: asked.reply(500, {"error": {"message": "out of\nmemory"}}))
    assert error.code == "server_error"
    assert "failed (500, out of memory)" in error.message


def test_a_refused_request_is_told_in_the_servers_words() -> None:
    """Once, for asking again would not help."""
    error = refused(lambda asked: asked.reply(400, {"error": {"message": "bad temperature"}}), Patience())
    assert "refused the request (400, bad temperature)" in error.message


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_says_what_to_set(status: int) -> None:
    """Which key is meant."""
    error = refused(lambda asked: asked.reply(status, {"error": {"message": "no"}}))
    assert "set MODEL_API_KEY" in error.message


def models(asked: Asked, *names: str) -> None:
    """Answer with these models; to anything else, that there is no such thing."""
    if asked.path.startswith("/v1/models"):
        asked.reply(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in names]})
    else:
        asked.reply(404, {"error": {"message": "model not found"}})


def test_a_model_that_is_not_there_is_named_with_those_that_are() -> None:
    """It is the commonest mistake."""
    error = refused(lambda asked: models(asked, "llama3.2:latest", "qwen3:8b"))
    assert "no model 'm'; it has llama3.2:latest, qwen3:8b: set MODEL_NAME" in error.message


@pytest.mark.parametrize("names", [(), ("m",)])
def test_another_404_asks_whether_the_address_is_right(names: tuple[str, ...]) -> None:
    """The model is there, or nothing says so."""
    error = refused(lambda asked: models(asked, *names))
    assert "/v1/chat/completions (model not found): is MODEL_BASE_URL right?" in error.message


def test_nothing_there_says_which_url_and_what_to_start() -> None:
    """A port that nobody listens on."""
    with serving(lambda asked: None) as server:
        endpoint = server.endpoint
    with pytest.raises(
        ModelError, match=r"nothing answers at http://127\.0\.0\.1:\d+/v1 \(Connection refused\)"
    ):
        ask(endpoint)
    with pytest.raises(ModelError, match="correct MODEL_BASE_URL"):
        ask(endpoint)


def test_a_web_page_in_the_streams_place_is_no_answer() -> None:
    """A wrong address often answers with one."""
    error = refused(lambda asked: asked.reply(200, "<html>Welcome</html>"))
    assert "answered with text/html, not with a stream: is MODEL_BASE_URL right?" in error.message


def test_a_connection_that_breaks_in_the_midst_is_told_as_that() -> None:
    """What was said so far was said; the run fails."""

    def answer(asked: Asked) -> None:
        asked.begin()
        asked.piece(chunk({"content": "half"}))
        asked.close_connection = True

    with serving(answer) as server:
        pieces = OpenAICompatible(server.endpoint, HURRIED).complete(QUESTION)
        heard = []
        with pytest.raises(ModelError, match="in the midst of the answer"):
            for piece in pieces:
                heard.append(piece)
    assert Text("half") in heard


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (b"data: {no json\n\n", "what is no stream of an answer"),
        (b"data: \xff\xfe\n\n", "what is no stream of an answer"),
        (b"data: [1, 2]\n\n", "no part of an answer"),
        (b'data: {"error": {"message": "CUDA out of memory"}}\n\n', "CUDA out of memory"),
    ],
)
def test_a_stream_that_is_spoilt_fails_with_words(spoilt: bytes, words: str) -> None:
    """Not with a traceback."""
    error = refused(lambda asked: asked.say(chunk({"content": "x"}), spoilt, END, DONE))
    assert words in error.message


def test_an_error_in_the_stream_keeps_its_code() -> None:
    """Some servers find their limit when the head is sent already."""
    error = refused(lambda asked: asked.say(b'data: {"error": {"message": "Rate limit exceeded"}}\n\n'))
    assert error.code == "rate_limit_exceeded"


def silent(asked: Asked) -> None:
    """Say nothing until the other side hangs up."""
    asked.connection.recv(1)
    asked.close_connection = True


def test_a_model_that_does_not_begin_is_given_up() -> None:
    """Signs of life that are no token do not count."""

    def alive(asked: Asked) -> None:
        asked.begin()
        asked.piece(b": still loading\n\n" + chunk({"role": "assistant", "content": ""}))
        silent(asked)

    for answer in (silent, alive):
        error = refused(answer, Patience(first_token=0.3, retries=0))
        assert "model m at 127.0.0.1" in error.message
        assert "did not begin to answer for 0.3 s" in error.message


def test_slow_tokens_are_waited_for_and_a_model_that_stops_is_given_up() -> None:
    """The wait is for each token, not for all."""

    def answer(asked: Asked) -> None:
        asked.begin()
        for _ in range(6):
            asked.piece(chunk({"content": "x"}))
            time.sleep(0.15)
        silent(asked)

    error = refused(answer, Patience(first_token=10, between_tokens=0.6, retries=0))
    assert "broke off: it said nothing more for 0.6 s" in error.message


def test_a_server_that_does_not_count_tokens_is_asked_without() -> None:
    """Older ones refuse the very wish."""

    def answer(asked: Asked) -> None:
        if "stream_options" in asked.body:
            asked.reply(400, {"error": {"message": "Unrecognized request argument supplied: stream_options"}})
        else:
            asked.say(chunk({"content": "x"}), END, DONE)

    with serving(answer) as server:
        assert ask(server.endpoint) == [Text("x")]


def test_azures_older_form_gets_its_version_and_its_own_header() -> None:
    """By the client's own class for it; the deployment comes from the URL or from the model's name."""
    with serving(lambda asked: asked.say(chunk({"content": "x"}), END, DONE)) as server:
        base = server.url.removesuffix("/v1")
        for url in (f"{base}/openai/deployments/gpt?api-version=v", f"{base}/openai?api-version=v"):
            ask(endpoint_at(url, model="gpt", key="k"))
        paths = [asked.path for asked in server.asked]
        assert {asked.headers["api-key"] for asked in server.asked} == {"k"}
        assert {asked.headers["authorization"] for asked in server.asked} == {None}
    assert paths == ["/openai/deployments/gpt/chat/completions?api-version=v"] * 2


def test_nobody_elses_key_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """An OpenAI key of the environment belongs to OpenAI; nor does a proxy get to see this machine's talk."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with serving(lambda asked: asked.say(chunk({"content": "x"}), END, DONE)) as server:
        assert ask(server.endpoint) == [Text("x")]
        assert "sk-of-openai" not in str(server.asked[0].headers)


def test_it_says_honestly_what_it_is() -> None:
    """The model, and where; and that it takes its time."""
    made = OpenAICompatible(endpoint_at("http://localhost:11434", model="llama3.2"))
    assert (made.stand_in, made.instant) == ("model llama3.2 at localhost:11434", False)
