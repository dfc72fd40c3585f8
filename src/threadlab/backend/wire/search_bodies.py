"""The body of a search in a vector store, as openai 3.x has it (`types/vector_store_search_params.py`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from threadlab.backend.wire.bodies import Body
from threadlab.backend.wire.file_bodies import Key

LONGEST_QUERY = 4096
MOST_QUERIES = 16

Query = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_QUERY)]
_ONE: dict[str, object] = {"type": "string", "minLength": 1, "maxLength": LONGEST_QUERY}
Queries = Annotated[
    list[Query],
    Field(min_length=1, max_length=MOST_QUERIES),
    BeforeValidator(lambda given: [given] if isinstance(given, str) else given),
    WithJsonSchema(
        {"anyOf": [_ONE, {"type": "array", "items": _ONE, "minItems": 1, "maxItems": MOST_QUERIES}]}
    ),
]
"""One question, or several."""


class Comparison(Body):
    """An attribute against a value; `in` and `nin` take a list."""

    type: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
    key: Key
    value: str | int | float | bool | list[str | int | float]

    @model_validator(mode="after")
    def _the_value_suits_the_type(self) -> Comparison:
        if isinstance(self.value, list) != (self.type in ("in", "nin")):
            wanted = "a list" if self.type in ("in", "nin") else "one value, not a list"
            raise ValueError(f"a filter of type {self.type} takes {wanted}")
        return self


class Compound(Body):
    """Filters that hold together, or one of which holds."""

    type: Literal["and", "or"]
    filters: Annotated[list[Filter], Field(min_length=1, max_length=100)]


Filter = Annotated[Comparison | Compound, Field(discriminator="type")]


class Ranking(Body):
    """How results are ranked. There is one ranker here, whatever its name; its scores are from 0 to 1."""

    ranker: Literal["none", "auto", "default-2024-11-15"] | None = None
    score_threshold: Annotated[float, Field(ge=0, le=1)] | None = None


class NewSearch(Body):
    """POST /vector_stores/{id}/search."""

    query: Queries
    filters: Filter | None = None
    max_num_results: Annotated[int, Field(ge=1, le=50)] | None = None
    ranking_options: Ranking | None = None
    rewrite_query: bool | None = None
