"""Arguments: a tool's parameters, filled from a text by their JSON schema. Nothing is made up here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from threadlab.backend.completer.rules import values
from threadlab.backend.completer.rules.schema import Shape, choices, fits, properties, required, resolve
from threadlab.backend.completer.rules.source import Source
from threadlab.backend.completer.rules.values import KINDS, Value
from threadlab.backend.completer.rules.words import GENERIC, STOP, spaced, stem

NOTHING = object()
_FREE = """
    query text title message body subject description question content note prompt topic keyword term input
    reason comment summary phrase item product task
"""
FREE = frozenset(map(stem, _FREE.split()))
"""Words of parameters that take free text."""
MARKED = {
    "subject title topic": "about|regarding",
    "body message content text note": r"saying|says|telling \w+|that says",
}
FORMATS = {"email": "email", "uri": "address", "date": "date", "date-time": "date", "time": "time"}
_COUNTS = frozenset(("count", "limit", "quantity", "number", "top", "k", "n", "results"))
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Filled:
    """Arguments found in a text, what is missing, and what a sole parameter is in further calls."""

    arguments: dict[str, Any]
    missing: tuple[str, ...] = ()
    further: tuple[dict[str, Any], ...] = ()


def fill(schema: Any, source: Source) -> Filled:
    """The arguments of a function with that parameter schema, as far as the source gives them."""
    shape = resolve(schema, schema)
    arguments = _object(shape, schema, source, 0)
    missing = tuple(name for name in required(shape) if name not in arguments)
    return Filled(arguments, missing, tuple(_further(shape, schema, source, arguments)))


def _object(shape: Shape, root: Any, source: Source, depth: int) -> dict[str, Any]:
    known, needed = properties(shape), required(shape)

    def last(name: str) -> tuple[bool, bool]:
        return _is_free(name, resolve(known.get(name), root)), name not in needed

    found = {}
    for name in sorted(dict.fromkeys([*needed, *known]), key=last) if depth < _DEEPEST else ():
        inner = resolve(known.get(name), root)
        before = len(source.taken)
        value = _value(name, inner, root, source, name in needed, depth)
        if value is not NOTHING and fits(value, known.get(name, {}), root):
            found[name] = value
        else:
            del source.taken[before:]
    return {name: found[name] for name in [*known, *needed] if name in found}


def _value(name: str, shape: Shape, root: Any, source: Source, needed: bool, depth: int) -> Any:
    if "const" in shape:
        return shape["const"] if needed else NOTHING
    value = _found(name, shape, root, source, needed, depth)
    return shape["default"] if value is NOTHING and needed and "default" in shape else value


def _found(name: str, shape: Shape, root: Any, source: Source, needed: bool, depth: int) -> Any:
    kind = shape.get("type", "string")
    if choices(shape):
        return _choice(name, shape, source)
    if kind == "object":
        inner = _object(shape, root, source, depth + 1)
        return inner if inner and all(key in inner for key in required(shape)) else NOTHING
    if kind == "array":
        return _array(name, resolve(shape.get("items"), root), root, source, needed, depth)
    if kind == "null":
        return None if needed else NOTHING
    return {"boolean": _boolean, "integer": _number, "number": _number}.get(kind, _string)(
        name, shape, source, needed
    )


def _choice(name: str, shape: Shape, source: Source) -> Any:
    found = []
    for choice in choices(shape):
        written = r"[\s_-]".join(map(re.escape, spaced(str(choice)).split()))
        if written and (written not in STOP or len(written) == 1):
            found += [(value, choice) for value in source.free(values.find(rf"\b{written}\b")(source.text))]
    found.sort(key=lambda pair: (pair[0].start, -pair[0].end))
    chosen = source.directed(name, [value for value, _ in found])
    if chosen is None:
        return NOTHING
    source.take(chosen, name)
    return next(choice for value, choice in found if value is chosen)


def _boolean(name: str, shape: Shape, source: Source, needed: bool) -> Any:
    spoken = (
        "|".join(re.escape(w) for w in spaced(name).split() if w not in STOP | GENERIC and len(w) > 2)
        or r"\b\B"
    )
    found = re.search(
        rf"\b(?:{spoken})\w*\b(?:\W+(?:is\W+)?(true|false|yes|no|on|off)\b)?", source.text, re.I
    )
    if not found:
        return NOTHING
    denied = re.search(
        r"\b(?:no|not|without|never|n't|don't)\W+(?:\w+\W+)?$", source.text[: found.start()], re.I
    )
    return not denied and (found[1] or "yes").lower() in ("true", "yes", "on")


def _number(name: str, shape: Shape, source: Source, needed: bool) -> Any:
    found = source.free(values.numbers(source.text))
    if shape.get("type") == "integer":
        found = [v for v in found if "." not in v.text]
    counts = not _COUNTS.isdisjoint(spaced(name).split())
    label = re.escape(spaced(name).split()[-1].rstrip("s") if spaced(name) else "_")
    named = [
        v
        for v in found
        if re.search(rf"\b{label}s?\b\W*(?:(?:is|of|to)\W+)?$", source.text[: v.start], re.I)
        or re.match(rf"\W*(?:\w+\W+)?{label}s?\b", source.text[v.end :], re.I)
        or (counts and (noun := re.match(r"\s+(\w+)", source.text[v.end :])) and source.asks(noun[1]))
    ]
    chosen = next(iter(named), None) or source.directed(name, found, strict=not needed)
    if chosen is None:
        return NOTHING
    return _as_number(source.take(chosen, name))


def _as_number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _string(name: str, shape: Shape, source: Source, needed: bool) -> Any:
    if needed and "whole message" in str(shape.get("description", "")):
        return NOTHING if source.exact else source.text
    kind = _kind(name, shape)
    if (value := _named(name, source)) is not None:
        return source.take(value, name)
    if kind:
        value = source.directed(name, source.free(KINDS[kind][1](source.text)))
        return source.take(value, name).strip() if value else NOTHING
    if (marked := _marked(name, source)) or (
        needed and not source.exact and (marked := _quoted(name, source) or source.remaining())
    ):
        return marked
    return NOTHING


def _array(name: str, items: Shape, root: Any, source: Source, needed: bool, depth: int) -> Any:
    singular = name[:-1] if name.endswith("s") else name
    if items.get("type") == "object":
        one = _found(singular, items, root, source, needed, depth)
        return NOTHING if one is NOTHING else [one]
    if choices(items) or items.get("type") in ("integer", "number") or _kind(singular, items):
        found: list[Any] = []
        while (
            len(found) < 100
            and (one := _found(singular, items, root, source, needed, _DEEPEST)) is not NOTHING
        ):
            found.append(one)
        return found or NOTHING
    if needed and (quoted := source.free(values.quoted(source.text))):
        return [source.take(value, name) for value in quoted]
    text = source.remaining() if needed and not source.exact else ""
    listed = re.split(r"\s(?:to|into|in|on|from|for|with)\s", text)[0]
    return [item.strip() for item in re.split(r",\s*(?:and\s)?|\sand\s", listed) if item.strip()] or NOTHING


def _kind(name: str, shape: Shape) -> str | None:
    """The kind of value a string parameter takes, by its name, format or description; None for free text."""
    own = {stem(word) for word in spaced(name).split()}
    if own & FREE or shape.get("type", "string") not in ("string", "array"):
        return None
    told = {stem(word) for word in re.findall(r"\w+", str(shape.get("description", "")))}
    for spoken in (own, told):
        for kind, (parameters, _) in KINDS.items():
            if spoken & {stem(word) for word in parameters} or FORMATS.get(str(shape.get("format"))) == kind:
                return kind
    return None


def _is_free(name: str, shape: Shape) -> bool:
    return (
        shape.get("type", "string") in ("string", "array") and not choices(shape) and not _kind(name, shape)
    )


def _named(name: str, source: Source) -> Value | None:
    """A value after the parameter's own name: `city: Paris`, `title "Lunch"`, `id = 7`."""
    label = re.escape(spaced(name)).replace(r"\ ", r"[\s_-]") or r"\b\B"
    pattern = (
        rf"\b{label}\s*(?:[=:]|\bis\b)\s*(?:[\"“'‘]([^\"”'’]+)"
        r"|([^\s,;\"“'‘][^,;\n]*?)(?=[,;\n]|\s+(?:and|with)\s|[.?!]?\s*$))"
    )
    quoted = rf"\b{label}\s+(?:of\s+|as\s+)?[\"“'‘]([^\"”'’]+)[\"”'’]"
    return next(iter(source.free(values.find(quoted)(source.text) + values.find(pattern)(source.text))), None)


def _marked(name: str, source: Source) -> str | None:
    """Free text after the word that introduces it: "about lunch", "saying see you at noon"."""
    for parameters, marks in MARKED.items():
        if set(spaced(name).split()) & set(parameters.split()):
            label = (
                rf"{marks}|(?:with\s+)?{re.escape(spaced(name))}(?!\s+(?:to|for|from|about|saying|in|is)\b)"
            )
            ends = r"\s+(?:saying|says|telling|that says|and say|and (?:the )?body|with)\b|[.!?]?\s*$|[,.]\s"
            pattern = rf"\b(?:{label})\s+(?:that\s+)?([^\s].*?)(?={ends})"
            if found := re.search(pattern, source.text, re.I):
                return found[1].strip(" \"'“”")
    return None


def _quoted(name: str, source: Source) -> str | None:
    found = source.free(values.quoted(source.text))
    return source.take(found[0], name) if found else None


def _further(shape: Shape, root: Any, source: Source, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Further calls for a tool that needs one value, where the text lists several: "Paris and Rome"."""
    sole = required(shape) or list(properties(shape))
    name = sole[0] if len(sole) == 1 else ""
    if name not in arguments or isinstance(arguments[name], list | dict | bool):
        return
    inner = resolve(properties(shape).get(name), root)
    kind = _kind(name, inner)
    numeric = values.numbers if inner.get("type") in ("integer", "number") else None
    finder = KINDS[kind][1] if kind else numeric
    if choices(inner) or finder is None:
        return
    for value in values.together(source.text, finder(source.text))[1:]:
        typed = value.text.strip() if kind else _as_number(value.text)
        if fits(typed, properties(shape).get(name), root):
            yield {**arguments, name: typed}
