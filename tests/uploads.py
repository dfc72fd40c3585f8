"""Files for the plain client: uploaded as a form, put into vector stores, searched by runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.backend_client import Client
from threadlab.connect.multipart import encode_form

HANDBOOK = """# The handbook

## Holidays
Everybody has thirty days of holiday a year. Ask your lead two weeks ahead.

## Bicycles
The blue bicycle belongs to the office in Oslo. Its lock opens with the number 4711.

## Coffee
The machine is cleaned on Fridays.
"""


def form(content: bytes, name: str = "handbook.md", **fields: str) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of an upload."""
    body, kind = encode_form(fields or {"purpose": "assistants"}, {"file": (name, content)})
    return body, {"content-type": kind}


def upload(client: Client, content: bytes | str = HANDBOOK, name: str = "handbook.md") -> str:
    """The id of a new file."""
    body, headers = form(content.encode() if isinstance(content, str) else content, name)
    status, file = client.call("POST", "/files", body, headers)
    assert status == 200, file
    return str(file["id"])


def vector_store(client: Client, *files: str, **options: Any) -> str:
    """The id of a vector store in which these files are indexed."""
    store = client.post("/vector_stores", {"file_ids": list(files), **options})
    for _ in range(20):
        if client.get(f"/vector_stores/{store['id']}")["status"] != "in_progress":
            return str(store["id"])
    raise AssertionError("the vector store is never done")


def librarian(client: Client, *stores: str, **search: Any) -> str:
    """The id of an agent that searches these vector stores."""
    tool = {"type": "file_search", **({"file_search": search} if search else {})}
    resources = {"file_search": {"vector_store_ids": list(stores)}} if stores else {}
    return client.agent(tools=[tool], tool_resources=resources)


def kept(client: Client) -> list[Path]:
    """Whatever lies in the folder of files."""
    folder = client.backend.files.folder
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []
