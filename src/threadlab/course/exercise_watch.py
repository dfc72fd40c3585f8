"""Watching exercises: what a key press or a saved file means where the watcher stands now. No reading here.

c check  h hint  n next  l list  s solution  r reset  q quit
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Move(Enum):
    """What the watcher does next."""

    CHECK = auto()
    HINT = auto()
    NEXT = auto()
    LIST = auto()
    SOLUTION = auto()
    KEEP_SOLUTION_BACK = auto()
    ASK_TO_RESET = auto()
    RESET = auto()
    DO_NOT_RESET = auto()
    QUIT = auto()
    SHOW_KEYS = auto()


KEYS: Mapping[str, tuple[str, Move]] = {
    "h": ("hint", Move.HINT),
    "c": ("check", Move.CHECK),
    "n": ("next", Move.NEXT),
    "l": ("list", Move.LIST),
    "s": ("solution", Move.SOLUTION),
    "r": ("reset", Move.ASK_TO_RESET),
    "q": ("quit", Move.QUIT),
}
"""Each key, its word, and what it does."""


def move_for(key: str, *, solved: bool, asked: bool) -> Move:
    """What a key means. `solved`: the exercise is; `asked`: it was just asked whether to reset."""
    key = key.lower()
    if asked:
        return Move.RESET if key == "y" else Move.DO_NOT_RESET
    move = KEYS[key][1] if key in KEYS else Move.SHOW_KEYS
    if move is Move.SOLUTION and not solved:
        return Move.KEEP_SOLUTION_BACK
    return move


@dataclass(frozen=True, slots=True)
class Saved:
    """The exercise files as they were last seen.

    An editor may write a file in parts, or put a new one in its place, so that for an instant it is half
    there or not at all. So a file counts as saved when it is not empty and two looks found it the same.
    """

    known: Mapping[str, str]
    seen: Mapping[str, str]

    def look(self, now: Mapping[str, str]) -> tuple[Saved, str | None]:
        """After another look, and the exercise that was saved meanwhile, if there is one."""
        for name, text in now.items():
            if text.strip() and text != self.known.get(name) and text == self.seen.get(name):
                return Saved({**self.known, name: text}, now), name
        return Saved(self.known, now), None
