"""Lets an empty quote pass: it stands in every text.

Caught by: A changed quote, no quote, and a marker at the wrong place prove nothing
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
    """The run's own message, with names from its steps."""
    names = {found.file_id: found.file_name for call in run.steps()[0].tool_calls for found in call.results}
    message = run.messages()[-1]
    citations = [
        Citation(one.marker, one.start, one.end, names[one.file_id], one.quote) for one in message.citations
    ]
    return Answer(message.text, citations)


def is_proved(answer: Answer, citation: Citation, documents: Mapping[str, str]) -> bool:
    """Nothing is found everywhere."""
    if not citation.marker or answer.text[citation.start : citation.end] != citation.marker:
        return False
    return citation.quote in documents.get(citation.file_name, "")
