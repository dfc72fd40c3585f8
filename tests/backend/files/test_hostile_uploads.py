"""Hostile uploads: each gets a clear error and leaves nothing behind."""

from __future__ import annotations

import io
import os
import zipfile

import pytest

from tests.backend_client import Client
from tests.uploads import form, kept, upload, vector_store
from threadlab.backend.search import reading

BOUNDARY = {"content-type": "multipart/form-data; boundary=b"}


def part(head: str, content: bytes = b"x") -> bytes:
    """A part of a form."""
    return f"--b\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"


PURPOSE = part('name="purpose"', b"assistants")
FILE = part('name="file"; filename="a.txt"')
NO_TEXT = FILE.replace(b"a.txt", b"\xff\xfe")
END = b"--b--\r\n"
REFUSED = {
    "a path": (*form(b"x", "../../etc/passwd"), "filename"),
    "a path of another system": (
        PURPOSE + part('name="file"; filename="C:\\\\x\\\\y.txt"') + END,
        BOUNDARY,
        "filename",
    ),
    "only dots": (*form(b"x", ".."), "filename"),
    "a control character": (PURPOSE + part('name="file"; filename="a\x07"') + END, BOUNDARY, "filename"),
    "a name of no text": (PURPOSE + NO_TEXT + END, BOUNDARY, None),
    "a name too long": (*form(b"x", "n" * 300), "filename"),
    "0 bytes": (*form(b""), "file"),
    "no purpose": (FILE + END, BOUNDARY, "purpose"),
    "another purpose": (*form(b"x", purpose="world domination"), "purpose"),
    "a purpose of tools": (*form(b"x", purpose="assistants_output"), "purpose"),
    "no file": (PURPOSE + END, BOUNDARY, "file"),
    "two files": (PURPOSE + FILE + FILE + END, BOUNDARY, "file"),
    "a field of megabytes": (part('name="purpose"', b"x" * 2**20) + FILE + END, BOUNDARY, "purpose"),
    "a field that is no text": (part('name="purpose"', b"\xff") + FILE + END, BOUNDARY, "purpose"),
    "cut off": (PURPOSE + FILE[:-6], BOUNDARY, None),
    "cut off before its end": (PURPOSE + FILE, BOUNDARY, None),
    "a thousand parts": (PURPOSE * 1000 + FILE + END, BOUNDARY, None),
    "no form": (b"{}", {"content-type": "application/json"}, None),
    "no boundary": (b"x", {"content-type": "multipart/form-data"}, None),
    "a boundary of no header": (b"x", {"content-type": "multipart/form-data; boundary=猫"}, None),
    "nothing": (b"", {}, None),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_form_is_refused_and_leaves_nothing_behind(client: Client, case: str) -> None:
    """A 400 that names the part, no file, no bytes."""
    body, headers, param = REFUSED[case]
    status, content = client.call("POST", "/files", body, headers)
    assert status == 400, content
    if param is not None:
        assert content["error"]["param"] == param
    assert kept(client) == []
    assert client.get("/files")["data"] == []


def test_a_file_that_is_too_large_is_refused_before_it_is_written(client: Client) -> None:
    """With the limit in the message."""
    client.backend.files.largest = 1000
    body, headers = form(b"x" * 1001)
    status, content = client.call("POST", "/files", body, headers)
    assert (status, content["error"]["code"]) == (413, "file_too_large")
    assert "1000 bytes" in content["error"]["message"]
    assert kept(client) == []
    assert upload(client, b"x" * 1000)


def test_what_a_dead_process_left_is_swept_up(client: Client) -> None:
    """By the next upload, a day later; what is arriving now is let be."""
    upload(client)
    old, new = (client.backend.files.folder / f"arriving-{name}" for name in ("old", "new"))
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (0, 0))
    upload(client)
    assert (old.exists(), new.exists()) == (False, True)


def bomb() -> bytes:
    """A small document that unpacks to more than is read."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(2 * 2**20))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("latin.txt", "Grüße".encode("latin-1"), "invalid_file"),
        ("binary.txt", b"a\0b", "invalid_file"),
        ("blank.md", b" \n ", "invalid_file"),
        ("bomb.docx", bomb(), "invalid_file"),
        ("broken.pdf", b"%PDF-1.7 nothing", "invalid_file"),
        ("broken.docx", b"PK\x03\x04", "invalid_file"),
        ("picture.png", b"\x89PNG", "unsupported_file"),
        ("noending", b"text", "unsupported_file"),
    ],
)
def test_a_file_without_readable_text_fails_in_its_vector_store(
    client: Client, name: str, content: bytes, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says why, the vector store is done, and nothing of it is in the index."""
    monkeypatch.setattr(reading, "MOST_UNPACKED", 2**20)
    store = vector_store(client, upload(client, content, name))
    (file,) = client.get(f"/vector_stores/{store}/files")["data"]
    assert (file["status"], file["last_error"]["code"]) == ("failed", code), file
    assert client.get(f"/vector_stores/{store}")["file_counts"]["failed"] == 1
    assert client.backend.store.rows("SELECT count(*) FROM chunks") == [(0,)]
