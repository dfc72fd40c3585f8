"""file_search, the hosted tool: it searches the vector stores of a run and of its thread.

What it finds is copied into its outcome, so the run step shows it whatever becomes of store and file. Each
result has a marker, in the service's style, by which an answer can cite it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from threadlab.backend.aside import Aside
from threadlab.backend.file_records import FileRecord, Json, VectorStoreRecord
from threadlab.backend.hosted import NotYet, Outcome, Setting, ToolFailed
from threadlab.backend.search.embedder import EmbeddingFailed
from threadlab.backend.search.index import Found
from threadlab.backend.search.vector_stores import VectorStores

MOST_RESULTS = 20
"""Results, unless the tool's definition says otherwise: the service's default."""
MOST = 50
"""Results that a definition may ask for."""
RANKER = "default_2024_08_21"
PATIENCE = 60.0
"""Seconds that a run waits for files that are being indexed, as the service does."""
LOOK_AGAIN = 0.05
MOST_NAMED = 20
"""Files that are named to a model."""
HOW_TO_CITE = "After each sentence that rests on a result, write that result's marker, exactly as it is."

PARAMETERS: Json = {
    "type": "object",
    "properties": {"query": {"type": "string", "description": "What to look for, in words."}},
    "required": ["query"],
}


class FileSearch:
    """Searches `vector_stores`. Where those index aside, an embedder is asked aside too."""

    def __init__(self, vector_stores: VectorStores) -> None:
        self._stores = vector_stores
        self._aside: Aside[list[Found]] = Aside("embedding", vector_stores.clock)

    def offer(self, setting: Setting) -> Json:
        """As a function of one query. `files` are the names of what can be searched, the first of them."""
        names = self._stores.names(_store_ids(setting))
        said = ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
        description = f"Search the user's files ({said or 'there are none'})."
        function = {"name": "file_search", "description": description, "parameters": PARAMETERS}
        return {"type": "file_search", "function": function, "files": names[:MOST_NAMED]}

    def call(self, setting: Setting, arguments: str) -> Outcome | NotYet:
        """Search. Raises ToolFailed for a vector store that has expired, and where the embedder fails."""
        options = _options(setting)
        question = _query(arguments)
        if question is None:
            return _outcome([], options, 'file_search needs a query: {"query": "…"}')
        stores = self._open(_store_ids(setting))
        if not stores:
            return _outcome([], options, "there are no files to search")
        if (until := self._not_before(stores)) is not None:
            return NotYet(until)
        try:
            found = self._found(setting, [store.id for store in stores], question)
        except EmbeddingFailed as error:
            raise ToolFailed(f"file_search could not ask the embedder: {error}") from error
        if isinstance(found, NotYet):
            return found
        self._stores.touch(stores)
        return self._told(setting, found)

    def _open(self, ids: Sequence[str]) -> list[VectorStoreRecord]:
        """The vector stores of these ids that are still there."""
        now = self._stores.clock.now()
        stores = [record for id in ids if (record := self._stores.store.get(VectorStoreRecord, id))]
        for record in stores:
            if record.expires_at is not None and record.expires_at <= now:
                raise ToolFailed(
                    f"the vector store {record.id} expired: make a new one with its files, and attach it"
                )
        return stores

    def forget(self, run_id: str) -> None:
        """Drop what is being done for a run."""
        self._aside.forget(run_id)

    def _not_before(self, stores: Sequence[VectorStoreRecord]) -> float | None:
        """When to look again for files that are being indexed; None when they are, or take too long."""
        self._stores.index_due()
        now, ids = self._stores.clock.now(), {record.id for record in stores}
        waiting = [
            file
            for file in self._stores.at_work()
            if file.vector_store_id in ids and now < file.created_at + PATIENCE
        ]
        return max(max(file.due for file in waiting), now + LOOK_AGAIN) if waiting else None

    def _found(self, setting: Setting, ids: Sequence[str], question: str) -> list[Found] | NotYet:
        """What is found; or when to look again, while the embedder is being asked."""
        index, options = self._stores.index, _options(setting)
        most, least = options["max_num_results"], options["ranking_options"]["score_threshold"]
        if index.embedder is None or not self._stores.aside:
            return index.find(ids, question, most, least)
        return self._aside.result(setting, lambda: index.find(ids, question, most, least))

    def _told(self, setting: Setting, found: Sequence[Found]) -> Outcome:
        results = []
        for place, one in enumerate(found, start=MOST * setting.number):
            file = self._stores.store.get(FileRecord, one.file_id)
            name = file.filename if file else one.file_id
            results.append(
                {
                    "marker": f"【{setting.round}:{place}†{name.translate(_UNMARKED)}】",
                    "file_id": one.file_id,
                    "file_name": name,
                    "score": one.score,
                    "text": one.text,
                }
            )
        return _outcome(results, _options(setting))


_UNMARKED = str.maketrans("", "", "【】†")


def _outcome(results: list[Json], options: Json, error: str | None = None) -> Outcome:
    told: Json = {"error": error} if error else {"results": results}
    shown = [
        {
            **{name: result[name] for name in ("file_id", "file_name", "score")},
            "content": [{"type": "text", "text": result["text"]}],
        }
        for result in results
    ]
    detail = {"ranking_options": options["ranking_options"], "results": shown}
    hint = {"how_to_cite": HOW_TO_CITE} if results else {}
    return Outcome(json.dumps({**told, **hint}, ensure_ascii=False), detail)


def _store_ids(setting: Setting) -> list[str]:
    """The vector stores of the run and of its thread, each once."""
    named = [(resources.get("file_search") or {}).get("vector_store_ids") for resources in setting.resources]
    return list(dict.fromkeys(id for ids in named for id in ids or () if isinstance(id, str)))


def _options(setting: Setting) -> Json:
    """The tool's options with their defaults."""
    given = setting.definition.get("file_search") or {}
    ranking = given.get("ranking_options") or {}
    return {
        "max_num_results": given.get("max_num_results") or MOST_RESULTS,
        "ranking_options": {
            "ranker": ranking.get("ranker") or RANKER,
            "score_threshold": ranking.get("score_threshold") or 0.0,
        },
    }


def _query(arguments: str) -> str | None:
    """The question in a call's arguments; None if there is none."""
    try:
        given = json.loads(arguments)
    except ValueError:
        return None
    question = given.get("query") if isinstance(given, dict) else None
    return question if isinstance(question, str) and question.strip() else None
