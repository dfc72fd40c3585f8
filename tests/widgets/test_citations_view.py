"""An answer beside what it cites, and the run card of calls that the service answered itself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from azure.ai.agents.models import FileSearchTool

from threadlab import views
from threadlab.connect.connect import connect
from threadlab.conversation.conversation import Conversation
from threadlab.following.run_view import CallView, RunView
from threadlab.objects.hosted_call import SearchResult
from threadlab.objects.image import Image
from threadlab.objects.message import Message
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.service import read
from threadlab.widgets.cards.citations_drawing import CELL, LEFT, RIGHT_X, drawing
from threadlab.widgets.cards.citations_view import message_html, render_html, render_text
from threadlab.widgets.cards.cited_answer import CitedAnswer, cited_answer
from threadlab.widgets.drawing.wrapped_text import cells, shown, stretches, wrapped
from threadlab.widgets.formatters import FORMS
from threadlab.widgets.runs.run_card import render_html as card_html
from threadlab.widgets.runs.run_card_text import render_text as card_text
from threadlab.widgets.wire.object_map import object_map

EVIL = '"><script>alert(1)</script>'
MARKER = "【1:1†a.md】"
CHUNK = "One. The lock opens with 4711, and only so. Three."
QUOTE = "The lock opens with 4711, and only so."


def answer(text: str, *cited: tuple[str, str, str]) -> Message:
    """A message whose markers cite: each a marker, the id of a file and a quote."""
    annotations: list[dict[str, Any]] = []
    for marker, file_id, quote in cited:
        start = text.index(marker)
        place = {"start_index": start, "end_index": start + len(marker)}
        annotations.append(
            {
                "type": "file_citation",
                "text": marker,
                **place,
                "file_citation": {"file_id": file_id, "quote": quote},
            }
        )
    content = [{"type": "text", "text": {"value": text, "annotations": annotations}}]
    return read.message({"id": "msg_1", "thread_id": "thread_1", "role": "assistant", "content": content})


def found(text: str, score: float = 0.5, file_id: str = "f", name: str = "a.md") -> SearchResult:
    """A result of a search."""
    return SearchResult(file_id=file_id, file_name=name, score=score, text=text)


def cited() -> CitedAnswer:
    """An answer that cites the second of two chunks which both hold the quote."""
    message = answer(f"It is 4711. {MARKER}", (MARKER, "f", QUOTE))
    return cited_answer(
        message, [found(CHUNK, 0.9), found(f"More. {CHUNK}", 0.4), found("Else.", 0.2, "g", "b.md")]
    )


def test_a_marker_leads_to_the_words_that_it_cites() -> None:
    """In the chunk that it numbers, where several hold them."""
    (source,) = cited().sources
    passage = cited().passages[source.passage]
    assert (source.passage, passage.text[source.first : source.last]) == (1, QUOTE)
    assert cited().text[source.start : source.end] == MARKER


def test_the_line_begins_at_the_marker_and_ends_at_the_quote() -> None:
    """Marker on the left, quote on the right, each lit on every line that it takes."""
    drawn = drawing(cited())
    (link,) = drawn.links
    assert all(0 <= rect.x + 1 < LEFT * CELL for rect in link.marker)
    assert all(rect.x > RIGHT_X for rect in link.quote)
    lit = sum(rect.width - 2 for rect in link.quote)
    assert lit == pytest.approx(CELL * len(QUOTE), abs=CELL * len(link.quote))
    box = drawn.chunks[1].box
    assert all(box.y < rect.y and rect.y + rect.height < box.y + box.height for rect in link.quote)
    assert link.path.startswith(f"M{link.marker[-1].x:.1f} ")
    assert link.path.endswith(f"H{link.quote[0].x + link.quote[0].width:.1f}")
    assert [chunk.light for chunk in drawn.chunks] == [0.9, 0.4, 0.2]


def test_of_a_long_passage_the_lines_around_the_quote_are_drawn_and_of_many_the_best_and_the_cited() -> None:
    """Nothing is lit outside the picture."""
    long = "word " * 400 + QUOTE + " word" * 400
    message = answer(f"So. {MARKER}", (MARKER, "z", QUOTE))
    others = [found(f"Chunk {number}.", 0.9 - number / 100, f"o{number}") for number in range(20)]
    view = cited_answer(message, [*others, found(long, 0.1, "z")])
    drawn = drawing(view)
    assert (len(drawn.chunks), drawn.left_out) == (9, 12)
    assert len(drawn.chunks[-1].lines) <= 14
    assert "4711" in " ".join(line.text for line in drawn.chunks[-1].lines)
    bottom = max(chunk.box.y + chunk.box.height for chunk in drawn.chunks)
    assert all(rect.y + rect.height < bottom <= drawn.height for rect in drawn.links[0].quote)


def test_whoever_wrote_it_it_is_text() -> None:
    """Answer, marker, file's name, chunk and quote; in the text form, control characters are made visible."""
    message = answer(f"See {EVIL} \x1b[31m", (EVIL, "f", EVIL))
    view = cited_answer(message, [found(f"a {EVIL} b", 7.5, "f", EVIL)])
    page = render_html(view)
    assert "<script" not in page
    assert "alert(1)" in page
    assert re.findall(r"--tl-light: ([^\"]*)", page) == ["1.00"]
    assert "\x1b" not in page + render_text(view)
    assert "\\x1b[31m" in render_text(view)


def test_places_that_a_service_counts_otherwise_are_found_by_the_marker() -> None:
    """A citation without a marker in the text, or of a file that no search found, is shown all the same."""
    message = answer(f"😀 It is so. {MARKER}", (MARKER, "h", "Not found anywhere."))
    moved = message.content[0].detail["text"]["annotations"][0]
    moved["start_index"] += 1
    (source,) = cited_answer(message).sources
    assert message.text[source.start : source.end] == MARKER
    text = render_text(cited_answer(message))
    assert "“Not found anywhere.”" in text
    moved["text"] = "【9】"
    (source,) = cited_answer(message).sources
    assert source.start == source.end
    assert "Not found anywhere." in render_html(cited_answer(message))
    assert render_text(cited_answer(answer("Nothing."))).splitlines()[1] == "  cites nothing"


@pytest.mark.parametrize("width", [1, 2, 7, 40])
def test_wrapping_loses_no_character_and_knows_where_each_stands(width: int) -> None:
    """Wide characters take two cells, joining ones none; lines are never longer than they may be."""
    text = "a 日本語 word, then\tanother\n\n  e\u0301nd averyverylongword"
    lines = wrapped(text, width)
    kept = "".join(text[line.start : line.end] for line in lines)
    assert kept.replace(" ", "").replace("\n", "") == text.replace(" ", "").replace("\n", "")
    assert all(cells(text[line.start : line.end]) <= max(width, 2) for line in lines)
    assert len(shown(text)) == len(text)
    start, end = text.index("word"), text.index("word") + 4
    assert sum(part.cells for part in stretches(text, lines, start, end)) == 4


def hosted(kind: str, detail: Any) -> RunView:
    """A finished run with one hosted call."""
    call = read.tool_call({"id": "call_1", "type": kind, kind: detail})
    step = RunStep(
        id="step_1",
        run_id="run_1",
        thread_id="thread_1",
        type="tool_calls",
        status="completed",
        tool_calls=(call,),
    )
    run = Run(id="run_1", thread_id="thread_1", agent_id="asst_1", status="completed")
    svg = Image("assistant-p", "image/svg+xml", b"<svg/>")
    card = CallView(call=call, state="answered by the service")
    return RunView(run=run, steps=(step,), calls=(card,), images=(svg,))


def test_the_card_of_a_search_shows_file_score_and_snippet() -> None:
    """And a search that found nothing says so; there are no arguments to show."""
    result = {"file_id": "f", "file_name": EVIL, "score": 0.25, "content": [{"type": "text", "text": EVIL}]}
    page, text = (form(hosted("file_search", {"results": [result]})) for form in (card_html, card_text))
    assert "<script" not in page
    assert 'style="--tl-light: 0.25"' in page
    assert "<dt>arguments" not in page
    assert "answered by the service" in page
    assert "→ ▰▰▱▱▱▱▱▱▱▱ 0.25" in text
    assert "found nothing" in card_text(hosted("file_search", {"results": []}))
    assert ">nothing<" in card_html(hosted("file_search", {"results": []}))


def test_the_card_of_code_shows_what_ran_what_it_printed_and_the_picture() -> None:
    """A picture that was not read is named."""
    images = [{"type": "image", "image": {"file_id": one}} for one in ("assistant-p", "assistant-q")]
    detail = {"input": f"print(1) # {EVIL}", "outputs": [{"type": "logs", "logs": f"1\n{EVIL}"}, *images]}
    page, text = (form(hosted("code_interpreter", detail)) for form in (card_html, card_text))
    assert "<script" not in page
    assert page.count("<img") == 1
    assert '<img src="data:image/svg+xml;base64,PHN2Zy8+"' in page
    assert "assistant-q" in page
    assert "← print(1)" in text
    assert "→ image assistant-q" in text


def test_the_pictures_of_a_whole_search() -> None:
    """From a run's message, by one request; the message alone shows its quotes; files are on the map."""
    with connect(seed=71, pace=0) as lab:
        file = lab.files.upload(b"The lock of the bicycle opens with the number 4711.", name="a.md")
        store = lab.vector_stores.create(name="library", files=[file])
        tool: Any = FileSearchTool([store.id])
        reply = Conversation(lab, agent=lab.create_agent(tools=[tool])).ask("Which number opens the lock?")
        before = lab.wire.count
        view = views.citations(lab, reply.messages[0])
        assert lab.wire.count == before + 1
        assert "1 citation, 1 passage" in view._repr_html_()
        assert "▰ 1.00  a.md" in repr(view)
        alone = message_html(reply.messages[0])
        assert "what it cites" in alone
        assert "4711" in alone
        objects: tuple[Any, ...] = (file, store, *lab.vector_stores.files(store.id))
        for one in objects:
            as_html, as_text = FORMS[type(one)]
            assert one.id in as_html(one)
            assert one.id in as_text(one)
        lab.vector_stores.remove(store.id, file)
        assert f"file {file.id}: a.md · 51 bytes" in repr(object_map(lab))
        lab.files.delete(file.id)
        lab.threads.delete(reply.run.thread_id)
        assert f"file {file.id} (deleted)" in repr(object_map(lab))
        assert "1 citation" in views.citations(lab, reply.messages[0])._repr_html_()
