"""Ticket lanes: who began what, when, and what lay between."""

from __future__ import annotations

from pathlib import Path

from threadlab.connect.connect import connect
from threadlab.connect.targets import Local
from threadlab.history.history import History
from threadlab.history.tickets.ticket import Completion, Issued, TicketRecord
from threadlab.history.work.handle import current_user_run
from threadlab.journal.fact import Received
from threadlab.journal.record import Record
from threadlab.journal.values import Config, Trigger
from threadlab.tools.tool import tool
from threadlab.widgets.orchestrating.live_lanes import LiveLanes
from threadlab.widgets.orchestrating.ticket_lanes import lanes_of

NOON = 1_767_614_400.0


def user_run(at: float, trigger: Trigger, input: str, output: str) -> Record:
    """One that completed."""
    config = Config(place="here", protocol="classic")
    received = Received(user_run=f"turn-{at:.0f}", trigger=trigger, branch="main", config=config, input=input)
    return Record(received=received, created_at=at, status="completed", output=output)


def test_what_came_by_itself_stands_right_of_what_was_asked() -> None:
    """In the order of time; at one instant the cause is before what it caused. HTML stays text."""
    issued = Issued(ticket="report-1", about="the <report>", user_run="turn-1", branch="main", at=NOON + 1)
    came = Completion(
        ticket="report-1", number=1, status="failed", result="no paper", by="the office", at=NOON + 60
    )
    lanes = lanes_of(
        [
            user_run(NOON + 60, Trigger(type="system", cause="report-1"), "…", "It failed."),
            user_run(NOON, Trigger(type="user"), "Order it.", "In progress."),
        ],
        [TicketRecord(issued=issued, completion=came)],
    )
    assert repr(lanes).splitlines() == [
        "1 user run by a person, 1 by the system, 1 ticket",
        "12:00:00  ✓ you: Order it.",
        "            ↳ In progress.",
        "12:00:01      ┊ ◌ promised: the <report>",
        "12:01:00      ┊ ✕ failed by the office: the <report>: no paper",
        "12:01:00          ✓ ⚙ system: It failed.",
        "                    ↳ because of report-1",
    ]
    page = lanes._repr_html_()
    assert "<report>" not in page and "the &lt;report&gt;: no paper" in page
    boxes = [page.index(f'"tl-box tl-lane-{lane} ') for lane in ("person", "outside", "system")]
    assert boxes == sorted(boxes)


def test_live_lanes_are_drawn_again_with_each_event(tmp_path: Path) -> None:
    """Those of what came by itself as well: its user run is seen at work, before it has answered."""

    @tool
    def order_report(about: str) -> str:
        """Order a report.

        Args:
            about: what it is about.
        """
        ticket = current_user_run().ticket(f"the report about {about}")
        history.tickets.complete(ticket, "19 days", by="the office", at=lab.time.now())
        return ticket

    with connect(target=Local(seed=7, pace=0)) as lab:
        history = History(lab, tmp_path / "runs")
        main = history.branch("main", tools=[order_report])
        lanes = LiveLanes(history)
        drawn: list[tuple[str, str]] = []

        def look(seen: object) -> None:
            lanes.look(seen)
            drawn.extend((one.who, one.text) for one in lanes.lanes.entries if one.lane == "system")

        shown = lanes._repr_mimebundle_()
        assert shown["text/plain"] == "0 user runs by a person, 0 by the system, 0 tickets"
        main.ask("Please order a report about rain.")
        with history.attending(on_event=look):
            pass
        told = "The report about rain is done: 19 days"
        assert list(dict.fromkeys(drawn)) == [("⚙ system", "is at work …"), ("⚙ system", told)]
        assert [entry.lane for entry in lanes.lanes.entries] == ["person", "outside", "outside", "system"]
        assert told in lanes._rows.value and "1 by the system" in lanes._head.value
        lanes.close()
