"""Fixtures: sessions behind walls, where this machine lets a process have any."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from threadlab.backend.code.kernel import NoKernel
from threadlab.backend.code.limits import Limits
from threadlab.backend.code.session import Session

MakeSession = Callable[[Limits], Session]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the code interpreter needs Linux or macOS")


def walled_session(limits: Limits) -> Session:
    """A session behind walls, or a skip."""
    try:
        return Session(limits, walls=True)
    except NoKernel as error:
        pytest.skip(f"no walls on this machine: {error}")


@pytest.fixture(scope="module")
def secret() -> Iterator[str]:
    """Something in the environment of the backend that nobody else should know."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THREADLAB_SECRET", "melon-7")
        yield "melon-7"


@pytest.fixture(scope="module")
def walled(secret: str) -> Iterator[Session]:
    """One session behind walls for attacks that it survives."""
    session = walled_session(Limits(memory=512 * 2**20))
    yield session
    session.close()


@pytest.fixture(scope="module")
def guarded(secret: str) -> Iterator[Session]:
    """One session that is only guarded."""
    session = Session(Limits(), walls=False)
    yield session
    session.close()


@pytest.fixture
def make_walled() -> Iterator[MakeSession]:
    """Makes sessions behind walls for attacks that end them."""
    made: list[Session] = []

    def make(limits: Limits) -> Session:
        made.append(walled_session(limits))
        return made[-1]

    yield make
    for session in made:
        session.close()
