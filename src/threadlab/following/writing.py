"""Writing: the texts and tool calls that are being written, as their pieces arrive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from threadlab.objects.event import ArgumentsArrived, Event, TextArrived
from threadlab.objects.stream_event import CallPiece, TextPiece
from threadlab.objects.tool_call import ToolCall


class Writing:
    """What has arrived so far: texts by their message's id, calls by their step's id and place."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.calls: dict[tuple[str, int], ToolCall] = {}

    def grown(self, pieces: Sequence[TextPiece | CallPiece], at: float) -> Iterator[Event]:
        """The events for more pieces. Pieces that add nothing have none."""
        for piece in pieces:
            if isinstance(piece, CallPiece):
                if piece.arguments or (piece.step_id, piece.index) not in self.calls:
                    yield self._call(piece, at)
            elif piece.text:
                so_far = self.texts[piece.message_id] = self.texts.get(piece.message_id, "") + piece.text
                yield TextArrived(at=at, message_id=piece.message_id, text=piece.text, so_far=so_far)

    def _call(self, piece: CallPiece, at: float) -> ArgumentsArrived:
        place = piece.step_id, piece.index
        detail = {"server_label": piece.server} if piece.server else {}
        begun = ToolCall(id=piece.id, kind=piece.kind, name=piece.name, detail=detail)
        before = self.calls.get(place, begun)
        call = self.calls[place] = replace(before, arguments=before.arguments + piece.arguments)
        return ArgumentsArrived(at=at, call=call, text=piece.arguments)
