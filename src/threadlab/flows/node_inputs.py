"""Node inputs: the values for every unit, gathered when its turn has come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from threadlab.errors import FlowError
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.did_you_mean import did_you_mean
from threadlab.flows.event_bus import EventBus, NodeInputRequired
from threadlab.flows.parameters import Parameter, as_json, typed
from threadlab.flows.static_inputs import StaticInputs, holds_secret, named_values
from threadlab.flows.wiring import FromResult, FromRun
from threadlab.history.work.scope import Scope
from threadlab.journal.record import Interrupt


class NodeInputs:
    """Where the wiring leads, followed: static inputs, the run's, earlier results; then somebody is asked.

    `given` are the run's inputs by name. Raises FlowError for one that the tree's root does not take.
    """

    def __init__(self, tree: ComponentTree, static: StaticInputs, given: Mapping[str, Any]) -> None:
        for name in given:
            if name not in tree.run_inputs:
                raise FlowError(
                    f"{tree.root.id} takes no input named {name!r}",
                    hint=did_you_mean(name, tree.run_inputs, "its inputs"),
                )
        self._tree = tree
        self._static = static
        self.given = {name: as_json(tree.root.id, value) for name, value in given.items()}

    def parameters(self, path: str) -> tuple[Parameter, ...]:
        """The inputs that the unit at that path wants."""
        return tuple(parameter for parameter, _ in self._tree.inputs[path].values())

    def of(self, scope: Scope, path: str, results: Mapping[str, Any]) -> dict[str, Any]:
        """The unit's inputs as JSON carries them, checked; defaults are left to the function.

        What nobody gave is asked for. Raises FlowError for a value whose type is another.
        """
        known = self.known(path, results)
        if missing := self.missing(path, known):
            known |= self._asked(scope, path, missing, known)
        typed(path, self.parameters(path), known)
        return known

    def known(self, path: str, results: Mapping[str, Any]) -> dict[str, Any]:
        """What it is given, as far as it does not have to be asked for, and the results are there."""
        sources = self._tree.inputs[path]
        of_results = {
            name: results[source.path]
            for name, (_, source) in sources.items()
            if isinstance(source, FromResult) and source.path in results
        }
        return {**deepcopy(of_results), **self.known_before(path)}  # a node may change what it is given

    def missing(self, path: str, known: Mapping[str, Any]) -> tuple[str, ...]:
        """The inputs that are neither known nor have a default."""
        return tuple(
            parameter.name
            for parameter in self.parameters(path)
            if parameter.name not in known and not parameter.has_default
        )

    def known_before(self, path: str) -> dict[str, Any]:
        """What the unit is given whatever happens before it: its static inputs, and the run's."""
        of_run = {
            name: self.given[source.name]
            for name, (_, source) in self._tree.inputs[path].items()
            if isinstance(source, FromRun) and source.name in self.given
        }
        return deepcopy({**of_run, **self._static.of(path)})

    def answers_to(self, asked: Interrupt) -> str | None:
        """What answers an open question now, because it was given since; None where that is not all of it.

        A secret is never the answer, for answers are written down.
        """
        if asked.kind != "input" or asked.answer is not None or asked.id not in self._tree.inputs:
            return None
        known, missing = self.known_before(asked.id), asked.detail.get("missing", ())
        given = {name: known[name] for name in missing if name in known}
        return json.dumps(given) if len(given) == len(missing) and not holds_secret(given) else None

    def _asked(
        self, scope: Scope, path: str, missing: tuple[str, ...], known: Mapping[str, Any]
    ) -> dict[str, Any]:
        answer = answer_read(
            path,
            scope.interrupt(
                path,
                "input",
                f"{path} lacks {', '.join(missing)}: give JSON, by name",
                {"missing": list(missing), "inputs": dict(known)},
            ),
        )
        if still := [name for name in missing if name not in answer]:
            raise FlowError(
                f"{path} lacks {', '.join(still)}, and the answer has only {', '.join(answer) or 'nothing'}",
                hint=f"give all of: {', '.join(missing)}",
            )
        return {name: as_json(path, answer[name]) for name in missing}


def answer_of_handlers(bus: EventBus, asked: Interrupt) -> str | None:
    """What the node-input handlers say to an interrupt of `of`, as JSON; None where none has handled it."""
    event = bus.publish(
        NodeInputRequired(
            path=asked.id,
            missing=tuple(asked.detail.get("missing", ())),
            inputs=asked.detail.get("inputs", {}),
        )
    )
    return json.dumps(as_json(asked.id, named_values(event.input, asked.id))) if event.handled else None


def answer_read(path: str, answer: str) -> dict[str, Any]:
    """The inputs that an answer gives: `{"topic": "tides"}`. Raises FlowError for anything else."""
    try:
        told = json.loads(answer)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise FlowError(f"the answer for {path} is {answer!r}", hint='give a JSON object: {"topic": "tides"}')
    return told
