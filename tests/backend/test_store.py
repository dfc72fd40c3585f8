from __future__ import annotations

import gc
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from threadlab.backend.records import (
    AgentRecord,
    Entry,
    MessageRecord,
    RunRecord,
    StepRecord,
    ThreadRecord,
)
from threadlab.backend.store.connection import MOST_KNOWN
from threadlab.backend.store.schema import MIGRATIONS, StoreError
from threadlab.backend.store.sqlite import Due, Store
from threadlab.backend.store.transaction import Transaction
from threadlab.backend.wire.errors import ApiError
from threadlab.backend.wire.paging import Page


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store on a file."""
    store = Store(tmp_path / "store.sqlite", "real")
    yield store
    store.close()


def agents(store: Store, count: int) -> list[str]:
    """The ids of new agents, oldest first."""
    ids = [f"asst_{number:03}" for number in range(count)]
    with store.transaction() as change:
        for id in ids:
            change.put(AgentRecord(id=id, created_at=0, model="m"))
    return ids


def walk(store: Store, limit: int, descending: bool) -> list[str]:
    """All agents, page by page."""
    seen: list[str] = []
    after = None
    while True:
        page, more = store.page(AgentRecord, Page(limit, descending, after))
        seen += [agent.id for agent in page]
        if not more:
            return seen
        after = page[-1].id


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
def test_pages_together_are_the_whole_list_in_order(store: Store, limit: int) -> None:
    """Elements of one second keep the order in which they came."""
    ids = agents(store, 7)
    assert walk(store, limit, descending=False) == ids
    assert walk(store, limit, descending=True) == ids[::-1]


def test_a_page_can_be_bounded_on_both_sides(store: Store) -> None:
    """`before` and `after` together cut out the middle."""
    ids = agents(store, 7)
    page, more = store.page(AgentRecord, Page(10, False, after=ids[1], before=ids[5]))
    assert ([agent.id for agent in page], more) == (ids[2:5], False)


def test_paging_goes_on_where_the_last_element_was_even_if_it_was_deleted(store: Store) -> None:
    """Deleting while listing, as clean-up scripts do, loses nothing."""
    ids = agents(store, 5)
    seen: list[str] = []
    after = None
    while len(seen) < 5:
        page, _ = store.page(AgentRecord, Page(2, True, after))
        seen += [agent.id for agent in page]
        after = page[-1].id
        with store.transaction() as change:
            for agent in page:
                change.remove(AgentRecord, agent.id)
    assert seen == ids[::-1]
    assert walk(store, 10, descending=True) == []


def test_a_cursor_that_never_was_is_refused(store: Store) -> None:
    """It names the cursor."""
    with pytest.raises(ApiError, match="asst_nobody"):
        store.page(AgentRecord, Page(after="asst_nobody"))


def test_a_change_that_fails_leaves_nothing(store: Store) -> None:
    """Records and log go together or not at all."""
    with pytest.raises(RuntimeError), store.transaction() as change:
        change.put(ThreadRecord(id="thread_1", created_at=0))
        change.append(Entry("message.created", {}, "thread_1"))
        raise RuntimeError
    assert store.get(ThreadRecord, "thread_1") is None
    assert store.log(thread_id="thread_1") == []


def test_a_transaction_left_open_is_undone_by_the_next_one(store: Store) -> None:
    """An interrupt between entering and leaving does not block the store."""
    left = store.transaction()
    left.__enter__()
    left.append(Entry("message.created", {}, "thread_1"))
    store.recover()
    assert store.log(thread_id="thread_1") == []
    left.__enter__()
    with store.transaction() as change:
        change.put(ThreadRecord(id="thread_1", created_at=0))
    assert store.get(ThreadRecord, "thread_1") is not None


def test_what_was_committed_is_there_for_another_kernel(store: Store) -> None:
    """Two stores on one file see each other's changes at once."""
    other = Store(store.path, "real")
    agents(store, 2)
    assert walk(other, 10, descending=False) == ["asst_000", "asst_001"]
    other.close()


def named(store: Store, id: str) -> str | None:
    """The name of an agent, as the store tells it; None if there is no such agent."""
    agent = store.get(AgentRecord, id)
    return None if agent is None else agent.name


def rename(store: Store, id: str, name: str) -> None:
    """Give an agent another name."""
    with store.transaction() as change:
        change.put(AgentRecord(id=id, created_at=0, model="m", name=name))


def test_a_record_that_is_known_is_read_again_when_another_kernel_has_changed_it(store: Store) -> None:
    """Also by whoever is about to change it, in lists, and when it is gone."""
    other = Store(store.path, "real")
    rename(store, "asst_1", "first")
    for name in ("second", "third"):
        rename(other, "asst_1", name)
        with store.transaction() as change:
            found = change.get(AgentRecord, "asst_1")
            assert found is not None and found.name == name
        rename(other, "asst_1", f"{name} again")
        assert named(store, "asst_1") == f"{name} again"
        rename(other, "asst_1", f"{name} for good")
        assert [agent.name for agent in store.page(AgentRecord, Page())[0]] == [f"{name} for good"]
    with other.transaction() as change:
        change.remove(AgentRecord, "asst_1")
    assert named(store, "asst_1") is None
    other.close()


def test_what_was_undone_was_never_known(store: Store) -> None:
    """Neither a new record, nor a change, nor that something was removed."""
    rename(store, "asst_1", "first")
    with pytest.raises(RuntimeError), store.transaction() as change:
        change.put(AgentRecord(id="asst_1", created_at=0, model="m", name="undone"))
        change.put(AgentRecord(id="asst_2", created_at=0, model="m", name="undone"))
        raise RuntimeError
    assert (named(store, "asst_1"), named(store, "asst_2")) == ("first", None)
    with pytest.raises(RuntimeError), store.transaction() as change:
        change.remove(AgentRecord, "asst_1")
        assert change.get(AgentRecord, "asst_1") is None
        raise RuntimeError
    assert named(store, "asst_1") == "first"


def test_an_interrupt_right_after_a_commit_leaves_nothing_stale(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed counts, though the connection had no time to learn of it."""

    def interrupted(_: Transaction) -> None:
        raise KeyboardInterrupt

    rename(store, "asst_1", "first")
    assert store.first_due(100.0) is None
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Transaction, "_learn", interrupted)
        with store.transaction() as change:
            change.put(AgentRecord(id="asst_1", created_at=0, model="m", name="second"))
            change.schedule("run_1", "thread_1", 5.0)
    assert named(store, "asst_1") == "second"
    assert store.first_due(100.0) == Due("run_1", "thread_1", 5.0)


def test_what_another_kernel_makes_due_is_seen_although_all_was_quiet(store: Store) -> None:
    """Nothing is due, then something is, and earlier than it was."""
    other = Store(store.path, "real")
    for at in (50.0, 5.0):
        assert store.first_due(4.0) is None
        with other.transaction() as change:
            change.schedule("run_1", "thread_1", at)
        assert store.first_due(4.0) is None
        assert store.first_due(at) == Due("run_1", "thread_1", at)
    other.close()


def test_a_store_keeps_only_so_many_records_at_hand(store: Store) -> None:
    """The newest ones, however many it has seen."""
    ids = agents(store, MOST_KNOWN + 10)
    known = store._connection().known.records
    assert len(known) == MOST_KNOWN
    assert (AgentRecord, ids[-1]) in known


def test_no_list_is_sorted_or_read_through(store: Store) -> None:
    """Each statement goes straight to its place, so that a page costs the same at any length."""
    with store.transaction() as change:
        change.put(ThreadRecord(id="thread_1", created_at=0))
        for number in range(3):
            change.put(
                MessageRecord(
                    id=f"msg_{number}",
                    thread_id="thread_1",
                    created_at=0,
                    role="user",
                    content=[],
                    run_id="run_1",
                )
            )
    asked: list[str] = []
    connection = store._connection()
    connection.set_trace_callback(asked.append)
    store.page(ThreadRecord, Page())
    store.page(RunRecord, Page(), "thread_1")
    store.page(StepRecord, Page(), "run_1")
    for descending in (True, False):
        page = Page(1, descending, after="msg_1")
        assert len(store.page(MessageRecord, page, "thread_1")[0]) == 1
        assert len(store.page(MessageRecord, page, "thread_1", "run_1")[0]) == 1
    store.log(run_id="run_1", after=3)
    store.log(thread_id="thread_1", after=3)
    connection.set_trace_callback(None)
    asked = [statement for statement in asked if statement.startswith("SELECT")]
    assert len(asked) == 13  # a cursor is looked up first
    for statement in asked:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
        in_order = "SCAN threads" if "FROM threads" in statement else "SEARCH"  # all of them, as they lie
        assert any(line.startswith(in_order) for line in plan), (statement, plan)
        if "UNION ALL" not in statement:
            assert not any("TEMP B-TREE" in line for line in plan), (statement, plan)


def test_threads_have_connections_of_their_own(store: Store) -> None:
    """Many threads write at once and nothing is lost or locked out."""

    def work(number: int) -> None:
        for count in range(25):
            with store.transaction() as change:
                change.append(Entry("message.created", {"by": number, "count": count}, "thread_1"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = store.log(thread_id="thread_1")
    assert len(log) == 150
    assert [entry.seq for entry in log] == sorted(entry.seq for entry in log)
    for number in range(6):
        assert [entry.data["count"] for entry in log if entry.data["by"] == number] == list(range(25))


def test_two_observers_of_the_log_see_the_same_and_hold_nothing_open(store: Store) -> None:
    """Each reads from its own sequence number; one that is abandoned in the midst blocks no writer."""
    seen: dict[str, list[int]] = {"first": [], "second": []}

    def tail(name: str) -> Iterator[int]:
        after = 0
        while True:
            for entry in store.log(thread_id="thread_1", after=after):
                after = entry.seq
                seen[name].append(entry.seq)
                yield entry.seq

    first, second, abandoned = tail("first"), tail("second"), tail("first")
    for number in range(9):
        with store.transaction() as change:
            change.append(Entry("message.created", {"number": number}, "thread_1"))
        if number == 0:
            next(abandoned)
            seen["first"].clear()
        next(first)
        if number % 3 == 2:
            for _ in range(3):
                next(second)
    assert seen["first"] == seen["second"] == list(range(1, 10))


def test_a_store_remembers_its_clock_and_refuses_another(tmp_path: Path) -> None:
    """Virtual and real times never mix in one file."""
    Store(tmp_path / "s.sqlite", "real").close()
    with pytest.raises(StoreError, match="made with a real clock"):
        Store(tmp_path / "s.sqlite", "virtual")


def test_a_store_of_a_newer_threadlab_is_refused_unchanged(tmp_path: Path) -> None:
    """Nothing is downgraded by accident."""
    path = tmp_path / "s.sqlite"
    Store(path, "real").close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(StoreError, match="update threadlab"):
        Store(path, "real")
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
    connection.close()


def test_full_durability_waits_for_the_disk_on_every_connection(tmp_path: Path) -> None:
    """SQLite's synchronous FULL is 2, NORMAL is 1; anything else is refused."""
    for durability, level in (("normal", 1), ("full", 2)):
        store = Store(tmp_path / "s.sqlite", "real", durability)  # type: ignore[arg-type]
        seen: list[Any] = []

        def look(store: Store = store, seen: list[Any] = seen) -> None:
            seen.append(store._connection().execute("PRAGMA synchronous").fetchone())

        look()
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        assert seen == [(level,), (level,)]
        store.close()
    with pytest.raises(StoreError, match="normal, full"):
        Store(tmp_path / "s.sqlite", "real", "eternal")  # type: ignore[arg-type]


def test_a_store_of_the_first_schema_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due in it stays due, nobody holds it, and its log is found by run and by thread."""
    path = tmp_path / "s.sqlite"
    with monkeypatch.context() as first:
        first.setattr("threadlab.backend.store.schema.MIGRATIONS", MIGRATIONS[:1])
        old = Store(path, "real")
        connection = old._connection()
        connection.execute("INSERT INTO due VALUES ('run_1', 'thread_1', 5.0)")
        connection.execute("INSERT INTO runs (id, parent, doc) VALUES ('run_1', 'thread_1', '{}')")
        for run_id, thread_id in (
            (None, "thread_1"),
            ("run_1", "thread_1"),
            (None, "thread_2"),
            (None, "thread_1"),
        ):
            connection.execute(
                "INSERT INTO log (thread_id, run_id, leg, at, kind, data) VALUES (?, ?, 0, 0, 'kind', '{}')",
                (thread_id, run_id),
            )
        old.close()
    store = Store(path, "real")
    assert store.first_due(6.0) == Due("run_1", "thread_1", 5.0, 0.0, None)
    assert [entry.seq for entry in store.log(thread_id="thread_1")] == [1, 2, 4]
    assert [entry.seq for entry in store.log(run_id="run_1")] == [2]
    store.close()


def test_a_lease_keeps_a_run_to_its_holder_until_it_ends(store: Store) -> None:
    """Only what is due and free can be taken; it is free again when the lease is over or given back."""
    with store.transaction() as change:
        change.schedule("run_1", "thread_1", 5.0)
    assert not store.lease("run_1", "me", now=4.0, until=9.0)
    assert store.lease("run_1", "me", now=5.0, until=9.0)
    assert not store.lease("run_1", "you", now=8.0, until=12.0)
    assert store.first_due(8.0) is None
    store.renew(["me"], 20.0)
    assert store.first_due(19.0) is None
    due = store.first_due(20.0)
    assert due is not None and (due.holder, due.free) == ("me", 20.0)
    store.give_back("me", 10.0)
    due = store.first_due(10.0)
    assert due is not None and (due.holder, due.free) == (None, 10.0)
    assert store.lease("run_1", "you", now=10.0, until=12.0)
    with store.transaction() as change:
        assert change.holder("run_1") == "you"
        change.schedule("run_1", "thread_1", 11.0)
        assert change.holder("run_1") is None
    assert store.first_due(11.0) == Due("run_1", "thread_1", 11.0)


def test_the_connection_of_a_thread_is_closed_when_the_thread_ends(store: Store) -> None:
    """Threads come and go, and no file stays open for them."""
    for _ in range(20):
        thread = threading.Thread(target=store.next_free)
        thread.start()
        thread.join()
    gc.collect()
    assert len(store._all) == 1


def test_a_migration_that_breaks_leaves_the_old_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Migrations run in one transaction."""
    path = tmp_path / "s.sqlite"
    Store(path, "real").close()
    broken = (*MIGRATIONS, ("CREATE TABLE extra (x)", "CREATE NONSENSE"))
    monkeypatch.setattr("threadlab.backend.store.schema.MIGRATIONS", broken)
    with pytest.raises(sqlite3.OperationalError):
        Store(path, "real")
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'extra'").fetchall() == []
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()


def test_a_private_store_is_gone_when_it_is_closed() -> None:
    """Seeded backends leave nothing behind."""
    store = Store.private("virtual")
    assert store.path.exists()
    store.close()
    assert not store.path.parent.exists()
