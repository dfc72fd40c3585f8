"""Differences: what two user runs were asked differently, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from threadlab.journal.record import Record
from threadlab.objects.agent import Agent

NOT_COMPARED = ("id", "created_at", "native", "metadata")
"""Fields of an agent that differ between two equal ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDifference:
    """A field of the input or the configuration that is not the same; None where one has no such field."""

    field: str
    a: Any
    b: Any


def field_differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[FieldDifference]:
    """The fields of two nested mappings that differ, by dotted names, in the order of `a`, then of `b`. Pure.

    What is in a list of mappings is named by its place, from 1. An empty value is none.
    """
    flat_a, flat_b = dict(_flat(a)), dict(_flat(b))
    for path in dict.fromkeys((*flat_a, *flat_b)):
        if flat_a.get(path) != flat_b.get(path):
            yield FieldDifference(field=".".join(path), a=flat_a.get(path), b=flat_b.get(path))


def asked(record: Record) -> dict[str, Any]:
    """All that a user run was given, in words that name each field."""
    config = record.config
    return {
        "input": record.received.input,
        "inputs": dict(record.received.inputs),
        "place": config.place,
        "elsewhere": dict(config.elsewhere),
        "protocol": config.protocol,
        "agents": {name: _definition(agent) for name, agent in config.agents.items()},
        "options": dict(config.options),
        "own_options": {name: dict(options) for name, options in config.own_options.items()},
        "tools": {_tool_name(tool): tool for tool in config.tools},
        "settings": dict(config.settings),
    }


def _definition(agent: Agent) -> dict[str, Any]:
    told = {name: value for name, value in asdict(agent).items() if name not in NOT_COMPARED}
    return {**told, "tools": {_tool_name(tool): tool for tool in agent.tools}}


def _tool_name(tool: Mapping[str, Any]) -> str:
    function = tool.get("function")
    return str(function.get("name") if isinstance(function, Mapping) else tool.get("type"))


def _flat(told: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The leaves of nested data, each under the names that lead to it."""
    if isinstance(told, Mapping):
        parts = told.items()
    elif isinstance(told, list | tuple) and any(isinstance(one, Mapping) for one in told):
        parts = {str(place): one for place, one in enumerate(told, start=1)}.items()
    else:
        if told is not None and told != "" and told != []:
            yield path, told
        return
    for key, inner in parts:
        yield from _flat(inner, (*path, str(key)))
