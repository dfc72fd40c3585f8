"""The guard, which stands where there are no walls: what it refuses, and that it is weaker."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.backend.code.code_sessions import alive, descendants, images, launcher, printed
from threadlab.backend.code.limits import Limits
from threadlab.backend.code.session import Session

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the code interpreter needs Linux or macOS")

REFUSED = {
    "a connection": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "a name of the network": "import socket; socket.getaddrinfo('example.org', 80)",
    "a program": "import subprocess; subprocess.run(['true'])",
    "a shell": "import os; os.system('true')",
    "a child": "import os; os.fork()",
    "a signal to another process": f"import os; os.kill({os.getpid()}, 0)",
    "a foreign library": "import ctypes; ctypes.CDLL('libc.so.6')",
    "a file elsewhere": "open('/tmp/planted-by-code', 'w')",
    "a file elsewhere by way of a link": "import os; os.symlink('/tmp', 'out')",
    "a removal elsewhere": f"import os; os.remove({__file__!r})",
}


@pytest.mark.parametrize("attack", REFUSED)
def test_the_guard_refuses(guarded: Session, attack: str) -> None:
    """What Python itself does beyond the folder is an error, and the session goes on."""
    assert "PermissionError" in printed(guarded.run(REFUSED[attack]))
    assert Path(__file__).exists()


def test_code_that_stays_in_its_folder_is_let_be(guarded: Session) -> None:
    """It computes, shows and writes."""
    ran = guarded.run(
        "from IPython.display import SVG, display\ndisplay(SVG('<svg/>'))\n"
        "open('a.txt', 'w').write('here')\n6 * 7"
    )
    assert printed(ran) == "42\n"
    assert images(ran)[0].content == b"<svg/>"
    assert [(file.name, file.content) for file in ran.files] == [("a.txt", b"here")]


def test_the_environment_is_empty_of_secrets_here_as_well(guarded: Session, secret: str) -> None:
    """It is the same list of our own."""
    assert secret not in printed(guarded.run("import os; print(dict(os.environ))"))


def test_what_is_not_protected_without_walls(guarded: Session) -> None:
    """Reading is not: every file that the backend's user can read."""
    assert "What is not" not in printed(guarded.run("1"))
    assert "REFUSED" in printed(guarded.run(f"print(open({__file__!r}).read())"))


def test_a_guarded_session_ends_as_well_when_it_takes_too_long() -> None:
    """Its process is killed, and its folder removed."""
    session = Session(Limits(seconds=0.5), walls=False)
    try:
        processes = descendants(launcher(session)) | {launcher(session)}
        place = session._place
        assert place.exists()
        assert session.run("while True: pass").ended == "it took longer than 0.5 s"
        assert alive(processes) == set()
        assert not place.exists()
    finally:
        session.close()
