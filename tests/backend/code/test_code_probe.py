"""Whether there can be walls: found out beforehand, and told where there are none."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from threadlab.backend.code import probe
from threadlab.backend.code.limits import Limits
from threadlab.backend.code.session import Session
from threadlab.connect.serving import Listening

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the code interpreter needs Linux or macOS")

WITHOUT_NAMESPACES = """
import os
from pathlib import Path
from threadlab.backend.code import walls
from threadlab.backend.code.limits import Limits
from threadlab.backend.code.probe import no_walls
from threadlab.backend.code.sessions import Sessions

user, group = os.getuid(), os.getgid()
walls._unshare(walls.CLONE_NEWUSER)
Path("/proc/self/setgroups").write_text("deny")
Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
Path("/proc/sys/user/max_user_namespaces").write_text("0")
print(no_walls())
sessions = Sessions(Limits())
print(sessions.use("thread_a", "run_a", lambda session: (session.walls, session.run("6 * 7").outputs)))
sessions.close()
"""
"""A machine on which no process may have namespaces of its own."""


def test_the_probe_knows_what_a_session_will_find() -> None:
    """Walls, or none."""
    session = Session(Limits())
    try:
        assert session.walls is (probe.no_walls() is None)
        assert session.walls is (session.no_walls == "")
    finally:
        session.close()


def test_the_probe_knows_the_systems_without_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried there."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert probe.no_walls() == "walls are made of Linux namespaces"


@pytest.mark.skipif(probe.no_walls() is not None, reason="there are no walls here to be taken away")
def test_a_session_is_only_guarded_where_namespaces_are_forbidden() -> None:
    """The code runs, and a warning says with the reason what that means."""
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT_NAMESPACES], capture_output=True, text=True, timeout=60, check=True
    )
    reason, ran = told.stdout.splitlines()
    assert reason == "[Errno 28] No space left on device"  # so the system says that there may be no more
    assert ran == "(False, [Logs(text='42\\n')])"
    assert told.stderr.count("no walls on this machine ([Errno 28] No space left on device)") == 1
    assert "can read every file that you can read" in told.stderr


def test_a_server_that_runs_code_says_so_and_whether_it_has_walls() -> None:
    """Before anybody sends code."""
    guarded = Listening("http://x", "k", False, False, runs_code=True, no_walls="[Errno 1] not permitted")
    walled = replace(guarded, no_walls=None)
    assert any("in a kernel of its own" in line for line in walled.lines)
    assert set(guarded.lines) - set(walled.lines) == {
        "Code has no walls here ([Errno 1] not permitted): it can read every file that you can read."
    }
