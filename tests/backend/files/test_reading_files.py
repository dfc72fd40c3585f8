"""The text of files, by kind, and how it is cut."""

from __future__ import annotations

import io

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from threadlab.backend.completer.tokens import estimate
from threadlab.backend.search import reading
from threadlab.backend.search.chunking import chunks_of, strategy
from threadlab.backend.search.reading import Unreadable, text_of


def docx() -> bytes:
    """A document with a paragraph and a table."""
    document, file = Document(), io.BytesIO()
    document.add_paragraph("A paragraph.")
    document.add_table(1, 1).cell(0, 0).text = "A cell."
    document.save(file)
    return file.getvalue()


def pdf() -> bytes:
    """A page that says hello, as small as one can be."""
    words = b"BT /F1 24 Tf 72 720 Td (Hello from a page) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(words), words),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (
            table,
            start,
        )
    )


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.txt", "Grüße".encode(), "Grüße"),
        ("A.TXT", "\ufeffwith a mark".encode(), "with a mark"),
        ("a.md", "Ω wide".encode("utf-16"), "Ω wide"),
        ("a.py", b"def f(): ...", "def f(): ..."),
        ("a.csv", b"a,b\n1,2\n", "a,b\n1,2\n"),
        (
            "a.html",
            b"<title>T</title><script>no()</script><p>Some <b>bold</b>\n text &amp; more</p>",
            "T\nSome bold text & more\n",
        ),
        ("a.docx", docx(), "A paragraph.\nA cell.\n"),
        ("a.pdf", pdf(), "Hello from a page\n\n"),
    ],
)
def test_each_kind_of_file_has_its_text(name: str, content: bytes, text: str) -> None:
    """What a reader of the file would see."""
    assert text_of(name, content) == text


def test_text_without_end_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound on the characters, whatever they come from."""
    monkeypatch.setattr(reading, "MOST_TEXT", 10)
    with pytest.raises(Unreadable, match="more than 10 characters"):
        text_of("a.txt", b"x" * 11)


@given(st.text(max_size=3000), st.integers(100, 120), st.integers(0, 50))
def test_chunks_are_windows_that_cover_the_text(text: str, size: int, overlap: int) -> None:
    """Each is a part of the text, none is too large, and no word is lost."""
    chunks = chunks_of(text, strategy(size, overlap))
    assert all(chunk.text == text[chunk.start : chunk.end] for chunk in chunks)
    assert all(estimate(chunk.text) <= size + 1 for chunk in chunks)
    covered = {place for chunk in chunks for place in range(chunk.start, chunk.end)}
    assert not [
        place for place, character in enumerate(text) if not character.isspace() and place not in covered
    ]


def test_neighbours_overlap_by_so_many_tokens() -> None:
    """800 tokens with an overlap of 400, unless told otherwise."""
    chunks = chunks_of("word " * 1200, strategy())
    assert [estimate(chunk.text) for chunk in chunks] == [800, 800]
    assert chunks[1].start == 400 * len("word ")


def test_a_page_breaks_its_lines_where_a_reader_sees_them() -> None:
    """Words in bold stand within their sentence, whatever lines the source has."""
    page = b"<h1>The  bakery</h1><p>It opens at <b>seven</b>\nin the <i>morning</i>.</p>"
    page += b"<ul><li>bread<li>rolls</ul>one<br>two<pre>a\nb</pre>"
    lines = text_of("a.html", page).splitlines()
    assert lines == [
        "The bakery",
        "It opens at seven in the morning.",
        "bread",
        "rolls",
        "one",
        "two",
        "a",
        "b",
    ]
