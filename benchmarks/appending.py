"""Appending: what one more message costs a live chat, in bytes to the page and in milliseconds there.

The peer is the usual way: an `ipywidgets.HTML` whose value is the whole conversation, drawn again each time.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict, dataclass
from statistics import median
from typing import Annotated, Any

import ipywidgets
import typer

from benchmarks.bare_page import CHROMIUM, bare_page, open_view
from benchmarks.figures import Goal
from benchmarks.recorded_comm import recorded
from benchmarks.report import Report, Section, as_json, show
from threadlab.objects.event import TextArrived
from threadlab.objects.message import Message, Part
from threadlab.widgets.cards.live_chat import LiveChat
from threadlab.widgets.cards.thread_view import render_html, thread_view

PEER = "HTML.value, redrawn"
LENGTHS = (10, 1000)
APPENDS = 20
TEXT = "It is −3 °C in Oslo, with snow; take a coat, and take the train rather than the car."
MOST_BYTES = 500
MOST_MS = 1.0

TIMED = """async ({count, make}) => {
  const once = eval(make);
  await new Promise(requestAnimationFrame);
  const began = performance.now();
  for (let n = 0; n < count; n++) { once(n); window.laidOut = document.body.scrollHeight; }
  return (performance.now() - began) / count;
}"""
APPEND = "n => window.model.tell(window.waiting[n])"
REDRAW = "n => { window.peer.innerHTML = window.waiting[n]; }"


@dataclass(frozen=True, slots=True)
class Append:
    """One more message at a length: bytes without the message's own text, and in all; milliseconds."""

    contestant: str
    messages: int
    overhead: int
    total: int
    ms: float | None


def message(number: int) -> Message:
    """A message with ids as long as the service's."""
    return Message(
        id=f"msg_{number:024d}",
        thread_id=f"thread_{0:024d}",
        role="user" if number % 2 else "assistant",
        content=(Part("text", TEXT),),
        run_id=None if number % 2 else f"run_{number:024d}",
    )


def live_chat(length: int, page: Any, repeat: int) -> list[Append]:
    """A message, and a piece of one that is being written, added to a chat of that length."""
    chat = LiveChat(message(number) for number in range(length))
    comm = recorded(chat)
    comm.receive({"has": length})
    state = {"log": {"lines": [dict(line) for line in chat.lines], "now": ""}}
    comm.sent.clear()
    for number in range(APPENDS * repeat):
        chat.add(message(length + number))
    added, sizes = list(comm.said), list(comm.sizes)
    comm.sent.clear()
    for _ in range(APPENDS * repeat):
        chat.tell(TextArrived(at=0.0, message_id=message(length).id, text="word ", so_far=""))
    ms: dict[str, float | None] = {"add": None, "grow": None}
    if page is not None:
        open_view(page, LiveChat._esm, state)
        ms = {"add": _ms(page, APPEND, added, repeat), "grow": _ms(page, APPEND, comm.said, repeat)}
    text = len(TEXT.encode())
    return [
        Append("threadlab live chat", length, max(sizes) - text, max(sizes), ms["add"]),
        Append("… a piece of text", length, max(comm.sizes) - 5, max(comm.sizes), ms["grow"]),
    ]


def redrawn(length: int, page: Any, repeat: int) -> list[Append]:
    """The same with `HTML.value`, in the same markup."""
    peer = ipywidgets.HTML()
    comm = recorded(peer)
    values = []
    for number in range(APPENDS):
        view = thread_view([message(n) for n in range(length + number + 1)])
        values.append(render_html(view).partition("</style>")[2])
        peer.value = values[-1]
    ms = None
    if page is not None:
        page.evaluate("() => { window.peer = document.body.appendChild(document.createElement('div')); }")
        ms = _ms(page, REDRAW, values * repeat, repeat)
    text = len(TEXT.encode())
    return [Append(PEER, length, max(comm.sizes) - text, max(comm.sizes), ms)]


def _ms(page: Any, make: str, waiting: list[Any], repeat: int) -> float:
    """The median over the rounds of the mean milliseconds of one, layout included."""
    rounds: list[float] = []
    for number in range(repeat):
        now = waiting[number * APPENDS : (number + 1) * APPENDS]
        page.evaluate("waiting => { window.waiting = waiting; }", now)
        rounds.append(page.evaluate(TIMED, {"count": len(now), "make": make}))
    return median(rounds)


def measured(repeat: int) -> list[Append]:
    """Both, at every length, each on a fresh page; in the browser where there is one."""
    found: list[Append] = []
    for length in LENGTHS:
        for contestant in (live_chat, redrawn):
            with bare_page() if CHROMIUM else nullcontext() as page:
                found += contestant(length, page, repeat)
    return found


def report(repeat: int = 5) -> Report:
    """Measure, and say what was found."""
    found = measured(repeat)
    ours = [one for one in found if one.contestant != PEER]
    times = [one.ms for one in ours if one.ms is not None]
    rows = [
        (one.contestant, f"{one.messages:,}", f"{one.overhead:,}", f"{one.total:,}", f"{one.ms or 0:.2f}")
        for one in found
    ]
    columns = ("one more message", "after", "bytes, text apart", "bytes", "browser ms")
    return Report(
        sections=[Section("Appending to a conversation on the page", columns, rows)],
        goals=[
            Goal("bytes of an append, its text apart", MOST_BYTES, max(one.overhead for one in ours), "B"),
            Goal("an append in the browser", MOST_MS, max(times) if times else None, "ms"),
        ],
        notes=[
            f"appending: means of {APPENDS} appends with layout, the median of {repeat} rounds"
            if CHROMIUM
            else "appending: no Chromium is installed here, so nothing was measured in a browser"
        ],
        content={"appends": [asdict(one) for one in found]},
    )


def main(
    repeat: Annotated[int, typer.Option(min=1, help=f"Rounds of {APPENDS} appends.")] = 5,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Append in both ways, and print the figures."""
    found = report(repeat)
    as_json(found) if json else show([found])


if __name__ == "__main__":
    typer.run(main)
