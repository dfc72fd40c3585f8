"""Invalid: what pydantic found wrong, as the service's 400 that names the parameter."""

from __future__ import annotations

from pydantic import ValidationError

from threadlab.backend.wire.errors import ApiError, bad_request, missing

BRANCHES = ("str", "list[dict[str,any]]")
"""Parts of a location that name a branch of a union, not a field."""


def invalid(error: ValidationError, within: str = "") -> ApiError:
    """The first thing that is wrong. `within` is the parameter that was looked at, if not the whole body."""
    first = error.errors(include_url=False)[0]
    param = _path(within, first["loc"])
    if first["type"] == "missing":
        return missing(param)
    if first["type"] == "json_invalid":
        return bad_request(f"The body is not valid JSON: {first['msg']}.", code="invalid_json")
    what = f"'{param}'" if param else "body"
    return bad_request(f"Invalid {what}: {_said(first['msg'])}.", param=param or None)


def _said(message: str) -> str:
    """Pydantic's message in the service's manner: what was expected."""
    return message.removeprefix("Value error, ").replace("Input should be", "expected", 1)


def _path(within: str, loc: tuple[int | str, ...]) -> str:
    """`tools[1].function.name`."""
    path = within
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part not in BRANCHES:
            path += f".{part}" if path else part
    return path
