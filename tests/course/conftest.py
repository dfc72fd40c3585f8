"""The lab in which exercises are judged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.course.chance import Chance


@pytest.fixture
def lab(chance: Chance) -> Iterator[Lab]:
    """A fresh local lab for one test, whatever `.env` says, in which nothing has to be waited for."""
    with connect(target=Local(seed=chance.randrange(1_000_000), pace=0)) as made:
        yield made
