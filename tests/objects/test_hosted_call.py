"""What citations, links, images and hosted calls tell, read from their wire form."""

from __future__ import annotations

from typing import Any

import pytest

from threadlab.objects.citation import Citation, FileLink
from threadlab.objects.hosted_call import CodeResult, SearchResult
from threadlab.objects.image import MOST_BYTES, image_of
from threadlab.objects.message import Message, Part
from threadlab.objects.tool_call import ToolCall
from threadlab.service import read


def text(value: str, *annotations: Any) -> Part:
    """A text part as it comes from the service."""
    return read.part({"type": "text", "text": {"value": value, "annotations": list(annotations)}})


def message(*parts: Part) -> Message:
    """A message of these parts."""
    return Message(id="msg_1", thread_id="thread_1", role="assistant", content=parts)


def cites(marker: str, start: int, **cited: str) -> dict[str, Any]:
    """An annotation that cites a file."""
    end = start + len(marker)
    return {
        "type": "file_citation",
        "text": marker,
        "start_index": start,
        "end_index": end,
        "file_citation": cited,
    }


def test_citations_stand_where_the_whole_text_has_their_markers() -> None:
    """In the second text part, too, and behind an image."""
    image = read.part({"type": "image_file", "image_file": {"file_id": "assistant-i"}})
    said = message(
        text("No source."),
        image,
        text(
            "So it is 【4:0†manual.md】", cites("【4:0†manual.md】", 9, file_id="assistant-f", quote="It is.")
        ),
    )
    (citation,) = said.citations
    assert said.text[citation.start : citation.end] == citation.marker == "【4:0†manual.md】"
    assert (citation.file_id, citation.file_name, citation.quote) == ("assistant-f", "manual.md", "It is.")
    assert said.images == ("assistant-i",)


def test_a_marker_that_names_no_file_gives_no_name() -> None:
    """`source` is the service's word for all of them; a quote may be missing."""
    (citation,) = message(text("【4:0†source】", cites("【4:0†source】", 0, file_id="f"))).citations
    assert citation == Citation(marker="【4:0†source】", start=0, end=12, file_id="f")


def test_a_link_means_a_file_that_code_made() -> None:
    """And is no citation; a message by a client, whose text is bare, has neither."""
    path = {
        "type": "file_path",
        "text": "sandbox:/a.csv",
        "start_index": 4,
        "end_index": 18,
        "file_path": {"file_id": "assistant-m"},
    }
    said = message(text("See sandbox:/a.csv", path))
    assert said.file_links == (FileLink(marker="sandbox:/a.csv", start=4, end=18, file_id="assistant-m"),)
    assert said.citations == ()
    assert message(Part("text", "Hello", {"type": "text", "text": "Hello"})).file_links == ()


def test_a_search_tells_its_results_and_code_what_it_did() -> None:
    """Text is None where it was not asked for; calls of other kinds tell nothing."""
    found = {"file_id": "f", "file_name": "a.md", "score": 0.5}
    parts = [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]
    detail = {"results": [found, {**found, "content": parts}]}
    search = read.tool_call({"id": "call_1", "type": "file_search", "file_search": detail})
    plain = SearchResult(file_id="f", file_name="a.md", score=0.5)
    assert search.results == (plain, SearchResult(file_id="f", file_name="a.md", score=0.5, text="one two"))
    assert (search.is_hosted, search.code) == (True, None)
    outputs = [
        {"type": "logs", "logs": "1\n"},
        {"type": "image", "image": {"file_id": "p"}},
        {"type": "logs", "logs": "2\n"},
    ]
    code = read.tool_call(
        {"id": "call_2", "type": "code_interpreter", "code_interpreter": {"input": "x", "outputs": outputs}}
    )
    assert code.code == CodeResult(input="x", logs="1\n2\n", images=("p",))
    assert (code.is_hosted, code.results) == (True, ())
    function = ToolCall(id="call_3", name="file_search")
    assert (function.is_hosted, function.results, function.code) == (False, (), None)


@pytest.mark.parametrize(
    ("wire", "title", "said"),
    [
        (
            {"type": "mcp", "name": "tick", "arguments": "{}", "output": "1", "server_label": "sums"},
            "tick of sums",
            ("{}", "1"),
        ),
        (
            {"type": "openapi", "openapi": {"name": "w_get", "arguments": '{"a": 1}', "output": "2"}},
            "w_get",
            ('{"a": 1}', "2"),
        ),
        (
            {"type": "bing_grounding", "bing_grounding": {"input": "snow", "output": "deep"}},
            "bing_grounding",
            ("snow", "deep"),
        ),
        (
            {
                "type": "computer_use_preview",
                "computer_use_preview": {"action": {"x": 1}, "output": {"y": 2}},
            },
            "computer_use_preview",
            ('{"x": 1}', '{"y": 2}'),
        ),
    ],
)
def test_the_service_answers_all_but_functions(wire: Any, title: str, said: tuple[str, str]) -> None:
    """What such a call was asked and gave back is where a function's is; its title says of which server."""
    call = read.tool_call({"id": "call_1", **wire})
    assert (call.is_hosted, call.title, (call.arguments, call.output)) == (True, title, said)
    assert (call.results, call.code) == ((), None)
    assert (ToolCall(id="c", name="add").is_hosted, ToolCall(id="c", name="add").title) == (False, "add")


def test_a_picture_is_told_by_its_first_bytes_and_is_never_too_large() -> None:
    """The name of a file says nothing; HTML is no picture."""
    png = image_of("f", b"\x89PNG\r\n\x1a\n...")
    assert png is not None
    assert png.data_uri == "data:image/png;base64,iVBORw0KGgouLi4="
    assert [
        image.media_type if image else None
        for image in (
            image_of("f", b" <svg/>"),
            image_of("f", b"RIFF....WEBPVP8 "),
            image_of("f", b"<html><svg/>"),
            image_of("f", b""),
        )
    ] == ["image/svg+xml", "image/webp", None, None]
    assert image_of("f", b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES)) is None
