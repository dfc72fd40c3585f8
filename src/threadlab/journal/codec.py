"""Codec: facts as lines of JSON, and back.

A line is one object: a short word for the kind of fact ("call_started"), then its fields in their order.
What a field has by default is left out, so that a line shows what is special about it. What ties an object to
a living service (`native`, `home`) is left out, too: what is read back is only looked at.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, get_args

from pydantic import ConfigDict, TypeAdapter, ValidationError

from threadlab.errors import JournalError
from threadlab.journal.fact import AnyFact, Observed
from threadlab.journal.observing import RUN_EVENTS

Json = dict[str, Any]

TYPE = "type"
_TIED_TO_A_SERVICE = frozenset({"native", "home"})
_ALWAYS_WRITTEN = frozenset({"schema"})
_NO_DEFAULT = object()
_CONFIG = ConfigDict(arbitrary_types_allowed=True, val_json_bytes="base64", extra="forbid")


class Codec:
    """The classes of one kind of log, each under its word. `Codec((Tagged, Scored)).read(document)`."""

    def __init__(self, classes: Iterable[Any]) -> None:
        self._classes: dict[str, Any] = {word(one): one for one in classes}

    def document(self, value: Any) -> Json:
        """The value as a JSON object, its word first. Raises JournalError for what JSON cannot say."""
        return {TYPE: word(type(value)), **plain(value)}

    def check(self, document: Mapping[str, Any]) -> None:
        """Raise JournalError for an object that could not be read again: such a line is never written."""
        try:
            self.read(document)
        except (ValueError, TypeError) as error:
            raise JournalError(
                f"this cannot be kept in a user run's log: {said_of(error)}",
                hint="nothing was written; give the value that the field asks for",
            ) from error

    def read(self, document: Mapping[str, Any]) -> Any:
        """The value that such an object tells. Raises ValueError for what no object of this log says."""
        content = dict(document)
        known = self._classes.get(content.pop(TYPE, ""))
        if known is None:
            raise ValueError(f"{document.get(TYPE)!r} is no kind of line of this file")
        if known is Observed:
            content["event"] = EVENTS.read(content.get("event") or {})
        return _reader(known).validate_python(content)


def said_of(error: Exception) -> str:
    """What is wrong with an object that was read, in one line."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def word(kind: type[object]) -> str:
    """`CallStarted` → "call_started"."""
    return _word(kind.__name__)


def plain(value: Any) -> Any:
    """The value as JSON holds it; of an object, its fields that are not as by default."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if is_dataclass(value):
        return _plain_object(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [plain(one) for one in value]
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise JournalError(
        f"a {type(value).__name__} cannot be kept in a user run's log: {value!r:.80}",
        hint="give texts, numbers, lists and mappings of them; keep anything else as an artifact",
    )


def dumped(document: Mapping[str, Any]) -> bytes:
    """The object as one line of JSON, its end of line included. Raises JournalError for nan and inf."""
    try:
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # half a character: JSON can say it, UTF-8 cannot
        return json.dumps(document, separators=(",", ":"), allow_nan=False).encode() + b"\n"
    except ValueError as error:
        raise JournalError(
            f"a number cannot be kept in a user run's log: {error}",
            hint="JSON knows no nan and no inf: leave the value out, or write it as a text",
        ) from error


def _plain_object(value: Any) -> Json:
    content: Json = {}
    kind: Any = type(value)
    for name, default in _written(kind):
        one = getattr(value, name)
        if name == "event" and isinstance(one, RUN_EVENTS):
            content[name] = EVENTS.document(one)
        elif one is not default and (default is _NO_DEFAULT or one != default):
            content[name] = plain(one)
    return content


@cache
def _word(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@cache
def _written(kind: Any) -> tuple[tuple[str, Any], ...]:
    """The fields of a class that are written, each with the default at which it is left out."""
    return tuple((one.name, _default(one)) for one in fields(kind) if one.name not in _TIED_TO_A_SERVICE)


def _default(one: Field[Any]) -> Any:
    if one.name in _ALWAYS_WRITTEN or (one.default is MISSING and one.default_factory is MISSING):
        return _NO_DEFAULT
    return one.default if one.default_factory is MISSING else one.default_factory()


@cache
def _reader(kind: Any) -> TypeAdapter[Any]:
    """Built at the first line of its kind, for it takes a while."""
    return TypeAdapter(kind | None, config=_CONFIG)


EVENTS = Codec(RUN_EVENTS)
FACTS = Codec(get_args(AnyFact))
