"""file_search in runs: it really searches, and answers cite what was found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.backend_client import Client, read_stream
from tests.described import check_stream, events_in
from tests.uploads import HANDBOOK, librarian, upload, vector_store
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Text
from threadlab.backend.completer.rules.rules import Rules
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request
from threadlab.backend.wire.include import RESULTS_CONTENT

QUESTION = "Which number opens the lock of the bicycle?"


@pytest.fixture
def client() -> Any:
    """A client of a seeded backend with the stand-in."""
    backend = Backend.seeded(1, completer=Rules())
    yield Client(backend)
    backend.close()


def text_of(client: Client, run: str) -> Any:
    """The text of a run's answer, with its annotations."""
    thread, run_id = run.split("/")[2], run.split("/")[4]
    (message,) = client.get(f"/threads/{thread}/messages", run_id=run_id)["data"]
    return message["content"][0]["text"]


def search_of(client: Client, run: str, **query: str) -> Any:
    """What the step shows of a run's search."""
    step = client.get(f"{run}/steps", order="asc", **query)["data"][0]
    (call,) = step["step_details"]["tool_calls"]
    assert call["type"] == "file_search"
    return call["file_search"]


def asked(client: Client, question: str = QUESTION, **search: Any) -> str:
    """A completed run of an agent that has the handbook and two other files."""
    files = [
        upload(client),
        upload(client, "Cats sleep.", "cats.txt"),
        upload(client, "Dogs bark.", "dogs.md"),
    ]
    agent = librarian(client, vector_store(client, *files), **search)
    run = client.run_on(client.thread(question), agent)
    client.until(run, "completed")
    return run


def test_the_stand_in_searches_the_files_and_cites_them(client: Client) -> None:
    """Each annotation is verbatim, at its place, and its quote is in the source."""
    run = asked(client)
    text = text_of(client, run)
    assert "4711" in text["value"]
    assert text["annotations"]
    for annotation in text["annotations"]:
        assert annotation["type"] == "file_citation"
        assert text["value"][annotation["start_index"] : annotation["end_index"]] == annotation["text"]
        quote = annotation["file_citation"]["quote"]
        assert quote
        assert quote in HANDBOOK
        file = client.get(f"/files/{annotation['file_citation']['file_id']}")
        assert file["filename"] == "handbook.md"


def test_the_step_shows_scores_and_with_include_the_chunks(client: Client) -> None:
    """The text of the results comes only where it is asked for, in lists and alone."""
    run = asked(client)
    plain, whole = search_of(client, run), search_of(client, run, **{"include[]": RESULTS_CONTENT})
    (result,) = plain["results"]
    assert set(result) == {"file_id", "file_name", "score"}
    assert result["file_name"] == "handbook.md"
    assert 0 < result["score"] <= 1
    assert whole["results"][0]["content"] == [{"type": "text", "text": HANDBOOK.rstrip()}]
    step = client.get(f"{run}/steps", order="asc")["data"][0]["id"]
    alone = client.get(f"{run}/steps/{step}", **{"include[]": RESULTS_CONTENT})
    assert alone["step_details"]["tool_calls"][0]["file_search"] == whole
    assert client.error("GET", f"{run}/steps", **{"include[]": "everything"})[0] == 400


def test_results_survive_the_deletion_of_everything_else(client: Client) -> None:
    """Store, file and agent: the step and the citations stay as they were."""
    run = asked(client)
    before = search_of(client, run, **{"include[]": RESULTS_CONTENT}), text_of(client, run)
    for store in client.get("/vector_stores")["data"]:
        client.delete(f"/vector_stores/{store['id']}")
    for file in client.get("/files")["data"]:
        client.delete(f"/files/{file['id']}")
    for agent in client.get("/assistants")["data"]:
        client.delete(f"/assistants/{agent['id']}")
    assert (search_of(client, run, **{"include[]": RESULTS_CONTENT}), text_of(client, run)) == before


def test_the_tools_definition_says_how_many_results_and_how_good(client: Client) -> None:
    """`max_num_results` and `score_threshold`."""
    run = asked(client, "cats, dogs and the bicycle", max_num_results=2)
    assert len(search_of(client, run)["results"]) == 2
    strict = {"ranker": "auto", "score_threshold": 0.99}
    run = asked(client, "cats, dogs and the bicycle", ranking_options=strict)
    assert search_of(client, run) == {"ranking_options": strict, "results": []}


def test_a_search_that_finds_nothing_says_so(client: Client) -> None:
    """And nothing is cited."""
    run = asked(client, "Who painted the Mona Lisa?")
    assert search_of(client, run)["results"] == []
    assert text_of(client, run) == {
        "value": "I searched the files and found nothing about that.",
        "annotations": [],
    }


def test_an_attachment_is_searched_whatever_tools_the_agent_has(client: Client) -> None:
    """It comes into a vector store of the thread, which expires after seven days."""
    thread, file = client.thread(), upload(client)
    attached = [{"file_id": file, "tools": [{"type": "file_search"}]}]
    body = {"role": "user", "content": QUESTION, "attachments": attached}
    assert client.post(f"/threads/{thread}/messages", body)["attachments"] == attached
    (store,) = client.get(f"/threads/{thread}")["tool_resources"]["file_search"]["vector_store_ids"]
    assert client.get(f"/vector_stores/{store}")["expires_after"] == {"anchor": "last_active_at", "days": 7}
    run = client.run_on(thread, client.agent())
    assert client.until(run, "completed")["tools"] == [{"type": "file_search"}]
    assert "4711" in text_of(client, run)["value"]
    client.post(
        f"/threads/{thread}/messages", {**body, "attachments": [{**attached[0], "file_id": upload(client)}]}
    )
    assert client.get(f"/vector_stores/{store}")["file_counts"]["total"] == 2


@pytest.mark.parametrize(
    "attachment",
    [
        {"file_id": "assistant-none", "tools": [{"type": "file_search"}]},
        {"tools": [{"type": "file_search"}]},
        {"file_id": "assistant-none", "tools": []},
        {"file_id": "assistant-none", "tools": [{"type": "function"}]},
        {"data_source": {"uri": "", "type": "uri_asset"}, "tools": [{"type": "file_search"}]},
    ],
)
def test_a_wrong_attachment_adds_no_message(client: Client, attachment: dict[str, Any]) -> None:
    """It is named, wherever messages come from."""
    thread = client.thread()
    body = {"role": "user", "content": "x", "attachments": [attachment]}
    assert client.error("POST", f"/threads/{thread}/messages", body)[0] in (400, 404)
    assert client.error("POST", "/threads", {"messages": [body]})[0] in (400, 404)
    run = {"assistant_id": client.agent(), "additional_messages": [body]}
    assert client.error("POST", f"/threads/{thread}/runs", run)[0] in (400, 404)
    assert client.get(f"/threads/{thread}/messages")["data"] == []
    assert client.get("/vector_stores")["data"] == []


def test_a_run_waits_for_files_that_are_being_indexed(client: Client) -> None:
    """It begins at once and searches when they are there."""
    store = client.post("/vector_stores", {"file_ids": [upload(client)]})
    run = client.run_on(client.thread(QUESTION), librarian(client, store["id"]))
    client.until(run, "completed")
    assert len(search_of(client, run)["results"]) == 1


def test_a_search_is_demanded_or_forbidden_by_the_tool_choice(client: Client) -> None:
    """Even where a rule would know an answer, and even where only files have one."""
    agent = librarian(client, vector_store(client, upload(client)))
    run = client.run_on(client.thread("hello"), agent, tool_choice={"type": "file_search"})
    client.until(run, "completed")
    assert search_of(client, run)["results"] == []
    run = client.run_on(client.thread(QUESTION), agent, tool_choice="none")
    client.until(run, "completed")
    assert [step["type"] for step in client.get(f"{run}/steps")["data"]] == ["message_creation"]


def test_file_search_without_files_says_so(client: Client) -> None:
    """No search is made for nothing."""
    run = client.run_on(client.thread(QUESTION), librarian(client))
    client.until(run, "completed")
    assert "no files" in text_of(client, run)["value"]


def stream_of(client: Client, include: bool) -> bytes:
    """The events of a run that searches."""
    agent = librarian(client, vector_store(client, upload(client)))
    body = json.dumps({"assistant_id": agent, "stream": True}).encode()
    path = f"{client.prefix}/threads/{client.thread(QUESTION)}/runs"
    query = {"include[]": RESULTS_CONTENT} if include else {}
    return read_stream(client.backend, client.backend.handle(Request("POST", path, query, body=body)))


@pytest.mark.parametrize("include", [False, True])
def test_a_stream_shows_the_search_and_its_citations(client: Client, include: bool) -> None:
    """As described; the deltas together are the message, annotations included."""
    stream = stream_of(client, include)
    check_stream(stream)
    events = list(events_in(stream))
    done = [data for name, data in events if name == "thread.run.step.completed"]
    (result,) = done[0]["step_details"]["tool_calls"][0]["file_search"]["results"]
    assert ("content" in result) == include
    deltas = [data["delta"]["content"][0]["text"] for name, data in events if name == "thread.message.delta"]
    (message,) = [data for name, data in events if name == "thread.message.completed"]
    text = message["content"][0]["text"]
    assert "".join(delta["value"] for delta in deltas) == text["value"]
    annotations = [annotation for delta in deltas for annotation in delta.get("annotations", ())]
    assert [annotation.pop("index") for annotation in annotations] == list(range(len(text["annotations"])))
    assert annotations == text["annotations"]


def test_the_model_sees_what_it_can_search_and_what_was_found() -> None:
    """As a function of a query, with the files' names; results come with the markers to cite them by."""
    seen: list[Any] = []

    def model(request: Any) -> Any:
        seen.append(request)
        return "ok" if request.rounds else Call("file_search", '{"query": "bicycle"}')

    client = Client(Backend.seeded(1, completer=FromFunction(model)))
    asked(client)
    (tool,) = seen[0].tools
    assert tool["function"]["name"] == "file_search"
    assert tool["files"] == ["handbook.md", "cats.txt", "dogs.md"]
    told = json.loads(seen[1].rounds[0][0].output)
    assert told["results"][0]["marker"] == "【1:0†handbook.md】"
    assert told["results"][0]["text"] == HANDBOOK.rstrip()


@pytest.mark.parametrize("arguments", ["", "no json", "[]", "{}", '{"query": ""}', '{"query": 7}'])
def test_a_call_without_a_query_is_told_so(arguments: str) -> None:
    """The model may try again; the run goes on."""
    outputs: list[str] = []

    def model(request: Any) -> Any:
        outputs.extend(called.output for group in request.rounds for called in group)
        return "ok" if request.rounds else Call("file_search", arguments)

    client = Client(Backend.seeded(1, completer=FromFunction(model)))
    run = asked(client)
    assert "needs a query" in outputs[0]
    assert search_of(client, run)["results"] == []


def test_a_function_may_be_called_file_search_where_there_is_no_such_tool(client: Client) -> None:
    """Then the client is asked for it."""
    mine = {"type": "function", "function": {"name": "file_search", "parameters": {"type": "object"}}}
    client = Client(Backend.seeded(1, completer=FromFunction(lambda _: Call("file_search", "{}"))))
    run = client.run_on(client.thread("x"), client.agent(tools=[mine]))
    assert client.until(run, "requires_action")


def test_what_a_completer_annotates_itself_gets_its_place() -> None:
    """An annotation about words that are not in its piece of text is left out."""
    path = {"type": "file_path", "text": "sandbox:/plot.png", "file_path": {"file_id": "assistant-1"}}
    pieces = [
        Text("See "),
        Text("sandbox:/plot.png", (path,)),
        Text(" and this", ({**path, "text": "that"},)),
    ]
    client = Client(Backend.seeded(1, completer=FromFunction(lambda _: list(pieces))))
    run = client.run_on(client.thread("x"), client.agent())
    client.until(run, "completed")
    assert text_of(client, run)["annotations"] == [{**path, "start_index": 4, "end_index": 21}]


def test_images_are_kept_and_the_stand_in_says_that_it_cannot_see(client: Client) -> None:
    """By file, by URL and as data; a file that is not there is refused."""
    picture = upload(client, b"\x89PNG\r\n\x1a\n", "a.png")
    blocks = [
        {"type": "image_file", "image_file": {"file_id": picture, "detail": "high"}},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
    ]
    content = [{"type": "text", "text": "What is this?"}, *blocks]
    thread = client.post("/threads", {"messages": [{"role": "user", "content": content}]})["id"]
    assert client.get(f"/threads/{thread}/messages")["data"][0]["content"][1:] == blocks
    run = client.run_on(thread, client.agent())
    client.until(run, "completed")
    said = text_of(client, run)["value"]
    assert "3 images" in said
    assert "cannot see" in said
    missing = [{"type": "image_file", "image_file": {"file_id": "assistant-none"}}]
    assert client.error("POST", f"/threads/{thread}/messages", {"role": "user", "content": missing})[0] == 404


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ({"type": "image_url", "image_url": {"url": ""}}, "https://"),
        ({"type": "image_url", "image_url": {}}, "content[0].image_url"),
        ({"type": "image_url", "image_url": {"url": "javascript:alert(1)"}}, "https://"),
        ({"type": "image_url", "image_url": {"url": "ftp://example.org/a.png"}}, "https://"),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,?"}}, "base64"),
        (
            {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "hugest"}},
            "'low'",
        ),
        ({"type": "image_file", "image_file": {"file_id": 7}}, "file_id"),
        ({"type": "sound", "sound": {}}, "expected a block of type"),
        ({"type": "text", "text": 7}, "content[0].text"),
    ],
)
def test_what_is_no_image_is_refused_and_nothing_is_said(client: Client, block: Any, why: str) -> None:
    """The message names the block; the thread stays empty."""
    thread = client.thread()
    status, error = client.error("POST", f"/threads/{thread}/messages", {"role": "user", "content": [block]})
    assert status == 400
    assert why in error["message"]
    assert "Input should be" not in error["message"]
    assert client.get(f"/threads/{thread}/messages")["data"] == []


def test_a_document_is_no_image_file(client: Client) -> None:
    """It says what to do with a document instead."""
    note = upload(client, b"just words", "note.png")
    thread = client.thread()
    body = {"role": "user", "content": [{"type": "image_file", "image_file": {"file_id": note}}]}
    status, error = client.error("POST", f"/threads/{thread}/messages", body)
    assert status == 400
    assert "note.png" in error["message"]
    assert "attachments" in error["message"]


def test_a_file_for_code_is_refused_where_no_code_runs(client: Client) -> None:
    """At once, and not only by the run."""
    table = upload(client, b"a,b", "t.csv")
    thread = client.thread()
    attached = [{"file_id": table, "tools": [{"type": "code_interpreter"}]}]
    body = {"role": "user", "content": "sum it", "attachments": attached}
    status, error = client.error("POST", f"/threads/{thread}/messages", body)
    assert status == 400
    assert error["param"] == "attachments[0].tools[0].type"
    assert "--code-interpreter" in error["message"]
