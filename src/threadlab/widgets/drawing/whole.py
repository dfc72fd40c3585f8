"""Whole: a card of many widgets that leaves the page as one."""

from __future__ import annotations

from collections.abc import Iterator

import ipywidgets


class Whole(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A column that is closed together with everything in it: itself first, then its parts.

    The page takes the parts of a closed box off by itself, so nothing of it is left standing alone meanwhile.
    """

    def close(self) -> None:
        """Take it off the page. Closing it again does nothing."""
        parts = tuple(_parts(self))
        super().close()
        for part in parts:
            part.close()


def _parts(box: ipywidgets.Box) -> Iterator[ipywidgets.Widget]:
    """All that lies in a box, however deep, the outer before the inner."""
    for child in box.children:
        yield child
        if isinstance(child, ipywidgets.Box):
            yield from _parts(child)
