"""The tool itself: what a model is told, what becomes of files, and how sessions begin and end."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.backend.code.code_sessions import alive, descendants, launcher, printed
from threadlab.backend.clock import RealClock
from threadlab.backend.code import session as session_module
from threadlab.backend.code.limits import Limits
from threadlab.backend.code.outputs import Logs, Outputs
from threadlab.backend.code.session import Ran, Session
from threadlab.backend.code.sessions import Sessions
from threadlab.backend.code.tool import CodeInterpreter
from threadlab.backend.hosted import NotYet, Outcome, Setting, ToolFailed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the code interpreter needs Linux or macOS")


class Shelf:
    """Files in a dictionary: by id, each with its name and bytes."""

    def __init__(self, **files: tuple[str, bytes]) -> None:
        self.files = dict(files)

    def names(self, ids: Sequence[str]) -> dict[str, str]:
        """The names of those that are there."""
        return {id: self.files[id][0] for id in ids if id in self.files}

    def size(self, id: str) -> int:
        """How many bytes."""
        return len(self.files[id][1])

    def read(self, id: str) -> bytes:
        """The bytes."""
        return self.files[id][1]

    def keep(self, files: Sequence[tuple[str, bytes]]) -> list[str]:
        """Keep them under new ids."""
        ids = [f"new-{len(self.files) + number}" for number, _ in enumerate(files)]
        self.files |= dict(zip(ids, files, strict=True))
        return ids


def setting(*file_ids: str, thread: str = "thread_a") -> Setting:
    """A call of a run of that thread, with these files."""
    resources = ({"code_interpreter": {"file_ids": list(file_ids)}},)
    return Setting(run_id="run_a", thread_id=thread, definition={}, resources=resources)


def ran(tool: CodeInterpreter, code: str, given: Setting) -> Outcome:
    """What came of the code."""
    outcome = tool.call(given, json.dumps({"input": code}))
    assert isinstance(outcome, Outcome)
    return outcome


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """One file to begin with."""
    return Shelf(table=("table.csv", b"a,b\n1,2\n"), large=("large.bin", bytes(2 * 2**20)))


@pytest.fixture(scope="module")
def tool(shelf: Shelf) -> Iterator[CodeInterpreter]:
    """A code interpreter with these files, with walls if there can be any."""
    made = CodeInterpreter(shelf, limits=Limits(disk=3 * 2**20))
    yield made
    made.close()


def test_a_file_goes_in_and_a_changed_one_comes_out(tool: CodeInterpreter, shelf: Shelf) -> None:
    """What is given lies in the working folder; what is new in it is kept, once."""
    code = "text = open('table.csv').read()\nopen('more.csv', 'w').write(text.upper())\nprint(text)"
    outcome = ran(tool, code, setting("table"))
    told = json.loads(outcome.output)
    assert [file["path"] for file in told["files"]] == ["sandbox:/mnt/data/more.csv"]
    assert shelf.files[told["files"][0]["file_id"]] == ("more.csv", b"A,B\n1,2\n")
    assert outcome.detail == {"input": code, "outputs": [{"type": "logs", "logs": "a,b\n1,2\n\n"}]}
    again = ran(tool, "open('table.csv', 'a').write('3,4')\ntext", setting("table"))
    assert [file["path"] for file in json.loads(again.output)["files"]] == ["sandbox:/mnt/data/table.csv"]


def test_an_image_and_text_stay_in_their_order(tool: CodeInterpreter, shelf: Shelf) -> None:
    """An image becomes a file, of which the step has the id."""
    code = "from IPython.display import SVG, display\nprint('before')\ndisplay(SVG('<svg/>'))\nprint('after')"
    outputs = ran(tool, code, setting()).detail["outputs"]
    assert [output["type"] for output in outputs] == ["logs", "image", "logs"]
    assert shelf.files[outputs[1]["image"]["file_id"]] == ("image-1.svg", b"<svg/>")


def test_each_thread_has_its_own_session(tool: CodeInterpreter) -> None:
    """No name of one thread's code is known in that of another."""
    ran(tool, "number = 7", setting())
    assert json.loads(ran(tool, "number", setting()).output)["logs"] == "7\n"
    assert "NameError" in ran(tool, "number", setting(thread="thread_b")).output


def test_a_session_that_broke_is_followed_by_a_new_one_with_the_files(tool: CodeInterpreter) -> None:
    """The model is told why, and the thread's own files are there again."""
    broken = ran(tool, "import os; os._exit(3)", setting("table"))
    assert json.loads(broken.output)["error"] == "its process ended with status 3"
    assert "a,b" in ran(tool, "print(open('table.csv').read())", setting("table")).output


def test_files_that_are_too_large_fail_the_run_with_the_reason(tool: CodeInterpreter) -> None:
    """They would break the folder's limit."""
    with pytest.raises(ToolFailed, match="more than 1 MB together"):
        ran(tool, "1", setting("large"))


@pytest.mark.parametrize("arguments", ["", "[]", "{}", '{"input": 7}', '{"input": " "}', "print(1)"])
def test_a_call_without_code_is_told_what_is_missing(tool: CodeInterpreter, arguments: str) -> None:
    """Models err."""
    outcome = tool.call(setting(), arguments)
    assert isinstance(outcome, Outcome)
    assert "needs code" in json.loads(outcome.output)["error"]


def test_code_that_runs_aside_lets_others_go_on() -> None:
    """Where requests and runs share a thread, the run comes back later; closing ends what still runs."""
    tool = CodeInterpreter(Shelf(), RealClock(0.0))
    try:
        arguments = json.dumps({"input": "import time\nwhile True: time.sleep(1)"})
        assert isinstance(tool.call(setting(), arguments), NotYet)
        assert isinstance(tool.call(setting(), arguments), NotYet)
    finally:
        tool.close()


def test_sessions_are_few_end_when_idle_and_leave_nothing() -> None:
    """The one that was used longest ago makes room; nobody's use ends the others."""
    sessions = Sessions(Limits(sessions=1, idle_seconds=0.2))
    places: list[Path] = []
    processes: set[int] = set()

    def look(session: Session) -> None:
        places.append(session._place)
        processes.update(descendants(launcher(session)), {launcher(session)})

    sessions.use("thread_a", "run_a", look)
    sessions.use("thread_b", "run_b", look)
    assert not places[0].exists()
    until = time.monotonic() + 10
    while time.monotonic() < until and (alive(processes) or places[1].exists()):
        time.sleep(0.02)
    assert alive(processes) == set()
    assert not places[1].exists()
    sessions.close()
    assert sessions._timer is None


LOOP = "import signal, time\nsignal.signal(signal.SIGINT, {how})\nkept = 7\nopen('begun', 'w').close()\n"
LOOP += "while True: time.sleep(0.01)"


def interrupted(sessions: Sessions, code: str, stop: Callable[[], None]) -> Ran:
    """What came of code that is stopped when it has begun."""

    def work(session: Session) -> Ran:
        def wait_and_stop() -> None:
            while not (session._place / "data/begun").exists():
                time.sleep(0.01)
            stop()

        stopping = threading.Thread(target=wait_and_stop)
        stopping.start()
        try:
            return session.run(code)
        finally:
            stopping.join()

    return sessions.use("thread_a", "run_a", work)


@pytest.mark.parametrize("walls", [None, False], ids=["behind walls if there can be any", "guarded"])
def test_interrupted_code_gives_way_and_its_session_goes_on(walls: bool | None) -> None:
    """What it knew is known to the next code, which nobody interrupted."""
    sessions = Sessions(Limits(), walls)
    try:
        stopped = interrupted(
            sessions, LOOP.format(how="signal.default_int_handler"), lambda: sessions.interrupt("run_a")
        )
        assert stopped.ended is None
        assert "KeyboardInterrupt" in printed(stopped)
        sessions.interrupt("run_a")
        again = sessions.use("thread_a", "run_b", lambda session: session.run("print(kept)"))
        assert printed(again) == "7\n"
    finally:
        sessions.close()


def test_code_that_does_not_give_way_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its session, long before the time of a call is over."""
    monkeypatch.setattr(session_module, "GIVING_WAY", 0.2)
    sessions = Sessions(Limits())
    try:
        ran = interrupted(sessions, LOOP.format(how="signal.SIG_IGN"), lambda: sessions.interrupt("run_a"))
        assert ran.ended == "its run is over"
    finally:
        sessions.close()


def test_the_session_of_a_deleted_thread_ends_while_code_runs_in_it() -> None:
    """And also if it was just being made."""
    sessions, places = Sessions(Limits()), list[Path]()
    try:
        ran = interrupted(sessions, LOOP.format(how="signal.SIG_IGN"), lambda: sessions.end("thread_a"))
        assert ran.ended is not None
        sessions.end("thread_b")
        sessions.use("thread_b", "run_b", lambda session: places.append(session._place))
        assert not places[0].exists()
    finally:
        sessions.close()


def test_code_without_walls_is_told_of_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody asked for that: with the reason, and what it means."""
    monkeypatch.setattr(sys, "platform", "elsewhere")
    sessions = Sessions(Limits())
    try:
        for thread in ("thread_a", "thread_b"):
            walls = sessions.use(thread, "run_a", lambda session: session.walls)
            assert walls is False
    finally:
        sessions.close()
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "no walls on this machine (walls are made of Linux namespaces)" in record.getMessage()
    assert "can read every file that you can read" in record.getMessage()


def test_messages_that_code_made_up_are_read_as_what_they_are() -> None:
    """Code has the key of its kernel and may send anything; nothing of it breaks the reader."""
    outputs = Outputs(Limits())
    made_up: list[object] = [
        None,
        [],
        {"text": 7},
        {"data": []},
        {"traceback": [1, {}]},
        {"data": {"image/png": "?"}},
    ]
    for content in made_up:
        for kind in ("stream", "error", "display_data", "nonsense", 7):
            outputs.take({"msg_type": kind, "content": content})
    outputs.take({"msg_type": "stream", "content": {"text": "\x1b[31mred\x1b[0m \ud800\x00"}})
    assert outputs.all()[-1] == Logs("\n\n\n\nred \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}")
