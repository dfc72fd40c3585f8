"""code_interpreter, the hosted tool: it runs a model's Python and keeps what that puts out."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

from threadlab.backend.aside import Aside
from threadlab.backend.clock import Clock
from threadlab.backend.code.kernel import NoKernel
from threadlab.backend.code.limits import MEGABYTE, Limits
from threadlab.backend.code.outputs import Image
from threadlab.backend.code.session import Ran, Session
from threadlab.backend.code.sessions import Sessions
from threadlab.backend.hosted import Json, NotYet, Outcome, Setting, ToolFailed, ToolRefused

LINK = "sandbox:/mnt/data/"
"""What a model writes before the name of a file that it made, as on the service."""

PARAMETERS: Json = {
    "type": "object",
    "properties": {"input": {"type": "string", "description": "Python code."}},
    "required": ["input"],
}
HOW = (
    "Run Python code in a Jupyter kernel without network; names stay known. In the working folder are: "
    "{files}. Print what you want to know. The user gets each image that is displayed, and each file that is "
    f"written to the working folder where the answer has the link {LINK}NAME."
)


class Files(Protocol):
    """Where the files are that code is given, and where those go that it makes."""

    def names(self, ids: Sequence[str]) -> dict[str, str]:
        """The names of those of these files that are there, each name once; by id."""
        ...

    def size(self, id: str) -> int:
        """How many bytes a file has."""
        ...

    def read(self, id: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        ...

    def keep(self, files: Sequence[tuple[str, bytes]]) -> list[str]:
        """Keep files that code has made: (name, bytes) each; returns their ids."""
        ...


class CodeInterpreter:
    """Runs code for threads, in sessions within `limits`; aside if a `clock` is given, for others wait."""

    def __init__(
        self,
        files: Files,
        clock: Clock | None = None,
        limits: Limits | None = None,
        walls: bool | None = None,
    ) -> None:
        self._files = files
        self._is_aside = clock is not None
        self._aside: Aside[Ran] = Aside("code", clock)
        self._sessions = Sessions(limits or Limits(), walls)

    def check(self, definition: Json) -> None:
        """Raise ToolRefused on a system that code cannot be held in at all."""
        if os.name != "posix":
            raise ToolRefused(
                "the code interpreter needs Linux or macOS: Windows has no such limits for a process",
                "code_interpreter",
            )

    def offer(self, setting: Setting) -> Json:
        """As a function of the code. `files` are the names of what lies in the working folder."""
        names = list(self._files.names(_file_ids(setting)).values())
        described = HOW.format(files=", ".join(names) or "no files")
        function = {"name": "code_interpreter", "description": described, "parameters": PARAMETERS}
        return {"type": "code_interpreter", "function": function, "files": names}

    def call(self, setting: Setting, arguments: str) -> Outcome | NotYet:
        """Run the code. Raises ToolFailed where no kernel can be had, or a file cannot be given to it."""
        code = _code(arguments)
        if code is None:
            error = 'code_interpreter needs code: {"input": "…"}'
            return Outcome(json.dumps({"error": error}), {"input": "", "outputs": []})

        def work(session: Session) -> Ran:
            if self._aside.is_over(setting.run_id):
                return Ran([], [])
            self._give(session, self._files.names(_file_ids(setting)))
            return session.run(code)

        try:
            ran = self._aside.result(
                setting, lambda: self._sessions.use(setting.thread_id, setting.run_id, work)
            )
        except (NoKernel, OSError) as error:
            raise ToolFailed(f"code_interpreter could not run the code: {error}") from error
        return ran if isinstance(ran, NotYet) else self._outcome(code, ran)

    def forget(self, run_id: str) -> None:
        """Drop what is being done for a run: code that runs for it is interrupted."""
        self._aside.forget(run_id)
        self._sessions.interrupt(run_id)

    def leave(self, thread_id: str) -> None:
        """End the session of a thread that is gone; where others wait, on a thread of its own."""
        if self._is_aside:
            threading.Thread(target=self._sessions.end, args=(thread_id,), daemon=True).start()
        else:
            self._sessions.end(thread_id)

    def close(self) -> None:
        """End every session."""
        self._sessions.close()
        self._aside.close()

    def _give(self, session: Session, names: Mapping[str, str]) -> None:
        """Put the files into a session's folder that are not there yet."""
        missing = [id for id in names if id not in session.given]
        most = self._sessions.limits.disk // 2
        if sum(self._files.size(id) for id in names) > most:
            raise ToolFailed(
                f"the files for code_interpreter have more than {most // MEGABYTE} MB together: give it fewer"
            )
        for id in missing:
            session.give({names[id]: self._files.read(id)})
            session.given.add(id)

    def _outcome(self, code: str, ran: Ran) -> Outcome:
        """Keep the files; what the model is told, and what the step shows."""
        images = [output for output in ran.outputs if isinstance(output, Image)]
        named = [(f"image-{number}.{image.ending}", image.content) for number, image in enumerate(images, 1)]
        ids = iter(self._files.keep([*named, *((file.name, file.content) for file in ran.files)]))
        outputs: list[Json] = [
            {"type": "image", "image": {"file_id": next(ids)}}
            if isinstance(output, Image)
            else {"type": "logs", "logs": output.text}
            for output in ran.outputs
        ]
        told: Json = {"logs": "".join(output["logs"] for output in outputs if output["type"] == "logs")}
        if images:
            told["images_shown_to_the_user"] = len(images)
        if ran.files:
            told["files"] = [
                {"path": LINK + file.name, "file_id": id} for file, id in zip(ran.files, ids, strict=True)
            ]
        if ran.ended:
            told["error"] = ran.ended
        return Outcome(json.dumps(told, ensure_ascii=False), {"input": code, "outputs": outputs})


def _file_ids(setting: Setting) -> list[str]:
    """The files of the run and of its thread, each once."""
    named = [(resources.get("code_interpreter") or {}).get("file_ids") for resources in setting.resources]
    return list(dict.fromkeys(id for ids in named for id in ids or () if isinstance(id, str)))


def _code(arguments: str) -> str | None:
    """The code in a call's arguments; None if there is none."""
    try:
        given = json.loads(arguments)
    except ValueError:
        return None
    code = given.get("input") if isinstance(given, dict) else None
    return code if isinstance(code, str) and code.strip() else None
