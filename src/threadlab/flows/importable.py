"""Importable: where a component can be imported from, so that another process can run it again.

A log holds no code. A run says "module:name" of its component, where a loaded module has it under a name; a
notebook and a script that is being run (`__main__`) are no such modules, for importing one would run it.
"""

from __future__ import annotations

import sys
from importlib import import_module

from threadlab.errors import FlowError
from threadlab.flows.component import Component
from threadlab.flows.did_you_mean import did_you_mean

SETTING = "component"
"""Under this name it stands in the settings of a run's configuration."""


def place_of(component: Component) -> str:
    """ "module:name"; empty where no module that could be imported has it."""
    for module in list(sys.modules.values()):
        if getattr(module, "__spec__", None) is None or module.__name__ == "__main__":
            continue
        for name, value in list(vars(module).items()):
            if value is component:
                return f"{module.__name__}:{name}"
    return ""


def imported(place: str) -> Component:
    """The component at "module:name". Raises FlowError for one that is not there, or is none."""
    module_name, _, name = place.partition(":")
    if not module_name or not name:
        raise FlowError(
            f"{place!r} names no component", hint="write module:name, such as flows.writer:writer"
        )
    try:
        module = import_module(module_name)
    except ImportError as error:
        raise FlowError(
            f"{module_name} cannot be imported: {error}",
            hint="go to the folder that holds it; a component of a notebook has to be moved to a module",
        ) from error
    found = getattr(module, name, None)
    if not isinstance(found, Component):
        names = [known for known, value in vars(module).items() if isinstance(value, Component)]
        raise FlowError(
            f"{module_name} has no component named {name!r}", hint=did_you_mean(name, names, "its components")
        )
    return found
