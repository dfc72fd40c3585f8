"""Recorded comm: a widget's line to its page, cut off behind the kernel: what would be sent is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets


class RecordedComm:
    """Stands in for a comm. `sent` is all that the widget sent; `receive` is what a page would say."""

    def __init__(self) -> None:
        self.comm_id = "0123456789abcdef0123456789abcdef"
        self.sent: list[dict[str, Any]] = []
        self._hear: Callable[[Mapping[str, Any]], object] = lambda message: None

    def send(self, data: Mapping[str, Any], metadata: object = None, buffers: object = None) -> None:
        """Keep it as the page would get it: a copy of this moment."""
        self.sent.append(json.loads(json.dumps(data)))

    def on_msg(self, hear: Callable[[Mapping[str, Any]], object]) -> None:
        """Who is to hear what the page says."""
        self._hear = hear

    def receive(self, content: Mapping[str, Any]) -> None:
        """A view of the widget says something."""
        data = {"method": "custom", "content": content}
        self._hear({"content": {"comm_id": self.comm_id, "data": data}, "buffers": []})

    def close(self, *_: object, **__: object) -> None:
        """The widget is closed."""

    @property
    def said(self) -> list[Any]:
        """The custom messages alone."""
        return [one["content"] for one in self.sent if one["method"] == "custom"]

    @property
    def sizes(self) -> list[int]:
        """The bytes of each message as it stands on the wire: its content in UTF-8, without its envelope."""
        contents = ({"comm_id": self.comm_id, "data": data} for data in self.sent)
        return [len(json.dumps(content, ensure_ascii=False).encode()) for content in contents]


def recorded(widget: ipywidgets.Widget) -> RecordedComm:
    """The comm of this widget from now on."""
    widget.comm = comm = RecordedComm()
    return comm
