"""What is known of a name in a piece of code: the thing itself, one of a class, or several of it.

Everything is looked up in the installed packages, never in a list of ours: a class by what it has, a client
by a specimen that is made without network and never used. What cannot be known is None, and nobody judges it.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import FunctionType, ModuleType, NoneType, UnionType
from typing import Any, TypeGuard, Union, get_args, get_origin

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local

SDKS = ("azure.ai.agents", "azure.ai.projects", "azure.identity", "azure.core", "openai")
PACKAGES = (*SDKS, "threadlab")
"""Whose names are looked up; a name of any other package is nobody's business here."""


@dataclass(frozen=True, slots=True)
class Itself:
    """A module, class, function, or a live object."""

    value: object


@dataclass(frozen=True, slots=True)
class Some:
    """Some object of a class."""

    kind: type


@dataclass(frozen=True, slots=True)
class Several:
    """Some iterable over objects of a class."""

    kind: type


@dataclass(frozen=True, slots=True)
class Method:
    """A function that is called on some object: its first parameter is filled."""

    function: Callable[..., object]


Known = Itself | Some | Several | Method


class Missing(Exception):
    """There is no such name; `owner` is where it was looked for, `there` what is there."""

    def __init__(self, owner: str, name: str, there: Iterable[str]) -> None:
        found = difflib.get_close_matches(name, [one for one in there if not one.startswith("_")], 1)
        super().__init__(f"{owner} has no {name!r}" + (f"; there is {found[0]!r}" if found else ""))


class _NoCredential:
    """For specimens: it is never asked."""

    def get_token(self, *scopes: str, **options: object) -> None:
        """No token."""


_AZURE = {"endpoint": "https://specimen.invalid/api/projects/none", "credential": _NoCredential()}
_OPENAI = {"api_key": "none", "base_url": "https://specimen.invalid"}
_SPECIMENS: Mapping[str, Mapping[str, object]] = {
    "azure.ai.agents.AgentsClient": _AZURE,
    "azure.ai.agents.aio.AgentsClient": _AZURE,
    "azure.ai.projects.AIProjectClient": _AZURE,
    "azure.ai.projects.aio.AIProjectClient": _AZURE,
    "openai.OpenAI": _OPENAI,
    "openai.AsyncOpenAI": _OPENAI,
}


@cache
def specimen(name: str) -> Known:
    """A client of that class, as a caller would have it. Raises Missing when there is no such class."""
    kind: Any = named(name)
    return Itself(kind.value(**_SPECIMENS[name]))


@cache
def lab() -> Known:
    """A lab; it is closed, and only its names are read."""
    with connect(target=Local(seed=1, pace=0)) as made:
        return Itself(made)


def one_of(kind: type) -> Known:
    """An object of that class: a specimen where there is one."""
    if kind is Lab:
        return lab()
    for name in _SPECIMENS:
        home = sys.modules.get(name.rpartition(".")[0])
        if home is not None and getattr(home, name.rpartition(".")[2], None) is kind:
            return specimen(name)
    return Some(kind)


def each_of(known: Known | None) -> Known | None:
    """What a loop over it gives, one after the other."""
    return one_of(known.kind) if isinstance(known, Several) else None


def gives_itself(known: Known | None) -> bool:
    """Whether `with known as x` can be read as x being known, as with every client."""
    match known:
        case Itself(value=value):
            kind = type(value)
        case Some(kind=kind):
            pass
        case _:
            return False
    return hasattr(kind, "__enter__") or hasattr(kind, "__aenter__")


def is_of_package(module: str | None, packages: tuple[str, ...] = PACKAGES) -> TypeGuard[str]:
    """Whether a module belongs to a package whose names are looked up."""
    return module is not None and f"{module}.".startswith(tuple(f"{package}." for package in packages))


def is_of(known: Known, packages: tuple[str, ...]) -> bool:
    """Whether it is a thing of these packages: of a class, function or module of theirs."""
    match known:
        case Itself(value=ModuleType() as module):
            return is_of_package(module.__name__, packages)
        case Itself(value=value) | Some(kind=value) | Several(kind=value) | Method(function=value):
            home = getattr(value, "__module__", None) or type(value).__module__
            return is_of_package(home, packages)


def named(dotted: str) -> Known | None:
    """What a dotted name names: a module, or something in one. Raises Missing when there is no such thing."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            known: Known | None = Itself(importlib.import_module(".".join(parts[:length])))
        except ImportError:
            continue
        for name in parts[length:]:
            known = attribute(known, name)
        return known
    raise Missing("Python", parts[0], [])


def attribute(known: Known | None, name: str) -> Known | None:
    """What `.name` gives. Raises Missing when there is no such thing."""
    match known:
        case Itself(value=ModuleType() as module):
            return _in_module(module, name)
        case Itself(value=value) if hasattr(value, name):
            return _known(getattr(value, name))
        case Itself(value=type() as kind) | Some(kind=kind):
            return _of_some(kind, name)
        case Itself(value=value):
            raise Missing(type(value).__name__, name, dir(value))
    return None


def _in_module(module: ModuleType, name: str) -> Known | None:
    try:
        return _known(getattr(module, name))
    except AttributeError:
        pass
    except ImportError as problem:  # a name that is loaded when it is used, and cannot be
        raise Missing(module.__name__, name, ()) from problem
    try:
        return Itself(importlib.import_module(f"{module.__name__}.{name}"))
    except ImportError:
        raise Missing(module.__name__, name, dir(module)) from None


def _known(value: object) -> Known | None:
    if isinstance(value, ModuleType | type) or inspect.isroutine(value):
        return Itself(value)
    return Itself(value) if is_of_package(type(value).__module__) else None


def _of_some(kind: type, name: str) -> Known | None:
    found = inspect.getattr_static(kind, name, None)
    match found:
        case property(fget=getter) if getter is not None:
            return result_of(getter)
        case FunctionType():
            return Method(found)
        case classmethod() | staticmethod():
            return Itself(getattr(kind, name))
    for owner in kind.__mro__:
        if name in (annotations := inspect.get_annotations(owner)):
            return of_annotation(annotations[name], vars(sys.modules[owner.__module__]))
    if found is None and not any(_may_have(one, name) for one in (kind, *_below(kind))):
        raise Missing(kind.__name__, name, [*dir(kind), *_assigned(kind)])
    return None


def _may_have(kind: type, name: str) -> bool:
    return hasattr(kind, name) or name in _assigned(kind) or hasattr(kind, "__getattr__")


def _below(kind: type) -> Iterator[type]:
    """All subclasses: an object of a class may be one of theirs."""
    below: list[type] = type.__subclasses__(kind)
    for one in below:
        yield one
        yield from _below(one)


@cache
def _assigned(kind: type) -> frozenset[str]:
    """The names that the class's methods give to `self`."""
    names: set[str] = set()
    for owner in kind.__mro__:
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
        except (OSError, TypeError, SyntaxError):
            continue
        names |= {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        }
        names |= set(inspect.get_annotations(owner))
    return frozenset(names)


def result_of(function: Callable[..., object]) -> Known | None:
    """What a call gives, by the function's annotation."""
    if isinstance(function, type):
        return one_of(function) if is_of_package(function.__module__) else None
    plain = inspect.unwrap(function)
    annotation = getattr(plain, "__annotations__", {}).get("return")
    return of_annotation(annotation, getattr(plain, "__globals__", {}))


def of_annotation(annotation: object, names: Mapping[str, object]) -> Known | None:
    """What an annotation says. `names` are those of the module in which it stands."""
    if isinstance(annotation, str):
        try:
            annotation = eval(annotation, dict(names))
        except (NameError, AttributeError, TypeError, SyntaxError):
            return None
    if isinstance(annotation, type) and not get_args(annotation):
        return one_of(annotation) if is_of_package(annotation.__module__) else None
    inner = [part for part in get_args(annotation) if part not in (NoneType, ...)]
    if len(inner) != 1:
        return None
    forward = getattr(inner[0], "__forward_arg__", inner[0])
    only = of_annotation(forward, names)
    if get_origin(annotation) in (Union, UnionType):
        return only
    return Several(only.kind) if isinstance(only, Some) else None
