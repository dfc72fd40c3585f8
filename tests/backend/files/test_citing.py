"""Markers in an answer become citations, however the answer comes."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlab.backend.completer.port import Called, Request, Said, Text
from threadlab.backend.engine.citing import cited, quote

SOURCE = "Cats sleep all day.\nThe bicycle is blue. Its lock opens with 4711.\n"
FIRST, SECOND = "【1:0†a.md】", "【1:1†b.md】"


def request(*outputs: str) -> Request:
    """A request after one search with these outputs."""
    calls = tuple(Called(f"call_{n}", "file_search", "{}", output) for n, output in enumerate(outputs))
    return Request(model="m", instructions="", messages=(), rounds=(calls,))


def found() -> Request:
    """A request after a search with two results."""
    results = [
        {"marker": FIRST, "file_id": "assistant-a", "file_name": "a.md", "text": SOURCE},
        {"marker": SECOND, "file_id": "assistant-b", "file_name": "b.md", "text": "Dogs bark."},
    ]
    return request(json.dumps({"results": results}))


def pieces_of(text: str, *cuts: int) -> list[Text]:
    """The text cut at these places."""
    places = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    return [Text(text[start:end]) for start, end in itertools.pairwise(places)]


@given(st.lists(st.integers(0, 80), max_size=12))
def test_markers_are_found_wherever_the_answer_is_cut(cuts: list[int]) -> None:
    """Nothing of the text is lost, and each known marker is a piece of its own."""
    text = f"The lock opens with 4711 {FIRST}. Dogs bark{SECOND}{FIRST} 【9:9†none】 【open"
    given_back = [piece for piece in cited(pieces_of(text, *cuts), found()) if isinstance(piece, Text)]
    assert "".join(piece.text for piece in given_back) == text
    assert [piece.text for piece in given_back if piece.annotations] == [FIRST, SECOND, FIRST]


def test_the_quote_is_the_sentence_that_the_answer_rests_on() -> None:
    """Verbatim from the source."""
    pieces = list(cited([Text(f"It opens with 4711 {FIRST}")], found()))
    (annotation,) = pieces[-1].annotations  # type: ignore[union-attr]
    assert annotation["file_citation"] == {"file_id": "assistant-a", "quote": "Its lock opens with 4711."}
    assert quote(SOURCE, "Do cats sleep?") == "Cats sleep all day."
    assert quote("", "x") == ""
    assert quote("# Leave\n", "x", "leave") == "Leave"


LEAVE = """\
# Many days of leave

How many days of leave? Everybody who works in the office in Oslo and has been here for a year may apply.
- Leave is 25 days.
Sick days are counted apart and are not taken from it, whatever the season.
"""


def test_of_sentences_that_the_answer_repeats_the_quote_is_the_one_that_was_asked_for() -> None:
    """The question's words decide, and not the length; a heading or a question answers nothing."""
    told = f"leave.md says: “{' '.join(LEAVE.replace('- ', '').split())}” "
    for question, part in {
        "How many days of leave are there?": "Leave is 25 days.",
        "Who may apply for it in the office?": "Everybody who works",
        "What about when I am sick?": "Sick days are counted",
        "Hello": "Everybody who works",
    }.items():
        found = quote(LEAVE, told, question)
        assert found.startswith(part)
        assert found in LEAVE
        assert found in told


def test_the_question_is_the_newest_message_of_the_user() -> None:
    """A quote for an answer that repeats two sentences is of the one that was asked about."""
    for question, part in (
        ("Where does the lock open?", "Its lock"),
        ("Is the bicycle blue?", "The bicycle"),
    ):
        messages = (Said("user", "Do cats sleep all day?"), Said("user", question), Said("assistant", "Cats"))
        asking = replace(found(), messages=messages)
        *_, piece = cited([Text(f"The bicycle is blue. Its lock opens with 4711. {FIRST}")], asking)
        assert isinstance(piece, Text)
        assert piece.annotations[0]["file_citation"]["quote"].startswith(part)


def test_an_answer_in_other_words_quotes_what_shares_most_with_it_and_the_question() -> None:
    """As a real model says it."""
    assert quote(SOURCE, "You need 4711.", "Which lock has the bicycle?") == "Its lock opens with 4711."


def test_a_beat_within_a_marker_is_passed_on() -> None:
    """A slow model can still be left while it writes one."""
    pieces = [Text("a 【1:0"), Text(""), Text("†a.md】")]
    assert [piece.text for piece in cited(pieces, found()) if isinstance(piece, Text)] == ["a ", "", FIRST]


@pytest.mark.parametrize("output", ["", "no json", "[]", '{"results": null}', '{"error": "x"}'])
def test_an_output_without_results_leaves_text_as_it_is(output: str) -> None:
    """Whatever a tool gave back."""
    pieces = pieces_of(f"See {FIRST}", 2, 6)
    assert list(cited(pieces, request(output))) == pieces
