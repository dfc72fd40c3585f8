"""Template: a user run with holes in it. Saved from one that worked, made again with other values.

    trip = Template.of(record, "trip", city="Turin")     # every "Turin" becomes {{ city }}
    trip.fill(city="Rome").input

The text is Jinja's, in its sandbox: a template is data, and can call nothing of yours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from jinja2 import TemplateError

from threadlab.errors import HistoryError
from threadlab.history.templates.holes import filled, holes_in
from threadlab.journal.record import Record
from threadlab.journal.values import Config
from threadlab.objects.agent import Agent

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_SYNTAX = re.compile(r"\{[{%#]")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTexts:
    """What a template says of an agent: its model, and instructions with holes; None leaves it as it is."""

    model: str | None = None
    instructions: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A template with all its holes filled: ready to be asked."""

    template: str
    values: Mapping[str, Any]
    input: str
    agents: Mapping[str, AgentTexts] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def config(self, before: Config) -> Config:
        """A branch's configuration with what the template sets. Raises HistoryError for an agent it lacks."""
        missing = [name for name in self.agents if name not in before.agents]
        if missing:
            raise HistoryError(
                f"template {self.template!r} speaks to {', '.join(missing)}, which this branch does not have",
                hint=f"its agents are {', '.join(before.agents) or 'none'}: give one of them that name",
            )
        changed = {name: _with(before.agents[name], texts) for name, texts in self.agents.items()}
        return replace(
            before, agents={**before.agents, **changed}, options={**before.options, **self.options}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Texts with holes, and the names of the holes: its `parameters`. One with a default may be left out.

    Raises HistoryError for a name that cannot be a file's, and where texts and parameters do not fit
    together.
    """

    name: str
    input: str
    parameters: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    agents: Mapping[str, AgentTexts] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    made_from: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise HistoryError(
                f"{self.name!r} cannot be a template's name",
                hint="use small letters, figures, - and _, and begin with a letter",
            )
        used = {hole for text in self.texts() for hole in self._holes(text)}
        self._say_if_wrong(sorted(used - {*self.parameters}), "uses {{ %s }}, which is no parameter")
        self._say_if_wrong(sorted({*self.parameters} - used), "has the parameter %s, which no text uses")
        self._say_if_wrong(
            sorted({*self.defaults} - {*self.parameters}), "has a default for %s, which is no parameter"
        )

    @classmethod
    def of(cls, record: Record, name: str, *, about: str = "", **values: str) -> Template:
        """A template of a user run: each of these values becomes a hole wherever it stands as a word.

        Raises HistoryError for a value that stands nowhere in the input or the instructions.
        """
        asked = {command.agent for command in record.received.commands}
        agents = {
            called: AgentTexts(
                model=agent.model,
                instructions=None if agent.instructions is None else _with_holes(agent.instructions, values),
            )
            for called, agent in record.config.agents.items()
            if called in asked or not asked
        }
        return cls(
            name=name,
            input=_with_holes(record.received.input, values),
            parameters=tuple(values),
            agents=agents,
            options=dict(record.config.options),
            about=about,
            made_from=record.id,
        )

    def fill(self, **values: Any) -> Filled:
        """The template with these values. Raises HistoryError that names every missing and unknown one."""
        given = {**self.defaults, **values}
        missing = [name for name in self.parameters if name not in given]
        unknown = sorted({*values} - {*self.parameters})
        if missing or unknown:
            parts = [f"needs {', '.join(missing)}"] if missing else []
            parts += [f"has no parameter {', '.join(unknown)}"] if unknown else []
            raise HistoryError(
                f"template {self.name!r} {' and '.join(parts)}",
                hint=f"its parameters are: {', '.join(self.parameters) or 'none'}; nothing was run",
            )
        agents = {
            name: replace(texts, instructions=self._filled(texts.instructions, given))
            for name, texts in self.agents.items()
        }
        return Filled(
            template=self.name,
            values=given,
            input=self._filled(self.input, given) or "",
            agents=agents,
            options=self.options,
        )

    def texts(self) -> Iterator[str]:
        """All its texts that may have holes."""
        yield self.input
        yield from (one.instructions for one in self.agents.values() if one.instructions is not None)

    def _holes(self, text: str) -> frozenset[str]:
        try:
            return holes_in(text)
        except TemplateError as error:
            raise self._broken(error) from error

    def _filled(self, text: str | None, values: Mapping[str, Any]) -> str | None:
        try:
            return None if text is None else filled(text, values)
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> HistoryError:
        return HistoryError(
            f"template {self.name!r} cannot be filled: {error}",
            hint="a hole is {{ name }}; change the text in runs/templates/, or save the template again",
        )

    def _say_if_wrong(self, names: list[str], what: str) -> None:
        if names:
            raise HistoryError(
                f"template {self.name!r} {what % ', '.join(names)}",
                hint=f"its parameters are: {', '.join(self.parameters) or 'none'}",
            )


def _with_holes(text: str, values: Mapping[str, str]) -> str:
    """The text as a template: each value a hole, and what would be Jinja's own syntax made harmless."""
    longest_first = sorted(values.items(), key=lambda item: -len(item[1]))
    found = [f"(?P<{name}>{_as_word(value)})" for name, value in longest_first if value]
    pattern = re.compile("|".join([*found, _SYNTAX.pattern]))
    return pattern.sub(lambda one: f"{{{{ {one.lastgroup or repr(one[0])} }}}}", text)


def _as_word(value: str) -> str:
    """Exactly this text, and not within a longer word or number."""
    before = r"(?<!\w)" if value[0].isalnum() else ""
    after = r"(?!\w)" if value[-1].isalnum() else ""
    return f"{before}{re.escape(value)}{after}"


def _with(agent: Agent, texts: AgentTexts) -> Agent:
    said = agent.instructions if texts.instructions is None else texts.instructions
    return replace(agent, model=texts.model or agent.model, instructions=said)
