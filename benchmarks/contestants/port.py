"""The port: what the programs ask of a contestant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Contestant(Protocol):
    """One way to have an agent answer with a tool. It is made with an empty folder of its own.

    One that is served has its server's process id as `pid`.
    """

    @property
    def layers(self) -> Mapping[str, float]:
        """Seconds spent so far in layers of its own, by name; empty where none were told apart."""
        ...

    def run(self) -> str:
        """One whole run, from nothing to the reply. Raises WrongAnswer when it did not happen as it must."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...
