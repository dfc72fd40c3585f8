"""Navigation: to a user run by its id, by a piece of it, or by its place."""

from __future__ import annotations

from collections.abc import Sequence

from threadlab.errors import UnknownUserRun
from threadlab.journal.run_id import what_else

SHOWN = 5
"""How many ids an error names, the newest."""


def goto(ids: Sequence[str], where: str | int) -> str:
    """The id at a place, from 1 (the oldest; -1 is the newest), or the one id that begins or ends so.

    `ids` are in the order in which places are counted, such as a branch from its root to its head. Raises
    UnknownUserRun for a place that is not there, and for a piece of an id that fits none or several.
    """
    if isinstance(where, int):
        if where == 0 or abs(where) > len(ids):
            raise UnknownUserRun(
                f"there is no user run at place {where}",
                hint=f"places go from 1 to {len(ids)}; -1 is the newest"
                if ids
                else "nothing was run here yet",
            )
        return ids[where - 1 if where > 0 else where]
    if where in ids:
        return where
    fitting = [id for id in ids if where and (id.startswith(where) or id.endswith(where))]
    if len(fitting) != 1:
        raise UnknownUserRun(
            f"{where!r} fits {len(fitting)} user runs" if fitting else f"no user run here is named {where!r}",
            hint=what_else(where) or _hint(fitting or ids),
        )
    return fitting[0]


def _hint(ids: Sequence[str]) -> str:
    if not ids:
        return "nothing was run here yet"
    older = f" and {len(ids) - SHOWN} older ones" if len(ids) > SHOWN else ""
    return f"say more of the id; there are {', '.join(ids[-SHOWN:])}{older}"
