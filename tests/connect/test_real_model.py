"""A real model in the stand-in's place: from one setting to an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from azure.ai.agents.models import AgentStreamEvent, MessageDeltaChunk, ThreadRun

from tests.aimock import aimock
from tests.model_server import DONE, END, Asked, chunk, serving
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.scripted import Scripted
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.conversation.conversation import Conversation
from threadlab.errors import SettingsError
from threadlab.objects.run import Run
from threadlab.tools.tool import tool

UseModel = Callable[[str], None]


@pytest.fixture
def use_model(monkeypatch: pytest.MonkeyPatch) -> UseModel:
    """Set what a learner would set in `.env`."""

    def use(url: str) -> None:
        values = {"MODEL_BASE_URL": url, "MODEL_NAME": "llama3.2", "THREADLAB_PACE": "0"}
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return use


def asked(lab: Lab, text: str = "hello", **agent: Any) -> Any:
    """A new thread with that message and a new agent, as arguments of a run."""
    thread = lab.threads.create(messages=[{"role": "user", "content": text}])
    return {"thread_id": thread.id, "agent_id": lab.create_agent(**agent).id}


def ended(run: Run) -> Run:
    """The run when it is over, however it ended."""
    while not run.is_terminal:
        run.service.time.sleep(0.02)
        run = run.read()
    return run


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


CALLS = [{"name": "weather", "arguments": f'{{"city": "{city}"}}'} for city in ("Oslo", "Rome")]
WEATHER: list[dict[str, Any]] = [
    {"match": {"userMessage": "weather", "hasToolResult": False}, "response": {"toolCalls": CALLS}},
    {"match": {"userMessage": "weather", "hasToolResult": True}, "response": {"content": "Sunny in both."}},
    {
        "match": {"userMessage": "story"},
        "response": {"content": "Once upon a time there was a server that was not ours. " * 3},
        "streamingProfile": {"ttft": 20, "tps": 100, "jitter": 0},
    },
]


def test_a_conversation_with_tools_is_answered_by_a_server_that_is_not_ours(use_model: UseModel) -> None:
    """The model gets the tools and their outputs; its own count of tokens stands in the run."""
    with aimock(WEATHER) as server:
        use_model(server.url)
        with connect() as lab, Conversation(lab, instructions="Be kind.", tools=[weather]) as chat:
            reply = chat.ask("How is the weather in Oslo and Rome?")
            notes = [str(note) for note in lab.notes(reply.run)]
        first, second = server.asked()
    assert reply.text == "Sunny in both."
    assert notes == [f"model llama3.2 at {server.url.removeprefix('http://')}"] * 2
    assert reply.run.usage is not None
    assert not reply.run.usage.estimated
    assert [message["role"] for message in first["messages"]] == ["system", "user"]
    assert first["tools"][0]["function"]["name"] == "weather"
    assert [message["content"] for message in second["messages"][3:]] == ["sunny in Oslo", "sunny in Rome"]


def test_its_answer_streams_through_the_sdk(use_model: UseModel) -> None:
    """In several pieces, to the end."""
    with aimock(WEATHER) as server:
        use_model(server.url)
        with connect() as lab, lab.sdk.runs.stream(**asked(lab, "Tell a story")) as stream:
            deltas = [data.text for _, data, _ in stream if isinstance(data, MessageDeltaChunk)]
    assert len(deltas) > 2
    assert "".join(deltas) == WEATHER[2]["response"]["content"]


def test_the_first_delta_is_seen_before_the_model_has_finished(use_model: UseModel) -> None:
    """The model goes on only when its first word was seen at the other end."""
    seen = threading.Event()

    def answer(asked: Asked) -> None:
        asked.begin()
        asked.piece(chunk({"content": "first "}))
        if seen.wait(20):
            asked.piece(chunk({"content": "last"}) + END + DONE)
        asked.wfile.write(b"0\r\n\r\n")

    with serving(answer) as server:
        use_model(server.url)
        with connect() as lab, lab.sdk.runs.stream(**asked(lab)) as stream:
            text, kinds = "", []
            for kind, data, _ in stream:
                kinds.append(kind)
                if isinstance(data, MessageDeltaChunk):
                    text += data.text
                    seen.set()
    assert (text, kinds[-2]) == ("first last", AgentStreamEvent.THREAD_RUN_COMPLETED)


def test_cancelling_hangs_up_on_a_silent_model(use_model: UseModel) -> None:
    """The run is cancelled although nothing comes, and the model works for nobody."""
    listening, hung_up = threading.Event(), threading.Event()

    def answer(asked: Asked) -> None:
        listening.set()
        if asked.connection.recv(1) == b"":
            hung_up.set()
        asked.close_connection = True

    with serving(answer) as server:
        use_model(server.url)
        with connect() as lab:
            run = lab.runs.create(**asked(lab))
            assert listening.wait(20)
            run.cancel()
            assert ended(run).status == "cancelled"
            assert hung_up.wait(20)


def test_a_model_that_stops_at_the_limit_leaves_the_run_incomplete(use_model: UseModel) -> None:
    """What it wrote is kept, and the reason is said."""
    cut = [chunk({"content": "Once upon"}), chunk({}, "length"), DONE]
    with serving(lambda asked: asked.say(*cut)) as server:
        use_model(server.url)
        with connect() as lab, lab.sdk.runs.stream(**asked(lab), max_completion_tokens=500) as stream:
            runs = [data for _, data, _ in stream if isinstance(data, ThreadRun)]
        (sent,) = server.asked
    assert sent.body["max_tokens"] == 500
    assert (runs[-1].status, runs[-1].incomplete_details["reason"]) == ("incomplete", "max_completion_tokens")


def test_a_model_that_is_not_there_fails_the_run_with_those_that_are(use_model: UseModel) -> None:
    """The agent's own choice is heeded, and named."""

    def answer(asked: Asked) -> None:
        if asked.command == "GET":
            asked.reply(200, {"object": "list", "data": [{"id": "llama3.2", "object": "model"}]})
        else:
            asked.reply(404, {"error": {"message": "not found"}})

    with serving(answer) as server:
        use_model(server.url)
        with connect() as lab:
            run = ended(lab.runs.create(**asked(lab, model="gpt-4o")))
    assert run.error is not None
    assert "no model 'gpt-4o'; it has llama3.2" in run.error.message


def test_a_seed_is_ignored_with_a_real_model_and_the_lab_says_so(use_model: UseModel) -> None:
    """As on Azure: so a seeded lesson works with it. Its agents name the model."""
    use_model("http://localhost:11434")
    with connect(seed=7) as lab:
        assert (lab.seed, lab.model, lab.place) == (None, "llama3.2", "local, in this process")
        assert "durable, model llama3.2 at localhost:11434; seed 7 is ignored" in repr(lab)
        assert lab.settings.model_endpoint == lab.target.endpoint


def test_a_completer_of_ones_own_wins_over_the_settings(use_model: UseModel) -> None:
    """Then a seed counts."""
    use_model("http://localhost:11434")
    with connect(seed=7, completer=Scripted(["as written"])) as lab:
        assert (lab.seed, lab.model) == (7, "stand-in")
        assert ended(lab.runs.create(**asked(lab))).messages()[0].text == "as written"


def test_a_target_names_its_endpoint_itself(use_model: UseModel, tmp_path: Any) -> None:
    """And the settings that it comes with lead to the same."""
    use_model("http://localhost:11434")
    with connect() as lab:
        target = lab.target
    assert isinstance(target, Local)
    with connect(target=target) as lab:
        assert lab.settings.model_endpoint == target.endpoint
    with connect(target=Local(store=tmp_path / "s.sqlite")) as lab:
        assert lab.model == "stand-in"
    with pytest.raises(SettingsError, match="repeat itself"):
        Local(seed=7, endpoint=target.endpoint)


def test_a_seed_and_a_completer_that_takes_its_time_are_refused() -> None:
    """Its lab's clock knows nothing of real time."""
    slow = FromFunction(lambda request: "x", instant=False)
    with pytest.raises(SettingsError, match=r"takes its time \(your function\)") as caught:
        connect(seed=7, completer=slow)
    assert "durable" in caught.value.hint
