"""What lies at a service, and its clean-up: on the local backend, through the real SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import NotFound
from threadlab.objects.quota import Quota
from threadlab.service import read
from threadlab.service.made_by import KEY, MadeBy
from threadlab.service.quota import SOURCE


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab on a store of its own that ends with it."""
    with connect(target=Local(seed=47, pace=0)) as lab:
        yield lab


def left(lab: Lab) -> set[str]:
    """The ids of everything that lies at the service."""
    return {one.id for one in lab.quota().objects}


def test_the_quota_tells_of_every_object_whose_it_is_and_how_old(lab: Lab) -> None:
    """F47: what counts against a quota, oldest first, and what was made by other means is of others."""
    agent = lab.create_agent(name="guide", tools=[{"type": "file_search"}])
    lab.time.sleep(60)
    thread = lab.threads.create()
    other = lab.sdk.create_agent(model=lab.model, name="somebody else's")
    quota = lab.quota()
    assert [(one.kind, one.id, one.name) for one in quota.objects] == [
        ("agent", agent.id, "guide"),
        ("agent", other.id, "somebody else's"),
        ("thread", thread.id, None),
    ]
    assert [one.age >= 60 for one in quota.made_here] == [True, False]
    assert [one.id for one in quota.of_others] == [other.id]
    counts = {limit.kind: (limit.count, limit.limit) for limit in quota.limits}
    assert counts["agents"] == (2, None)
    assert counts["tools of one agent"] == (1, 128)
    assert {limit.source for limit in quota.limits} == {SOURCE}


def test_a_clean_up_deletes_what_is_old_enough_and_is_done_twice_with_no_harm(lab: Lab) -> None:
    """Threads before agents; others' objects stay; the second time there is nothing to do."""
    agent, thread = lab.create_agent(), lab.threads.create()
    other = lab.sdk.threads.create()
    lab.time.sleep(3600)
    young = lab.threads.create()
    asked = lab.cleanup(older_than=timedelta(minutes=30), dry_run=True)
    assert left(lab) == {agent.id, thread.id, young.id, other.id}
    done = lab.cleanup(older_than=1800)
    assert [one.id for one in done.deleted] == [thread.id, agent.id]
    assert asked.deleted == done.deleted
    assert [(kept.object.id, kept.reason) for kept in done.kept] == [
        (young.id, "it is 0 s old, younger than 1800 s")
    ]
    assert (done.of_others, done.failed, done.dry_run, asked.dry_run) == (1, (), False, True)
    assert lab.cleanup(older_than=1800).deleted == ()
    assert left(lab) == {young.id, other.id}


def test_what_a_run_is_at_work_on_stays(lab: Lab) -> None:
    """Both the thread and its agent, until the run is over."""
    agent, thread = lab.create_agent(), lab.threads.create()
    lab.messages.create(thread.id, content="Hello!")
    run = lab.runs.create(thread.id, agent.id)
    assert [(kept.object.id, kept.reason) for kept in lab.cleanup().kept] == [
        (agent.id, "a run is at work with it"),
        (thread.id, "a run is at work with it"),
    ]
    run.cancel()
    lab.time.sleep(60)
    assert len(lab.cleanup().deleted) == 2


@pytest.mark.parametrize(("fault", "where"), [("429", "delete thread"), ("500", "DELETE /assistants/*")])
def test_a_service_that_cannot_answer_is_asked_again(lab: Lab, fault: str, where: str) -> None:
    """F47 with a quota that is used up: the clean-up waits as long as it is told, and gets there."""
    for _ in range(3):
        lab.create_agent()
        lab.threads.create()
    lab.workbench.faults.add(fault, where, times=6)
    done = lab.cleanup()
    assert (len(done.deleted), done.failed) == (6, ())
    assert left(lab) == set()


def test_what_resists_is_told_and_stops_nothing_else(lab: Lab) -> None:
    """The rest is deleted, and the next clean-up finds what is left."""
    thread, agent = lab.threads.create(), lab.create_agent()
    lab.workbench.faults.add("500", "delete thread", times=100)
    done = lab.cleanup()
    assert [one.id for one in done.deleted] == [agent.id]
    assert [failure.object.id for failure in done.failed] == [thread.id]
    lab.workbench.faults.clear()
    assert [one.id for one in lab.cleanup().deleted] == [thread.id]


def test_what_somebody_else_deletes_meanwhile_is_gone(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """No error: it is what was wanted."""
    thread, agent = lab.threads.create(), lab.create_agent()
    look: Callable[[], Quota] = lab.quota

    def look_and_lose() -> Quota:
        found = look()
        lab.sdk.threads.delete(thread.id)
        return found

    monkeypatch.setattr(lab, "quota", look_and_lose)
    done = lab.cleanup()
    assert ([one.id for one in done.gone], [one.id for one in done.deleted]) == ([thread.id], [agent.id])


def test_a_later_process_knows_its_own_by_the_mark(tmp_path: Path) -> None:
    """A crash leaves nothing behind that the folder does not know; another folder's objects are safe."""
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    store = mine / "store.sqlite"
    with connect(target=Local(store=store, pace=0)) as before:
        thread = before.threads.create(metadata={"topic": "travel"})
        before.threads.update(thread.id, metadata={"topic": "food"})
    (theirs).mkdir()
    (mine / "owner").rename(theirs / "owner")
    with connect(target=Local(store=store, pace=0)) as stranger:
        own = stranger.create_agent()
        assert [one.id for one in stranger.cleanup().deleted] == [own.id]
    (theirs / "owner").replace(mine / "owner")
    with connect(target=Local(store=store, pace=0)) as after:
        assert after.threads.get(thread.id).metadata.keys() == {"topic", KEY}
        assert [one.id for one in after.cleanup().deleted] == [thread.id]
        with pytest.raises(NotFound):
            after.threads.get(thread.id)


def test_an_object_whose_maker_died_before_the_answer_came_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody ever knew its id; its mark was in the request."""

    def die(wire: Any) -> Any:
        raise KeyboardInterrupt

    store = tmp_path / "store.sqlite"
    with (
        connect(target=Local(store=store, pace=0)) as before,
        monkeypatch.context() as dying,
        pytest.raises(KeyboardInterrupt),
    ):
        dying.setattr(read, "thread", die)
        before.threads.create()
    with connect(target=Local(store=store, pace=0)) as after:
        assert [one.kind for one in after.cleanup().deleted] == ["thread"]
        assert left(after) == set()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("point", range(4))
def test_a_clean_up_that_is_interrupted_anywhere_is_finished_by_the_next(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, point: int, after: bool
) -> None:
    """Before or after any of its deletions has been made."""
    for _ in range(2):
        lab.create_agent()
        lab.threads.create()
    deleting = iter(range(4))

    def dying(delete: Callable[[str], None]) -> Callable[[str], None]:
        def delete_or_die(one: str) -> None:
            now = next(deleting) == point
            if now and not after:
                raise KeyboardInterrupt
            delete(one)
            if now:
                raise KeyboardInterrupt

        return delete_or_die

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(lab.sdk, "delete_agent", dying(lab.sdk.delete_agent))
        patch.setattr(lab.sdk.threads, "delete", dying(lab.sdk.threads.delete))
        lab.cleanup()
    assert len(left(lab)) == 4 - point - after
    assert lab.cleanup().failed == ()
    assert left(lab) == set()


@pytest.mark.parametrize("given", [None, {}, {"a": "b"}])
def test_the_mark_comes_beside_what_is_given(given: Any) -> None:
    """Unless there is no room, or nobody to mark for."""
    full = {str(number): "" for number in range(16)}
    assert MadeBy(lambda: "me").marked(given) == {**(given or {}), KEY: "me"}
    assert MadeBy(lambda: "me").marked(full) == full
    assert MadeBy().marked(given) == given
