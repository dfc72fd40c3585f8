"""Include: what a client asks to be shown beyond the usual. There is one such thing."""

from __future__ import annotations

from collections.abc import Mapping

from threadlab.backend.wire.errors import bad_request

RESULTS_CONTENT = "step_details.tool_calls[*].file_search.results[*].content"
"""The text of what a file search found."""


def wants_content(query: Mapping[str, str]) -> bool:
    """Whether results of file searches are to come with their text. Raises a 400 for anything else."""
    asked = [value for value in query.get("include[]", query.get("include", "")).split(",") if value]
    unknown = [value for value in asked if value != RESULTS_CONTENT]
    if unknown:
        raise bad_request(
            f"Invalid 'include[]': '{unknown[0]}'. Supported values are: {RESULTS_CONTENT}.",
            param="include[]",
        )
    return bool(asked)
