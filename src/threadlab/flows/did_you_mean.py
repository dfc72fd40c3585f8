"""Did you mean: the names that somebody who wrote another one may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, there: Iterable[str], what: str = "there is") -> str:
    """A hint: the nearest names, or else all of them; what to write instead of `name`."""
    names = list(there)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"{what}: {', '.join(names)}" if names else f"{what}: none"
