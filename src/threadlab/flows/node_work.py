"""Node work: a function called, or a command run, here or in an isolated execution. It records nothing."""

from __future__ import annotations

import inspect
import subprocess
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from threadlab.errors import CommandFailed, FlowError, IsolationFailed
from threadlab.flows.awaited import awaited
from threadlab.flows.component import CommandNode
from threadlab.flows.isolated_execution import IsolatedExecution
from threadlab.flows.template import filled
from threadlab.tools.child_process import child_environment, stop

LONGEST_TOLD = 2000


def files_of(run_dir: Path, path: str) -> Path:
    """The folder of the files that the command at that path writes."""
    return run_dir.joinpath(*path.split("."), "files")


def call(
    function: Callable[..., Any], arguments: Mapping[str, Any], isolation: IsolatedExecution | None
) -> Any:
    """The function's result; of an async one, what it gives when awaited. Raises FlowError for sys.exit()."""
    work = partial(function, **arguments)
    try:
        if isolation is not None:
            return isolation.run_sync(work)
        value = work()
        return awaited(value) if inspect.isawaitable(value) else value
    except (SystemExit, GeneratorExit) as error:  # a node may end itself, not the program around it
        raise FlowError(
            f"{getattr(function, '__name__', 'the function')} ended with {error!r}",
            hint="raise an exception that says what is wrong; return a result where all is well",
        ) from error


def run_command(
    path: str,
    node: CommandNode,
    values: Mapping[str, Any],
    folder: Path,
    isolation: IsolatedExecution | None,
    warned: Callable[[str], object],
) -> str:
    """What the command wrote to standard output. It runs in `folder`, or in the one that isolation was given.

    `warned` is told what it wrote to standard error, where it ended well. Raises CommandFailed for an exit
    code other than 0 and for a program that is not there, IsolationFailed when its time is over.
    """
    command = [filled(part, values) for part in node.command]
    given = {name: filled(value, values) for name, value in node.env.items()}
    around = dict(isolation.env) if isolation is not None else {}
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment({**around, **given}, imports=False),
            cwd=isolation.cwd if isolation is not None and isolation.has_own_cwd else folder,
            start_new_session=True,
        )
    except OSError as error:
        raise CommandFailed(
            f"{path} could not start {command[0]!r}: {error.strerror}",
            hint="give the program's whole path, or one that stands on PATH",
        ) from error
    with process:
        try:
            out, err = process.communicate(filled(node.stdin, values).encode(), timeout=node.time_limit)
        except subprocess.TimeoutExpired:
            raise IsolationFailed(
                f"{path} was not done within {node.time_limit:g} s, and was stopped",
                hint="give the node a larger time_limit, or less to do",
            ) from None
        finally:
            stop(process)
    if process.returncode:
        said = (err or out).decode(errors="replace").strip()[-LONGEST_TOLD:]
        raise CommandFailed(
            f"{path} ended with exit code {process.returncode}{': ' if said else ''}{said}",
            hint=f"the command was: {' '.join(command)}",
            exit_code=process.returncode,
        )
    if aside := err.decode(errors="replace").strip():
        warned(aside[-LONGEST_TOLD:])
    return out.decode(errors="replace")
