"""Files: they come back byte for byte, and their bytes lie beside the store."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable

import pytest

from tests.backend_client import Client, read_stream
from tests.uploads import form, kept, upload
from threadlab.backend.files.upload import Upload
from threadlab.backend.routes.files import A_PIECE
from threadlab.backend.wire.http import Request


def content_of(client: Client, file: str) -> bytes:
    """The bytes of a file, as they are downloaded."""
    response = client.backend.handle(Request("GET", f"{client.prefix}/files/{file}/content"))
    assert response.status == 200
    return response.body if isinstance(response.body, bytes) else read_stream(client.backend, response)


@pytest.mark.parametrize(
    "content",
    [b"plain", b"\r\n--\r\n\0\xff--", random.Random(1).randbytes(70_000), b"x" * (A_PIECE + 1)],
    ids=["plain", "like a boundary", "random", "large"],
)
def test_a_file_comes_back_byte_for_byte(client: Client, content: bytes) -> None:
    """Whatever is in it."""
    file = upload(client, content, "data.bin")
    assert client.get(f"/files/{file}")["bytes"] == len(content)
    assert content_of(client, file) == content


def test_the_bytes_of_a_file_lie_beside_the_store_and_not_in_it(durable: Callable[..., Client]) -> None:
    """Under the SHA-256 of what they are, for every kernel on that store."""
    content = random.Random(2).randbytes(3000)
    client = durable()
    file = upload(client, content)
    (blob,) = kept(client)
    assert blob.name == hashlib.sha256(content).hexdigest()
    assert blob.read_bytes() == content
    beside = client.backend.store.path.parent.glob("store.sqlite*")
    inside = b"".join(path.read_bytes() for path in beside if path.is_file())
    assert content not in inside
    assert content_of(durable(), file) == content


def test_the_same_bytes_are_kept_once_and_go_with_their_last_file(client: Client) -> None:
    """Two files, one blob."""
    first, second = upload(client, b"same", "a.txt"), upload(client, b"same", "b.txt")
    assert first != second
    assert len(kept(client)) == 1
    client.delete(f"/files/{first}")
    assert content_of(client, second) == b"same"
    client.delete(f"/files/{second}")
    assert kept(client) == []
    assert client.get("/files")["data"] == []


def test_files_are_listed_newest_first_and_by_purpose(client: Client) -> None:
    """All at once, unless a page is asked for."""
    files = [upload(client, f"{number}", f"{number}.txt") for number in range(25)]
    body, headers = form(b"a picture", "a.png", purpose="vision")
    _, picture = client.call("POST", "/files", body, headers)
    assert [file["id"] for file in client.get("/files")["data"]] == [picture["id"], *reversed(files)]
    assert [file["id"] for file in client.get("/files", purpose="vision")["data"]] == [picture["id"]]
    page = client.get("/files", limit="2", after=files[5])
    assert [file["id"] for file in page["data"]] == [files[4], files[3]]
    assert page["has_more"]


def test_a_file_is_named_by_its_own_kind_of_id(client: Client) -> None:
    """`assistant-…`; any other id is a 400, an unknown one a 404."""
    assert upload(client).startswith("assistant-")
    assert client.error("GET", "/files/file-1")[0] == 400
    assert client.error("GET", "/files/assistant-none")[0] == 404
    assert client.error("GET", "/files/assistant-none/content")[0] == 404
    assert client.error("DELETE", "/files/assistant-none")[0] == 404


@pytest.mark.parametrize("size", [1, 7, 100, 5000])
def test_a_form_may_come_in_pieces_of_any_size(client: Client, size: int) -> None:
    """As a network delivers it."""
    content = random.Random(3).randbytes(2000) + b"\r\n--"
    body, headers = form(content, "ünïcode name.txt")
    upload = Upload(headers, client.backend.files)
    for start in range(0, len(body), size):
        upload.feed(body[start : start + size])
    upload.finish()
    assert upload.blob is not None
    assert (upload.filename, upload.purpose) == ("ünïcode name.txt", "assistants")
    assert client.backend.files.read(upload.blob.keep()) == content
