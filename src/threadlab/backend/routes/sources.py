"""Sources: where requests say that text comes from: files, vector stores, attachments.

Everything that is named must be there; a new vector store in a tool's resources is made on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from threadlab.backend.file_records import FileRecord, VectorStoreRecord
from threadlab.backend.held_headers import problem_with
from threadlab.backend.records import ThreadRecord
from threadlab.backend.routes.available import refuse_unavailable
from threadlab.backend.routes.call import Call
from threadlab.backend.search.chunking import strategy
from threadlab.backend.store.transaction import Transaction
from threadlab.backend.wire.errors import bad_request
from threadlab.backend.wire.file_bodies import Chunking, NewVectorStore
from threadlab.backend.wire.invalid import invalid

Json = dict[str, Any]
ATTACHABLE = ("file_search", "code_interpreter")
ENTRY = ("server_label", "require_approval")
"""What is kept of what is said of an MCP server: anything else might be a secret."""
THREADS_EXPIRY: Json = {"anchor": "last_active_at", "days": 7}
"""How long a vector store lives that attachments made, as the service documents."""


def chunking_of(given: Chunking | None) -> Json:
    """A chunking strategy in full."""
    window = given.static if given else None
    return strategy(window.max_chunk_size_tokens, window.chunk_overlap_tokens) if window else strategy()


def files_of(call: Call, ids: Iterable[str]) -> list[FileRecord]:
    """The files of these ids, each once."""
    return [call.find(FileRecord, id) for id in dict.fromkeys(ids)]


def refuse_assets(sources: Any, param: str) -> None:
    """Raise a 400 for assets of the cloud, such as azureml://…: nobody could read them here."""
    if sources:
        raise bad_request(
            f"Invalid '{param}': assets of the cloud can be read only on Azure, and this backend is on your "
            "machine. Upload the file instead, client.files.upload(file_path=…, purpose='assistants'), and "
            "give its id: file_id in an attachment or for a file of a vector store, else file_ids.",
            param=param,
            code="unsupported_data_source",
        )


def new_store(call: Call, change: Transaction, body: NewVectorStore, within: str = "") -> VectorStoreRecord:
    """A new vector store, as a body describes it; `within` is where that stands."""
    if body.configuration is not None:
        refuse_assets(body.configuration.data_sources, f"{within}configuration.data_sources")
    return call.room.vector_stores.create(
        change,
        files_of(call, body.file_ids or []),
        chunking_of(body.chunking_strategy),
        name=body.name,
        metadata=body.metadata,
        expires_after=body.expires_after.model_dump() if body.expires_after else None,
    )


def resources_of(call: Call, given: Json | None) -> Json:
    """Tool resources in which every id is known, and every new vector store was made."""
    if not given:
        return {}
    with call.room.store.transaction() as change:
        return _checked(call, change, given)


def _checked(call: Call, change: Transaction, given: Json) -> Json:
    resources = dict(given)
    search = resources.get("file_search")
    if search is not None:
        param = "tool_resources.file_search"
        ids = _ids(search, "vector_store_ids", param)
        for id in ids:
            call.find(VectorStoreRecord, id)
        for index, described in enumerate(search.get("vector_stores") or []):
            try:
                body = NewVectorStore.model_validate(described)
            except ValidationError as error:
                raise invalid(error, f"{param}.vector_stores[{index}]") from None
            ids.append(new_store(call, change, body, f"{param}.vector_stores[{index}].").id)
        resources["file_search"] = {"vector_store_ids": ids}
    if (interpreter := resources.get("code_interpreter")) is not None:
        param = "tool_resources.code_interpreter"
        files_of(call, _ids(interpreter, "file_ids", param))
        refuse_assets(interpreter.get("data_sources"), f"{param}.data_sources")
    if resources.get("mcp") is not None:
        resources["mcp"] = _with_held_headers(call, resources["mcp"])
    return resources


def _with_held_headers(call: Call, entries: Any) -> list[Json]:
    """What is said of MCP servers; the headers for them are held in memory and not kept."""
    param = "tool_resources.mcp"
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise bad_request(f"Invalid '{param}': expected a list of objects.", param=param)
    for index, entry in enumerate(entries):
        refuse_headers(entry.get("headers") or {}, f"{param}[{index}].headers")
    held = call.room.engine.serving.headers
    return [
        {name: entry[name] for name in ENTRY if name in entry}
        | {"headers": held.hold(entry.get("headers") or {})}
        for entry in entries
    ]


def refuse_headers(headers: Any, param: str) -> None:
    """Raise a 400 for what cannot be headers of a request."""
    if problem := problem_with(headers):
        raise bad_request(f"Invalid '{param}': {problem}.", param=param)


def attach(call: Call, change: Transaction, thread: ThreadRecord, messages: Sequence[Any]) -> ThreadRecord:
    """The thread, with what was attached to these messages among its resources, as the service has it.

    Files for file_search come into the thread's vector store, which is made when the first one comes.
    """
    attached: dict[str, list[FileRecord]] = {}
    for message in messages:
        for index, attachment in enumerate(message.attachments or []):
            for tool, files in _attached(call, attachment, f"attachments[{index}]").items():
                attached.setdefault(tool, []).extend(files)
    if not attached:
        return thread
    resources = dict(thread.tool_resources)
    if searched := attached.get("file_search"):
        ids = (resources.get("file_search") or {}).get("vector_store_ids") or []
        resources["file_search"] = {"vector_store_ids": [_into_store(call, change, ids, searched)]}
    if computed := attached.get("code_interpreter"):
        known = (resources.get("code_interpreter") or {}).get("file_ids") or []
        resources["code_interpreter"] = {
            "file_ids": list(dict.fromkeys([*known, *(file.id for file in computed)]))
        }
    tools = list(dict.fromkeys([*thread.attached_tools, *attached]))
    thread = replace(thread, tool_resources=resources, attached_tools=tools)
    change.put(thread)
    return thread


def _into_store(call: Call, change: Transaction, ids: Sequence[str], files: Sequence[FileRecord]) -> str:
    """Put files into the first of these vector stores that is there, else into a new one; its id."""
    for id in ids:
        if change.get(VectorStoreRecord, id) is not None:
            for file in files:
                call.room.vector_stores.put(change, id, file, strategy())
            return id
    stores = call.room.vector_stores
    return stores.create(change, files, strategy(), expires_after=THREADS_EXPIRY).id


def _attached(call: Call, attachment: Json, place: str) -> Mapping[str, list[FileRecord]]:
    """The files of one attachment, by the tools that they are for."""
    tools = [tool.get("type") for tool in attachment.get("tools") or [] if isinstance(tool, dict)]
    wrong = [tool for tool in tools if tool not in ATTACHABLE]
    if wrong or not tools:
        raise bad_request(
            f"Invalid '{place}.tools': {wrong or 'none'}. Supported types are: {', '.join(ATTACHABLE)}.",
            param=f"{place}.tools",
        )
    refuse_assets(attachment.get("data_source"), f"{place}.data_source")
    refuse_unavailable(call, [{"type": tool} for tool in tools], f"{place}.")
    id = attachment.get("file_id")
    if not isinstance(id, str):
        raise bad_request(f"Invalid '{place}.file_id': expected the id of a file.", param=f"{place}.file_id")
    return dict.fromkeys((str(tool) for tool in tools), files_of(call, [id]))


def _ids(given: Any, name: str, param: str) -> list[str]:
    ids = given.get(name) if isinstance(given, dict) else None
    if not isinstance(given, dict) or not (ids is None or isinstance(ids, list)):
        raise bad_request(f"Invalid '{param}': expected an object with a list '{name}'.", param=param)
    if not all(isinstance(id, str) for id in ids or []):
        raise bad_request(f"Invalid '{param}.{name}': expected a list of ids.", param=f"{param}.{name}")
    return list(ids or [])
