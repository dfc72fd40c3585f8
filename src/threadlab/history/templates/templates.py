"""Templates: those of a workspace, each a TOML file in `runs/templates/` that a person can change."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import tomli_w
from pydantic import TypeAdapter, ValidationError

from threadlab.errors import HistoryError, UnknownUserRun
from threadlab.following.terminal_text import counted
from threadlab.history.templates.template import Template
from threadlab.journal.files import DISK, Files
from threadlab.journal.redaction import Redaction

_TEMPLATE = TypeAdapter(Template)


class Templates:
    """The templates of one folder, by their names. Each is read anew: a change in the file counts at once."""

    def __init__(self, folder: Path, files: Files = DISK) -> None:
        self.folder = folder
        self.files = files

    def __repr__(self) -> str:
        told = ", ".join(f"{one.name}({', '.join(one.parameters)})" for one in self)
        return f"<{counted(len(self), 'template')}{f': {told}' if told else ''}>"

    def names(self) -> tuple[str, ...]:
        """The names, in alphabetical order."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.toml")))

    def __iter__(self) -> Iterator[Template]:
        return (self[name] for name in self.names())

    def __len__(self) -> int:
        return len(self.names())

    def __getitem__(self, name: str) -> Template:
        """The template of that name. Raises UnknownUserRun if there is none, HistoryError if it is broken."""
        path = self.folder / f"{name}.toml"
        if name not in self.names():
            known = ", ".join(self.names())
            raise UnknownUserRun(
                f"no template is named {name!r}",
                hint=f"there are: {known}" if known else "save one from a user run first",
            )
        return _read(path)

    def save(self, template: Template, *, replace: bool = False) -> Path:
        """Write it to its file, whole or not at all, without secrets: those are a parameter's matter.

        Raises HistoryError where the name is taken.
        """
        path = self.folder / f"{template.name}.toml"
        if path.exists() and not replace:
            raise HistoryError(
                f"there is a template named {template.name!r}",
                hint="choose another name, or save it with replace=True",
            )
        self.files.replace(path, _text(template).encode())
        return path

    def remove(self, name: str) -> None:
        """Delete its file. Raises UnknownUserRun where there is none."""
        self.files.remove(self.folder / f"{self[name].name}.toml")


def _text(template: Template) -> str:
    """The file: empty parts are left out, and a text of several lines can be read and changed as such."""
    hidden = Redaction().hidden(asdict(template) | {"parameters": list(template.parameters)})
    told = {name: value for name, value in hidden.items() if value or name == "input"}
    agents = {
        name: {key: value for key, value in texts.items() if value is not None}
        for name, texts in told.pop("agents", {}).items()
    }
    told |= {"agents": agents} if agents else {}
    is_kept = not any(
        "\r" in text for text in template.texts()
    )  # TOML reads line ends of several lines as one
    return tomli_w.dumps(told, multiline_strings=is_kept)


def _read(path: Path) -> Template:
    try:
        template = _TEMPLATE.validate_python(
            {"name": path.stem, **tomllib.loads(path.read_text(encoding="utf-8"))}
        )
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
        raise HistoryError(
            f"{path.name} holds no template: {error}",
            hint='it needs input = "..." and parameters = [...]; save it again, or delete the file',
        ) from error
    if template.name != path.stem:
        raise HistoryError(
            f"{path.name} holds a template named {template.name!r}",
            hint="give the file the template's name, or change the name in it",
        )
    return template
