"""Tickets: what a tool promised, on disk. The first completion counts, and all of them have one order."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journal.faulty_files import FaultyFiles, Killed
from threadlab.errors import AlreadyCompleted, JournalError, UnknownTicket
from threadlab.history.tickets.ticket import Completion, Ticket, TicketRecord, told
from threadlab.history.tickets.tickets import Tickets
from threadlab.journal.files import DISK

NOON = 1_767_614_400.0


@pytest.fixture
def tickets(tmp_path: Path) -> Tickets:
    """An empty folder of them."""
    return Tickets(tmp_path / "tickets")


def issued(tickets: Tickets, about: str = "the report", within: float | None = None) -> Ticket:
    """A ticket of a user run on main."""
    return tickets.issue(
        about, user_run="turn-20260105-120000-k3x9", branch="main", at=NOON, agent="Ada", within=within
    )


def test_a_ticket_is_a_text_that_a_tool_can_return(tickets: Tickets) -> None:
    """The model reads what is in progress; the id says what it is about, and of which user run it is."""
    ticket = issued(tickets, "the report about Łódź")
    assert ticket.id == "the-report-about-d-k3x9" and tickets[ticket].status == "open"
    assert str(ticket).startswith(f"The report about Łódź is in progress, under the ticket {ticket.id}.")
    again = issued(tickets, "the report about Łódź")
    assert again.id == f"{ticket.id}-2"
    assert issued(tickets, "…").id == "ticket-k3x9"


def test_a_later_process_reads_what_an_earlier_one_wrote(tickets: Tickets) -> None:
    """Everything is in the files; a result is a text, or JSON."""
    ticket = issued(tickets, within=60)
    tickets.complete(ticket, {"days": [3, 4]}, by="the office", at=NOON + 5)
    record = Tickets(tickets.folder)[ticket.id]
    assert record == tickets[ticket] and record.is_ready
    assert (record.issued.agent, record.issued.deadline) == ("Ada", NOON + 60)
    assert told(record).endswith('The report (ticket the-report-k3x9) is done. Its result:\n{"days":[3,4]}')


def test_the_second_completion_learns_of_the_first(tickets: Tickets) -> None:
    """It changes nothing, whatever it says."""
    ticket = issued(tickets)
    first = tickets.complete(ticket, "19 days", by="the office")
    with pytest.raises(AlreadyCompleted, match="completed by the office “19 days”"):
        tickets.fail(ticket, "no paper")
    assert tickets[ticket].completion == first


def test_of_many_completions_at_once_one_counts(tickets: Tickets) -> None:
    """Forty from eight threads, for four tickets; their numbers have no gap."""
    several = [issued(tickets).id for _ in range(4)]

    def complete(number: int) -> Completion | None:
        try:
            return Tickets(tickets.folder).complete(several[number % 4], number)
        except AlreadyCompleted:
            return None

    with ThreadPoolExecutor(8) as pool:
        done = [one for one in pool.map(complete, range(40)) if one is not None]
    assert sorted(one.ticket for one in done) == sorted(several)
    assert sorted(one.number for one in done) == [1, 2, 3, 4]
    assert [one.id for one in tickets.ready()] == [
        one.ticket for one in sorted(done, key=lambda one: one.number)
    ]


def test_an_open_ticket_expires_at_its_deadline_and_a_completed_one_does_not(tickets: Tickets) -> None:
    """In the order of the deadlines; a result that comes after the news is late."""
    late, later, done, patient = (issued(tickets, within=seconds) for seconds in (20, 10, 5, None))
    tickets.complete(done, "here")
    assert tickets.expire(NOON + 9.9) == ()
    assert [one.ticket for one in tickets.expire(NOON + 20)] == [later.id, late.id]
    assert "did not come in time:\nnobody completed it within 10 s." in told(tickets[later])
    with pytest.raises(AlreadyCompleted, match="expired by its deadline"):
        tickets.complete(later, "at last")
    assert [one.id for one in tickets.open()] == [patient.id]


def test_an_unknown_ticket_names_those_that_are_open(tickets: Tickets) -> None:
    """And a path is no ticket."""
    issued(tickets)
    with pytest.raises(UnknownTicket, match="open are: the-report-k3x9"):
        tickets.complete("the-report", "here")
    with pytest.raises(UnknownTicket, match="no ticket's id"):
        tickets.complete("../the-report-k3x9", "here")


def test_a_secret_in_a_result_is_hidden_and_a_long_result_is_kept(tickets: Tickets) -> None:
    """As everywhere in the folder."""
    ticket, long = issued(tickets), issued(tickets)
    tickets.complete(ticket, "done, api_key=made-up-123456789")
    tickets.complete(long, "x" * 100_000)
    fresh = Tickets(tickets.folder)
    assert "made-up-123456789" not in told(fresh[ticket])
    assert told(fresh[long]).endswith("x" * 100_000)


def test_a_broken_file_is_named(tickets: Tickets) -> None:
    """It is not taken for an open ticket."""
    ticket = issued(tickets)
    (tickets.folder / ticket.id / "completion.json").write_text('{"type":"completion","ticket":1}\n')
    with pytest.raises(JournalError, match=r"completion.json, line 1 is broken"):
        tickets.ready()


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_crash_leaves_a_completion_whole_or_absent(tmp_path: Path, how: str) -> None:
    """Before its file it did not happen, and can be made again; after it, it did."""

    class Dies(FaultyFiles):
        def create(self, path: Path, content: bytes) -> None:
            if how == "after":
                DISK.create(path, content)
            raise Killed

    tickets = Tickets(tmp_path)
    ticket = issued(tickets)
    with pytest.raises(Killed):
        Tickets(tmp_path, Dies(at=1, how="before", kills=True)).complete(ticket, "here")
    assert len(tickets.ready()) == (how == "after")
    if how == "before":
        tickets.complete(ticket, "here")
    (ready,) = tickets.ready()
    assert isinstance(ready, TicketRecord) and ready.completion and ready.completion.result == "here"
