"""Request bodies of vector stores. Names, ranges and defaults are the service's documented ones."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from threadlab.backend.wire.bodies import Body, Metadata

FileIds = Annotated[list[str], Field(max_length=500)]
Name = Annotated[str, Field(max_length=256)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Attributes = Annotated[
    dict[Key, Annotated[str, StringConstraints(max_length=512)] | int | float | bool], Field(max_length=16)
]
"""At most 16 pairs, keys to 64 characters, texts to 512 (openai 3.x, `vector_stores.files.create`)."""


class Window(Body):
    """Tokens of a chunk, and of its overlap with the one before."""

    max_chunk_size_tokens: Annotated[int, Field(ge=100, le=4096)]
    chunk_overlap_tokens: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _overlaps_by_half_at_most(self) -> Window:
        if self.chunk_overlap_tokens > self.max_chunk_size_tokens // 2:
            raise ValueError("chunk_overlap_tokens must not exceed half of max_chunk_size_tokens")
        return self


class Chunking(Body):
    """How text is cut: `auto`, or `static` with a window."""

    type: Literal["auto", "static"]
    static: Window | None = None

    @model_validator(mode="after")
    def _static_has_a_window(self) -> Chunking:
        if self.type == "static" and self.static is None:
            raise ValueError(
                "type static needs a 'static' with max_chunk_size_tokens and chunk_overlap_tokens"
            )
        return self


class Expiry(Body):
    """A vector store expires so many days after it was last used."""

    anchor: Literal["last_active_at"]
    days: Annotated[int, Field(ge=1, le=365)]


class DataSource(Body):
    """An asset of the cloud, which only Azure can read."""

    uri: Annotated[str, Field(min_length=1, max_length=2048)]
    type: Literal["uri_asset", "id_asset"]


class Configuration(Body):
    """Where a vector store takes its files from."""

    data_sources: Annotated[list[DataSource], Field(max_length=100)] | None = None


class VectorStoreChanges(Body):
    """POST /vector_stores/{id}: whatever is missing stays as it is."""

    name: Name | None = None
    expires_after: Expiry | None = None
    metadata: Metadata | None = None


class NewVectorStore(VectorStoreChanges):
    """POST /vector_stores, and each new one of a thread's or an agent's tool_resources."""

    file_ids: FileIds | None = None
    configuration: Configuration | None = None
    chunking_strategy: Chunking | None = None


class NewStoredFile(Body):
    """POST /vector_stores/{id}/files."""

    file_id: str | None = None
    data_source: DataSource | None = None
    chunking_strategy: Chunking | None = None
    attributes: Attributes | None = None


class StoredFileChanges(Body):
    """POST /vector_stores/{id}/files/{fid}: all attributes that the file is to have."""

    attributes: Attributes


class NewBatch(Body):
    """POST /vector_stores/{id}/file_batches."""

    file_ids: FileIds | None = None
    data_sources: Annotated[list[DataSource], Field(max_length=100)] | None = None
    chunking_strategy: Chunking | None = None
    attributes: Attributes | None = None
