"""Tool: a typed function that a model may ask for, and that Python may call as before.

    @tool
    def get_weather(city: str, days: int = 1) -> str:
        \"\"\"The weather forecast of a city.

        Args:
            city: the city's name, in English.
            days: how many days ahead.
        \"\"\"

The signature gives the JSON schema, the docstring the descriptions. `Tool.validate` checks what a model
sent; `Tool.answer` runs it and always ends in an `Outcome`.
"""

from __future__ import annotations

import asyncio
import copy
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, ParamSpec, TypeVar, overload

from pydantic import BaseModel, ValidationError

from threadlab.errors import ArgumentsRejected, ToolDefinitionError
from threadlab.tools import schema
from threadlab.tools.approval_policy import Approve, Policy, policy_of
from threadlab.tools.outcome import Outcome, failure_of
from threadlab.tools.output import output_text

TIME_LIMIT = 30.0
MAX_OUTPUT = 20_000

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Tool(Generic[P, R]):
    """A function with what a model must know of it. Make one with `@tool`.

    `parameters` is the JSON schema of the arguments; `must_approve` says which calls wait for a person;
    `time_limit` is in real seconds (None: no limit), `max_output` in characters. Who enforces the time
    limit is the executor: see `executors/`. A `repeatable` one may be run again where nobody knows whether it
    was run to its end, after a crash: it reads only, or doing it twice is as good as once.
    """

    name: str
    description: str
    parameters: Mapping[str, Any] = field(repr=False)
    function: Callable[P, R] = field(repr=False)
    arguments: type[BaseModel] = field(repr=False)
    must_approve: Policy = field(repr=False)
    time_limit: float | None = TIME_LIMIT
    max_output: int = MAX_OUTPUT
    repeatable: bool = False

    def __post_init__(self) -> None:
        names = ("__module__", "__name__", "__qualname__", "__doc__")
        vars(self).update({name: getattr(self.function, name) for name in names}, __wrapped__=self.function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function, as if it were no tool."""
        return self.function(*args, **kwargs)

    @property
    def definition(self) -> dict[str, Any]:
        """The tool in the service's wire form: a copy, free to change."""
        function = {
            "name": self.name,
            "description": self.description,
            "parameters": copy.deepcopy(dict(self.parameters)),
        }
        return {"type": "function", "function": function}

    @property
    def is_async(self) -> bool:
        """Whether the function is a coroutine function; each call then gets an event loop of its own."""
        return inspect.iscoroutinefunction(self.function)

    def validate(self, arguments_json: str) -> dict[str, Any]:
        """The function's keyword arguments from a model's JSON text; what it left out is left out.

        An empty text means no arguments. Raises ArgumentsRejected, which names each wrong field and does
        not repeat the values.
        """
        try:
            checked = self.arguments.model_validate_json(arguments_json.strip() or "{}")
        except ValidationError as error:
            raise self._rejected(error) from None
        fields = type(checked).model_fields
        return {str(fields[key].alias): getattr(checked, key) for key in checked.model_fields_set}

    def answer(self, arguments_json: str) -> Outcome:
        """Validate, run, and shape what came of it. A failure is an outcome too: it does not raise.

        KeyboardInterrupt alone passes through: it is meant for whoever waits.
        """
        try:
            value = self.function(**self.validate(arguments_json))  # type: ignore[call-arg]
            if inspect.iscoroutine(value):
                value = asyncio.run(value)
            return Outcome(output_text(value, self.max_output), ok=True)
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            return failure_of(error)

    def _rejected(self, error: ValidationError) -> ArgumentsRejected:
        wrong = [
            (".".join(str(part) for part in problem["loc"]), problem["msg"])
            for problem in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        found = "; ".join(f"{where}: {message}" if where else message for where, message in wrong)
        required = set(self.parameters["required"])
        names = [name if name in required else f"{name} (optional)" for name in self.parameters["properties"]]
        wanted = f"with {', '.join(names)}" if names else "without any fields: {}"
        return ArgumentsRejected(
            f"the arguments of {self.name} do not fit: {found}",
            hint=f"send one JSON object {wanted}",
        )


@overload
def tool(function: Callable[P, R], /) -> Tool[P, R]: ...


@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    approve: Approve = False,
    time_limit: float | None = TIME_LIMIT,
    max_output: int = MAX_OUTPUT,
    repeatable: bool = False,
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...


def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    approve: Approve = False,
    time_limit: float | None = TIME_LIMIT,
    max_output: int = MAX_OUTPUT,
    repeatable: bool = False,
) -> Any:
    """Make a tool of a typed function; use it bare or with options.

    `approve`: True makes every call wait for a person, a function of the ToolCall decides for each.
    `time_limit` is in real seconds, `max_output` in characters; `repeatable` says that running it twice does
    no harm. Raises ToolDefinitionError when the function cannot be described to a model; the error says what
    to change.
    """

    def made(function: Callable[..., Any]) -> Tool[..., Any]:
        _check_function(function)
        known_as = function.__name__ if name is None else name
        _check_options(known_as, time_limit, max_output)
        arguments = schema.arguments_model(function)
        return Tool(
            name=known_as,
            description=schema.description(function) if description is None else description,
            parameters=schema.parameters_schema(function, arguments),
            function=function,
            arguments=arguments,
            must_approve=policy_of(approve),
            time_limit=time_limit,
            max_output=max_output,
            repeatable=repeatable,
        )

    return made if function is None else made(function)


def _check_function(function: Callable[..., Any]) -> None:
    if isinstance(function, Tool):
        raise ToolDefinitionError(
            f"{function.name} is a tool already", hint="decorate it once, or start from tool.function"
        )
    if not (inspect.isfunction(function) or inspect.ismethod(function)):
        raise ToolDefinitionError(
            f"{function!r} is not a function written in Python",
            hint="wrap it in a function with typed parameters and a docstring",
        )
    if inspect.isasyncgenfunction(function):
        raise ToolDefinitionError(
            f"{function.__name__} is an async generator: a tool gives one output",
            hint="collect what it yields and return a list",
        )


def _check_options(name: str, time_limit: float | None, max_output: int) -> None:
    if not _NAME.fullmatch(name):
        raise ToolDefinitionError(
            f"{name!r} cannot be a tool's name",
            hint="use 1 to 64 letters, digits, _ or -; give one with @tool(name=...)",
        )
    if time_limit is not None and not time_limit > 0:
        raise ToolDefinitionError(
            f"the time limit of {name} is {time_limit} s", hint="give seconds above 0, or None for no limit"
        )
    if max_output < 1:
        raise ToolDefinitionError(
            f"the largest output of {name} is {max_output} characters", hint="give at least 1"
        )
