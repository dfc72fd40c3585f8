"""Looks for annotations on the content block, where there never are any.

Caught by: An answer comes with its citations: each marker at its place, each quote as in the source
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from azure.ai.agents.models import FileSearchTool

from threadlab import Lab, Run


class Citation(NamedTuple):
    """A citation."""

    marker: str
    start: int
    end: int
    file_name: str
    quote: str


class Answer(NamedTuple):
    """An answer."""

    text: str
    citations: list[Citation]


def librarian(lab: Lab, vector_store_id: str) -> str:
    """An agent that searches."""
    search = FileSearchTool([vector_store_id])
    return lab.create_agent(tools=search.definitions, tool_resources=search.resources).id


def index_once(lab: Lab, documents: Mapping[str, str]) -> str:
    """Found again by a note of what it holds."""
    note = sha256(json.dumps(sorted(documents.items())).encode()).hexdigest()
    for store in lab.vector_stores.list():
        if store.metadata.get("note") == note:
            return store.id
    files = [lab.files.upload(text.encode(), name=name) for name, text in documents.items()]
    return lab.vector_stores.create(files=files, metadata={"note": note}).id


def cited_answer(lab: Lab, run: Run) -> Answer:
    """One level too high."""
    message = run.messages()[-1]
    citations = [
        Citation(one["text"], one["start_index"], one["end_index"], "", one["file_citation"]["quote"])
        for part in message.content
        for one in part.detail.get("annotations", [])
    ]
    return Answer(message.text, citations)


def is_proved(answer: Answer, citation: Citation, documents: Mapping[str, str]) -> bool:
    """Marker and quote, to the letter."""
    if not citation.marker or answer.text[citation.start : citation.end] != citation.marker:
        return False
    return bool(citation.quote.strip()) and citation.quote in documents.get(citation.file_name, "")
