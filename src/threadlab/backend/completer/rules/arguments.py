"""Arguments: a tool's parameters, filled from a text by their JSON schema. Nothing is made up here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from threadlab.backend.completer.rules.schema import Shape
from threadlab.backend.completer.rules.source import Source
from threadlab.backend.completer.rules.values import KINDS, Value, find, numbers, quoted, together
from threadlab.backend.completer.rules.words import GENERIC, STOP, TAKES, VOCABULARY, spaced, stem, stems

NOTHING = object()
_FREE = stems(VOCABULARY["takes"]["free"])
_SPOKEN: dict[str, frozenset[str]] = {kind: stems(spoken) for kind, spoken in VOCABULARY["kinds"].items()}
_FORMATS = {"email": "email", "uri": "address", "date": "date", "date-time": "date", "time": "time"}
_NUMBERS = ("integer", "number")
_MOST = 100


@dataclass(frozen=True, slots=True)
class Filled:
    """Arguments found in a text, what is missing, and what a sole parameter is in further calls."""

    arguments: dict[str, Any]
    missing: tuple[str, ...] = ()
    further: tuple[dict[str, Any], ...] = ()


def fill(shape: Shape, source: Source) -> Filled:
    """The arguments of a function with that parameter schema, as far as the source gives them."""
    arguments = _object(shape, source)
    missing = tuple(name for name in shape.required if name not in arguments)
    return Filled(arguments, missing, tuple(_further(shape, source, arguments)))


def candidates(name: str, shape: Shape, text: str) -> list[Value] | None:
    """The values of a text that are of the parameter's kind; None for a parameter that takes free text."""
    if shape.choices:
        found = [
            Value(v.start, v.end, v.text, choice)
            for choice in shape.choices
            if (said := spaced(str(choice))) and (said not in STOP or len(said) == 1)
            for v in find(r"\b" + r"[\s_-]".join(map(re.escape, said.split())) + r"\b")(text)
        ]
        return sorted(found, key=lambda v: (v.start, -v.end))
    if shape.type in _NUMBERS:
        return [v for v in numbers(text) if shape.type == "number" or isinstance(v.data, int)]
    kind = _kind(name, shape)
    return KINDS[kind](text) if kind else None


def labelled(name: str, shape: Shape, found: list[Value], source: Source) -> Value | None:
    """The value beside the parameter's own name: "floor 3", "25 celsius"; a count beside what is counted."""
    if shape.type not in _NUMBERS:
        return None if shape.choices else source.named(name)
    own = spaced(name).split()
    label = re.escape(own[-1].rstrip("s")) if own else "_"
    for v in found:
        before, after = source.text[: v.start], source.text[v.end :]
        counted = re.match(r"\s+(\w+)", after) if not TAKES["count"].isdisjoint(own) else None
        if (
            re.search(rf"\b{label}s?\b\W*(?:(?:is|of|to)\W+)?$", before, re.I)
            or re.match(rf"\W*(?:\w+\W+)?{label}s?\b", after, re.I)
            or (counted and stem(counted[1]) in source.asking)
        ):
            return v
    return None


def _object(shape: Shape, source: Source, depth: int = 0) -> dict[str, Any]:
    def free_and_optional_last(name: str) -> tuple[bool, bool]:
        return _is_free(name, shape.properties.get(name, Shape())), name not in shape.required

    found, names = {}, dict.fromkeys([*shape.required, *shape.properties])
    for name in sorted(names, key=free_and_optional_last) if depth < 4 else ():
        inner, needed, before = shape.properties.get(name, Shape()), name in shape.required, len(source.taken)
        if needed and _has_default(inner):
            value = _named(name, inner, source, depth)
            value = inner.raw["default"] if value is NOTHING else value
        else:
            value = _value(name, inner, source, needed, depth)
        if value is not NOTHING and inner.accepts(value):
            found[name] = value
        else:
            del source.taken[before:]
    return {name: found[name] for name in [*shape.properties, *names] if name in found}


def _named(name: str, shape: Shape, source: Source, depth: int) -> Any:
    """What the text gives this very parameter: one of its choices, or a value beside its name.

    A default gives way to nothing less. Any other word of the text is meant for something else.
    """
    if shape.type in ("object", "array"):
        own = r"[\s_-]".join(map(re.escape, spaced(name).split()))
        is_spoken = re.search(rf"\b{own}", source.text, re.I)
        return _value(name, shape, source, False, depth) if is_spoken else NOTHING
    if shape.type == "boolean":
        return _boolean(name, source)
    found = candidates(name, shape, source.text)
    free = source.free(found or [])
    chosen = labelled(name, shape, free, source) or source.directed(name, free)
    if chosen is None and shape.choices:
        chosen = next(iter(free), None)
    if chosen:
        return source.take(chosen, name)
    return (source.marked(name) or NOTHING) if found is None else NOTHING


def _has_default(shape: Shape) -> bool:
    return shape.raw.get("default") is not None


def _value(name: str, shape: Shape, source: Source, needed: bool, depth: int) -> Any:
    if "const" in shape.raw:
        return shape.raw["const"] if needed else NOTHING
    if shape.type == "null":
        return None if needed else NOTHING
    if shape.type == "boolean":
        return _boolean(name, source)
    if shape.type == "object" and not shape.choices:
        inner = _object(shape, source, depth + 1)
        return inner if inner and all(key in inner for key in shape.required) else NOTHING
    if shape.type == "array":
        return _array(name, shape.items, source, needed, depth)
    if needed and "whole message" in str(shape.raw.get("description", "")):
        return NOTHING if source.exact else source.text
    found = candidates(name, shape, source.text)
    free = source.free(found or [])
    chosen = labelled(name, shape, free, source) or source.directed(name, free)
    if not chosen and (needed or shape.type not in _NUMBERS):
        chosen = next(iter(free), None)
    if chosen:
        return source.take(chosen, name)
    return _free_text(name, source, needed) if found is None else NOTHING


def _free_text(name: str, source: Source, needed: bool) -> Any:
    if marked := source.marked(name):
        return marked
    if not needed or source.exact:
        return NOTHING
    said = source.free(quoted(source.text))
    return source.take(said[0], name) if said else source.remaining() or NOTHING


def _boolean(name: str, source: Source) -> Any:
    words = [word for word in spaced(name).split() if word not in STOP | GENERIC and len(word) > 2]
    spoken = "|".join(map(re.escape, words)) or "(?!)"
    found = re.search(
        rf"\b(?:{spoken})\w*\b(?:\W+(?:is\W+)?(true|false|yes|no|on|off)\b)?", source.text, re.I
    )
    if not found:
        return NOTHING
    denied = r"\b(?:no|not|without|never|n't|don't)\W+(?:\w+\W+)?$"
    is_denied = re.search(denied, source.text[: found.start()], re.I)
    return not is_denied and (found[1] or "yes").lower() in ("true", "yes", "on")


def _array(name: str, items: Shape, source: Source, needed: bool, depth: int) -> Any:
    singular = name.removesuffix("s")
    if items.type not in ("string", *_NUMBERS) or "const" in items.raw:
        one = _value(singular, items, source, needed, depth + 1) if depth < 4 else NOTHING
        return NOTHING if one is NOTHING else [one]
    if not _is_free(singular, items):
        found: list[Any] = []
        while len(found) < _MOST and (one := _value(singular, items, source, needed, depth)) is not NOTHING:
            found.append(one)
        return found or NOTHING
    if needed and (said := source.free(quoted(source.text))):
        return [source.take(value, name) for value in said]
    text = source.remaining() if needed and not source.exact else ""
    listed = re.split(r"\s(?:to|into|in|on|from|for|with)\s", text)[0]
    return [item.strip() for item in re.split(r",\s*(?:and\s)?|\sand\s", listed) if item.strip()] or NOTHING


def _further(shape: Shape, source: Source, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Further calls for a tool that needs one value, where the text lists several: "Paris and Rome"."""
    sole = [n for n in shape.required if not _has_default(shape.properties.get(n, Shape()))]
    sole = sole or list(shape.properties)
    name = sole[0] if len(sole) == 1 else ""
    inner = shape.properties.get(name, Shape())
    if name not in arguments or inner.choices or inner.type not in ("string", *_NUMBERS):
        return
    for value in together(source.text, candidates(name, inner, source.text) or [])[1:]:
        if inner.accepts(value.data):
            yield {**arguments, name: value.data}


def _kind(name: str, shape: Shape) -> str | None:
    """The kind of value a string parameter takes, by its name, format or description; None for free text."""
    own = {stem(word) for word in spaced(name).split()}
    if own & _FREE or shape.type not in ("string", "array"):
        return None
    told = {stem(word) for word in re.findall(r"\w+", str(shape.raw.get("description", "")))}
    if {"email", "address"} <= told:
        return "email"
    for spoken in (own, told):
        for kind, parameters in _SPOKEN.items():
            if spoken & parameters or _FORMATS.get(str(shape.raw.get("format"))) == kind:
                return kind
    return None


def _is_free(name: str, shape: Shape) -> bool:
    return shape.type in ("string", "array") and not shape.choices and not _kind(name, shape)
