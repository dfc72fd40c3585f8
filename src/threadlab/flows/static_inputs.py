"""Static inputs: what nodes are given before a run begins, so that nobody has to be asked.

    inputs = StaticInputs(ComponentTree(writer))
    inputs.register("outline", {"topic": "tides"})       by id, or by path where an id stands twice
    inputs.read(folder)                                  from static_inputs.json in a folder

They are checked against the node's own types when they are given. A run keeps them in its `static_inputs/`
folder, and reruns take them from there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from threadlab.errors import FlowError
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.did_you_mean import did_you_mean
from threadlab.flows.parameters import as_json, typed
from threadlab.journal.redaction import Redaction
from threadlab.tools.redaction import HIDDEN

FILE = "static_inputs.json"


class StaticInputs:
    """The static inputs of a tree's nodes, as JSON carries them, by path and name."""

    def __init__(self, tree: ComponentTree) -> None:
        self._tree = tree
        self._values: dict[str, dict[str, Any]] = {}

    def register(self, node: str, given: Any) -> None:
        """Give a node some or all of its inputs: a mapping, a pydantic model or a dataclass.

        Raises WrongPath for a node that is not there, FlowError for an input that the node does not have or
        whose type is another.
        """
        path = self._tree.unit_path(node)
        parameters = {name: parameter for name, (parameter, _) in self._tree.inputs[path].items()}
        values = named_values(given, path)
        for name in values:
            if name not in parameters:
                raise FlowError(
                    f"{path} has no input named {name!r}", hint=did_you_mean(name, parameters, "its inputs")
                )
        plain = {name: as_json(path, value) for name, value in values.items()}
        typed(path, tuple(parameters.values()), plain)
        self._values[path] = {**self._values.get(path, {}), **plain}

    def read(self, folder: Path) -> None:
        """Register what `static_inputs.json` in that folder says: `{"node": {"input": value}}`.

        Raises FlowError for a file that is not there or is no such JSON, and what `register` raises.
        """
        path = folder / FILE
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise FlowError(f"there is no file {path}", hint=f"write {FILE} into that folder") from None
        except ValueError as error:
            raise FlowError(f"{path} is no JSON: {error}", hint="correct the place it names") from None
        if not isinstance(told, dict) or not all(isinstance(inputs, dict) for inputs in told.values()):
            raise FlowError(
                f"{path} does not hold an object of objects", hint='write {"node": {"input": "value"}}'
            )
        for node, inputs in told.items():
            self.register(node, inputs)

    def read_below(self, folder: Path) -> None:
        """The same, but what is registered already stays."""
        registered = self._values
        self._values = {}
        self.read(folder)
        for path, inputs in registered.items():
            self._values[path] = {**self._values.get(path, {}), **inputs}

    def of(self, path: str) -> Mapping[str, Any]:
        """What was given to the node at that path."""
        return self._values.get(path, {})

    def __bool__(self) -> bool:
        return bool(self._values)

    def kept(self) -> str:
        """The content of `static_inputs.json`, without what looks like a secret: that must be given again."""
        kept = {
            path: {name: value for name, value in inputs.items() if not holds_secret({name: value})}
            for path, inputs in self._values.items()
        }
        return json.dumps(kept, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def holds_secret(value: Any) -> bool:
    """Whether the JSON value is not written as it is, because of what looks like a secret."""
    return bool(Redaction().hidden(value) != value)


def holds_hidden(value: Any) -> bool:
    """Whether a secret was hidden in what was read."""
    return HIDDEN in json.dumps(value, default=dict)


def named_values(given: Any, path: str) -> dict[str, Any]:
    """The values by name: of a mapping, a pydantic model or a dataclass. Raises FlowError."""
    if isinstance(given, Mapping):
        return dict(given)
    if isinstance(given, BaseModel):
        return {name: getattr(given, name) for name in type(given).model_fields}
    if is_dataclass(given) and not isinstance(given, type):
        return {field.name: getattr(given, field.name) for field in fields(given)}
    raise FlowError(
        f"the input of {path} is a {type(given).__name__}, which has no names",
        hint="give a dict, a dataclass or a pydantic model",
    )
