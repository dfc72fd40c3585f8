"""Each promise of the code interpreter, attacked from within; and what it does not promise, shown."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import threadlab
from tests.backend.code.code_sessions import alive, descendants, launcher, printed
from tests.backend.code.conftest import MakeSession
from threadlab.backend.code import plan
from threadlab.backend.code.limits import MEGABYTE, Limits
from threadlab.backend.code.session import Session

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux namespaces")


def test_there_is_no_network_and_nobody_of_this_machine_answers(walled: Session) -> None:
    """Neither a server beside the backend can be reached nor one of the world."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ran = walled.run(
            "import socket\n"
            f"for address in (('127.0.0.1', {server.getsockname()[1]}), ('192.0.2.1', 80)):\n"
            "    try: socket.create_connection(address, 2); print('connected')\n"
            "    except OSError as error: print(error.strerror)"
        )
    assert printed(ran).splitlines() == ["Network is unreachable"] * 2


def test_nor_can_another_program_reach_it(walled: Session) -> None:
    """It is missing for programs in any language: there is nothing but a loopback, which is down."""
    ran = walled.run("!cat /proc/net/route /proc/net/dev | grep :")
    assert [line.split()[0] for line in printed(ran).splitlines()] == ["lo:"]


def test_secrets_of_the_environment_stay_outside(walled: Session, secret: str) -> None:
    """Neither its own environment nor that of a process that it can see has them."""
    ran = walled.run(
        "import os, glob\nprint(dict(os.environ))\n"
        "for path in glob.glob('/proc/[0-9]*/environ'):\n"
        "    try: print(open(path).read())\n"
        "    except OSError as error: print(error.strerror)"
    )
    assert secret not in printed(ran)
    assert "/home/user" in printed(ran)


def test_files_of_the_project_and_of_its_user_are_not_there(walled: Session, tmp_path: Path) -> None:
    """They can be neither read nor written."""
    mine = tmp_path / "mine.txt"
    mine.write_text("do not read")
    source = Path(threadlab.__file__)
    ran = walled.run(
        f"for path in ({str(mine)!r}, {str(source)!r}, '/etc/passwd', '/proc/1/root/etc/passwd'):\n"
        "    for mode in 'ra':\n"
        "        try: open(path, mode); print('opened', path)\n"
        "        except OSError as error: print(error.strerror)"
    )
    assert "opened" not in printed(ran)
    assert mine.read_text() == "do not read"


def test_what_it_shares_may_lie_in_the_folder_for_temporary_files(
    make_walled: MakeSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an environment was made below /tmp, it is seen there, and nothing else is."""
    shared, other = tmp_path / "environment", tmp_path / "other"
    for folder in (shared, other):
        folder.mkdir()
        (folder / "module.txt").write_text("seen")
    system = plan.readable()
    monkeypatch.setattr(plan, "readable", lambda: [*system, str(shared)])
    ran = make_walled(Limits()).run(
        f"print(open({str(shared / 'module.txt')!r}).read())\n"
        f"import os; print(os.listdir({str(tmp_path)!r}))\n"
        f"try: open({str(shared / 'planted')!r}, 'w')\n"
        "except OSError as error: print(error.strerror)\n"
        f"open({str(tmp_path / 'planted')!r}, 'w').close()"
    )
    assert printed(ran).splitlines() == ["seen", "['environment']", "Read-only file system"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["environment", "other"]


def test_the_packages_that_it_shares_cannot_be_changed(walled: Session) -> None:
    """What is readable is not writable, whoever the backend's user is."""
    ran = walled.run(
        "import os, sys\n"
        "for path in (sys.prefix, os.path.dirname(os.__file__), '/usr', '/', '/dev'):\n"
        "    try: open(path + '/planted', 'w'); print('planted', path)\n"
        "    except OSError as error: print(error.strerror)"
    )
    assert set(printed(ran).splitlines()) == {"Read-only file system"}


def test_it_cannot_take_the_walls_down(walled: Session) -> None:
    """It is no privileged user, may become none, and can neither mount nor build a world of its own."""
    ran = walled.run(
        "import ctypes, os\nc = ctypes.CDLL(None, use_errno=True)\n"
        "print(c.mount(b'none', b'/tmp', b'tmpfs', 0, None), c.umount2(b'/usr', 2), c.unshare(0x10000000),"
        " c.unshare(0x40000000), c.setns(os.open('/proc/self/ns/user', 0), 0), c.setuid(0), os.getuid())\n"
        "lines = open('/proc/self/status').read().splitlines()\n"
        "print([line.split()[1] for line in lines if line[:6] in ('CapEff', 'CapPrm', 'NoNewP')])"
    )
    assert printed(ran).splitlines() == [
        "-1 -1 -1 -1 -1 -1 1000",
        "['0000000000000000', '0000000000000000', '1']",
    ]


def test_it_sees_and_reaches_no_process_of_ours(walled: Session) -> None:
    """Our processes have no number there, and its own watcher cannot be killed."""
    ran = walled.run(
        "import os\nnumbers = {int(name) for name in os.listdir('/proc') if name.isdigit()}\n"
        "print(numbers == {1, os.getpid()})\n"
        "os.kill(1, 9)\n"
        f"try: os.kill({os.getpid()}, 0)\n"
        "except OSError as error: print(type(error).__name__)\n"
    )
    assert "ProcessLookupError" in printed(ran)
    assert printed(ran).startswith("True")
    assert walled.is_alive


def test_a_link_out_of_the_folder_brings_nothing_out(walled: Session, tmp_path: Path) -> None:
    """The backend, which reads the results, may read more than the code: it follows no link."""
    mine = tmp_path / "mine.txt"
    mine.write_text("do not read")
    ran = walled.run(f"import os\nos.symlink({str(mine)!r}, 'result.txt'); os.mkfifo('pipe')")
    assert ran.files == []
    assert "result.txt: no plain file" in printed(ran)
    assert "pipe: no plain file" in printed(ran)


def test_memory_is_bounded(walled: Session) -> None:
    """What asks for more gets an error, and the session goes on."""
    assert "MemoryError" in printed(walled.run("much = bytearray(700 * 2**20)"))


def test_a_file_is_bounded(walled: Session) -> None:
    """A file that grows too large cannot be written on."""
    assert "File too large" in printed(walled.run("open('large', 'wb').write(bytes(33 * 2**20))"))


def test_text_and_images_and_files_are_bounded(make_walled: MakeSession) -> None:
    """What is too much is left out, and said."""
    session = make_walled(Limits(output=100, images=1, files=1))
    ran = session.run(
        "from IPython.display import SVG, display\nprint('x' * 1000)\n"
        "for number in (1, 2):\n    display(SVG('<svg/>')); open(f'{number}.txt', 'w').write('here')"
    )
    assert "[901 more characters were cut off]" in printed(ran)
    assert "only the first 1 of 2 images" in printed(ran)
    assert [file.name for file in ran.files] == ["1.txt"]
    assert "2.txt: more than 1 new files" in printed(ran)


def test_code_that_takes_too_long_ends_with_all_that_it_started(make_walled: MakeSession) -> None:
    """Even what left its group of processes, and hides from signals."""
    session = make_walled(Limits(seconds=1.0))
    code = (
        "import os, signal, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid(); signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)\n"
    )
    assert session.run(code).ended is None
    processes = descendants(launcher(session)) | {launcher(session)}
    assert len(processes) == 4
    ran = session.run("print('before', flush=True)\nwhile True: pass")
    assert ran.ended == "it took longer than 1 s"
    assert printed(ran).startswith("before\n[the code was stopped: it took longer than 1 s")
    assert alive(processes) == set()


def test_a_burst_of_processes_is_ended(make_walled: MakeSession) -> None:
    """More processes than granted end the session."""
    session = make_walled(Limits(processes=6))
    ran = session.run(
        "import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(600)\n    time.sleep(0.01)"
    )
    assert ran.ended == "it had more than 6 processes"


def test_a_folder_that_fills_up_is_ended(make_walled: MakeSession) -> None:
    """Many files that are small enough are too much together; empty ones count as well."""
    session = make_walled(Limits(disk=2 * MEGABYTE))
    ran = session.run("import itertools\nfor number in itertools.count(): open(str(number), 'w').close()")
    assert ran.ended == "it wrote more than 2 MB to its folder"


def test_computing_is_bounded_over_all_calls(make_walled: MakeSession) -> None:
    """A session has so many seconds of its processor."""
    ran = make_walled(Limits(cpu_seconds=2)).run("while True: pass")
    assert ran.ended == "it computed for more than 2 s"


def test_a_backend_that_is_killed_leaves_nothing_behind(walled: Session) -> None:
    """No process and no folder, though nobody closed anything."""
    script = (
        "import time; from threadlab.backend.code.session import Session;"
        "from threadlab.backend.code.limits import Limits; session = Session(Limits(), True);"
        'session.run(\'import os; os.mkdir("shut"); open("shut/in", "w"); os.chmod("shut", 0)\');'
        "print(session._place, session._kernel._process.pid, flush=True); time.sleep(600)"
    )
    backend = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert backend.stdout is not None
    place, number = backend.stdout.readline().split()
    processes = descendants(int(number)) | {int(number)}
    assert len(processes) == 3
    backend.send_signal(signal.SIGKILL)
    backend.wait()
    until = time.monotonic() + 10
    while time.monotonic() < until and (alive(processes) or Path(place).exists()):
        time.sleep(0.05)
    assert alive(processes) == set()
    assert not Path(place).exists()


def test_what_is_not_protected(walled: Session) -> None:
    """The packages of this Python can be read, and what the system tells about the machine."""
    ran = walled.run(
        "import pydantic; print(open(pydantic.__file__).read(3) != '', open('/proc/uptime').read() != '')"
    )
    assert printed(ran) == "True True\n"
