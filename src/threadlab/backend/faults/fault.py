"""A fault: one thing that is to go wrong, where and when. Frozen, and the same as a line of text.

    kind[:where][:option=value]…

    429:create run:times=2:retry_after=1    the first two attempts to start a run are refused
    500:POST /threads/*/messages            one attempt to add a message fails
    delay:read run:seconds=3:every=2:times=always
    crash:step=1                            the worker dies when one step has ended

`times` is how often it strikes (a number or `always`), `skip` how many occasions it lets pass first,
`every` that it takes each so manyth occasion, `chance` (0 to 1, by `seed`) that it takes only some. `run`
is the id of the one run that it is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from threadlab.backend.faults.kinds import KINDS, Kind, Setting
from threadlab.backend.faults.operations import OPERATIONS, is_operation

ALWAYS = "always"
_WHEN: Mapping[str, Setting] = {"times": 1, "skip": 0, "every": 1, "chance": 1.0, "seed": 0, "run": ""}


class FaultError(ValueError):
    """What was given describes no fault; the message says what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; see the module. `times` is None for always, `options` are the kind's own, sorted by name.

    Made by `Fault.of` or `Fault.parse`, which check everything.
    """

    kind: str
    where: str = ""
    times: int | None = 1
    skip: int = 0
    every: int = 1
    chance: float = 1.0
    seed: int = 0
    run: str = ""
    options: tuple[tuple[str, Setting], ...] = ()

    @classmethod
    def of(cls, kind: str, where: str = "", **options: Setting | None) -> Fault:
        """A fault from values or from their texts. Raises FaultError, which lists what can be given."""
        row = _row(kind)
        when: dict[str, Any] = {}
        own: dict[str, Setting] = {}
        for name, value in options.items():
            if name == "times" and value in (None, ALWAYS):
                when["times"] = None
            elif name in _WHEN and value is not None:
                when[name] = _read(name, value, _WHEN[name])
            elif name in row.options and value is not None:
                own[name] = _read(name, value, row.options[name])
            else:
                known = ", ".join([*row.options, *_WHEN])
                raise FaultError(f"the fault {kind!r} has no option {name!r}; it has {known}")
        _check(when)
        return cls(kind=kind, where=_place(row, where), **when, options=tuple(sorted(own.items())))

    @classmethod
    def parse(cls, text: str) -> Fault:
        """The fault that a line of text describes. Raises FaultError, which lists what can be given."""
        kind, *parts = text.strip().split(":")
        where = parts.pop(0) if parts and "=" not in parts[0] else ""
        options: dict[str, str] = {}
        latest = ""
        for part in parts:
            name, equals, value = part.partition("=")
            if equals:
                latest = name.strip()
                options[latest] = value
            elif latest:  # a colon inside a value
                options[latest] += f":{part}"
            else:
                raise FaultError(f"{part!r} in {text!r} is no option: write name=value")
        return cls.of(kind.strip(), where.strip(), **options)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Fault:
        """The fault of `as_json`. Raises FaultError."""
        if not isinstance(content.get("kind"), str):
            raise FaultError(f"a fault has a kind: one of {', '.join(KINDS)}")
        return cls.of(**content)

    def as_json(self) -> dict[str, Any]:
        """The fault as JSON: only what is not as by default."""
        return {"kind": self.kind, **({"where": self.where} if self.where else {}), **self._said()}

    @property
    def strikes(self) -> str:
        """What it waits for: see `Kind`."""
        return KINDS[self.kind].strikes

    def __getitem__(self, option: str) -> Any:
        """The value of one of the kind's own options, its default if it was not set."""
        return dict(self.options).get(option, KINDS[self.kind].options[option])

    def __str__(self) -> str:
        said = [f"{name}={value}" for name, value in self._said().items()]
        return ":".join([self.kind, *([self.where] if self.where else []), *said])

    def _said(self) -> dict[str, Setting]:
        times: Setting = ALWAYS if self.times is None else self.times
        when: dict[str, Setting] = {
            "times": times,
            "skip": self.skip,
            "every": self.every,
            "chance": self.chance,
            "seed": self.seed,
            "run": self.run,
        }
        return {**{name: value for name, value in when.items() if value != _WHEN[name]}, **dict(self.options)}


def parse_all(text: str) -> tuple[Fault, ...]:
    """Several faults, on lines of their own or with semicolons in between. Raises FaultError."""
    return tuple(Fault.parse(line) for line in text.replace(";", "\n").splitlines() if line.strip())


def _row(kind: str) -> Kind:
    if kind in KINDS:
        return KINDS[kind]
    near = get_close_matches(kind, KINDS, n=1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    raise FaultError(f"there is no fault {kind!r}{meant}; there are {', '.join(KINDS)}")


def _place(row: Kind, where: str) -> str:
    if not where:
        return row.where
    if not row.where:
        raise FaultError(f"{row.name} strikes no request, so {where!r} cannot be its place; leave it out")
    if not is_operation(where):
        near = get_close_matches(where, OPERATIONS, n=1)
        meant = f" (did you mean {near[0]}?)" if near else ""
        raise FaultError(
            f"there is no request {where!r}{meant}; there are any, stream, {', '.join(OPERATIONS)}, "
            "or a method with a pattern: POST /threads/*/runs"
        )
    return where


def _read(name: str, value: Setting, default: Setting) -> Setting:
    """A value in the type of its default."""
    if isinstance(default, bool):
        if str(value).lower() not in ("true", "false", "yes", "no"):
            raise FaultError(f"{name} is {value!r}; it is yes or no")
        return str(value).lower() in ("true", "yes")
    try:
        read = type(default)(value)
    except ValueError:
        raise FaultError(f"{name} is {value!r}; it is a number such as {default!r}") from None
    if isinstance(read, int | float) and not 0 <= read < float("inf"):
        raise FaultError(f"{name} is {value!r}; it is at least 0")
    return read


def _check(when: Mapping[str, Any]) -> None:
    if when.get("times", 1) == 0 or when.get("every", 1) == 0:
        raise FaultError("times and every are at least 1")
    if when.get("chance", 1.0) > 1:
        raise FaultError(f"chance is {when['chance']}; it lies between 0 and 1")
