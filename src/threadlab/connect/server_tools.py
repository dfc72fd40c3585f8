"""Server tools: tools that the local backend runs itself, so that no client is asked for them.

    lab = connect(seed=7, server_tools=[opening_hours, create_specialist])
    agent = lab.create_agent(tools=[opening_hours, create_specialist])

An agent is given such a tool like any other; its run never waits for the output. A tool runs inside its
backend, in the midst of a run, and so must answer at once. A service in the cloud cannot run your functions.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, runtime_checkable

from threadlab.backend.engine import server_tools as backend_tools
from threadlab.errors import SettingsError
from threadlab.objects.tool_call import ToolCall


@runtime_checkable
class AnsweringTool(Protocol):
    """A tool that checks its arguments and answers in text: what `@tool` makes, for one."""

    name: str
    is_async: bool
    must_approve: Callable[[ToolCall], bool]

    def answer(self, arguments_json: str) -> Any:
        """The outcome of a call, a failure too; its `output` is the text for the model."""
        ...


class CreateSpecialist:
    """The tool by which an agent hands a task over: a new agent is made for it, and its answer is the output.

    The new agent has a thread and a run of its own, which the tool call names. It has no tools, and cannot
    make specialists itself.
    """

    name = "create_specialist"

    @property
    def definition(self) -> Mapping[str, Any]:
        """The tool in the service's wire form."""
        fields = {
            "name": "A short name for the specialist.",
            "instructions": "What the specialist is, and how it is to work.",
            "task": "The whole task, with everything that it must know.",
        }
        parameters = {
            "type": "object",
            "properties": {name: {"type": "string", "description": words} for name, words in fields.items()},
            "required": list(fields),
        }
        about = "Make an agent that is a specialist, hand a task to it, and get its answer."
        return {
            "type": "function",
            "function": {"name": self.name, "description": about, "parameters": parameters},
        }

    def __call__(self, name: str, instructions: str, task: str) -> backend_tools.HandOff:
        """To whom the task goes; the backend sees to the rest."""
        return backend_tools.create_specialist(name, instructions, task)


create_specialist = CreateSpecialist()

ServerTool = AnsweringTool | CreateSpecialist | Callable[..., object]
"""What can be given: a tool that was made with `@tool`, `create_specialist`, or a plain function."""


def by_name(tools: Sequence[ServerTool]) -> dict[str, backend_tools.ServerTool]:
    """The tools as the backend takes them. Raises SettingsError for what it cannot run, or a name twice."""
    found: dict[str, backend_tools.ServerTool] = {}
    for one in tools:
        name = str(getattr(one, "name", None) or getattr(one, "__name__", ""))
        if not name or not callable(one):
            raise SettingsError(
                f"{one!r} is no server tool", hint="give functions, what @tool makes, or create_specialist"
            )
        if name in found:
            raise SettingsError(
                f"two server tools are called {name}", hint="rename one of them: @tool(name=...)"
            )
        if getattr(one, "is_async", False) or inspect.iscoroutinefunction(one):
            raise SettingsError(
                f"the server tool {name} is asynchronous, and a server tool must answer at once",
                hint="write it as a plain function, or let a client answer it: follow(run, tools=...)",
            )
        found[name] = _answering(one) if isinstance(one, AnsweringTool) else one
    return found


def tools_in(path: Path) -> tuple[ServerTool, ...]:
    """The tools of a Python file: everything there that `@tool` made, and `create_specialist` if it is there.

    A file without any of these gives its own public functions. Running the file is running its code. Raises
    SettingsError for a file that cannot be run or has no tool.
    """
    module = _run(path)
    values = [value for name, value in vars(module).items() if not name.startswith("_")]
    tools = dict.fromkeys(one for one in values if isinstance(one, AnsweringTool | CreateSpecialist))
    found: tuple[ServerTool, ...] = (*tools,) or (*_functions(module),)
    if not found:
        raise SettingsError(
            f"{path.name} has no tool",
            hint="write a function with types and a docstring, and put @tool above",
        )
    return found


def _answering(tool: AnsweringTool) -> backend_tools.ServerTool:
    """The tool as a function of the arguments by name."""

    def answer(**arguments: Any) -> str:
        text = json.dumps(arguments, ensure_ascii=False)
        if tool.must_approve(ToolCall(id="", kind="function", name=tool.name, arguments=text)):
            raise PermissionError("this call must be approved, and no person is asked where it runs")
        return str(tool.answer(text).output)

    return answer


def _functions(module: ModuleType) -> Iterator[Callable[..., object]]:
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            yield value


def _run(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"server_tools_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise SettingsError(f"there are no tools at {path}", hint="give the path of a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its types are looked up
    try:
        spec.loader.exec_module(module)
    except Exception as problem:
        raise SettingsError(
            f"{path.name} cannot be run: {type(problem).__name__}: {problem}",
            hint=f"try it alone first: python {path}",
        ) from problem
    return module
