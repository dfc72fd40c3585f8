"""Any tree of verbs, with any deaths: whatever is done, in whatever order, what was there stays as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.history.mortal_history import Doom, MortalHistory
from threadlab.errors import BranchBusy, ReplayMissed
from threadlab.history.history import History
from threadlab.history.onlooker import OnEvent
from threadlab.history.plans.reuse import Reuse
from threadlab.history.thread_policy import ThreadPolicy
from threadlab.history.user_run import UserRun
from threadlab.journal.fact import Entry
from threadlab.journal.record import Record

TREES = int(os.environ.get("THREADLAB_TREES", "4"))
"""How many trees grow; the full proof is 500."""

TEXTS = some.sampled_from(
    [
        "My name is Ada.",
        "What is my name?",
        "How is the weather in Oslo?",
        "How is the weather in Oslo and in Lima?",
        "How is the weather in Rome?\n@agent How is the weather in Oslo?",
        "Order a report about rain.",
        "Order a report about snow.\n@agent How is the weather in Oslo?",
    ]
)
WRITES = some.builds(Doom, some.integers(1, 40), some.sampled_from(["before", "middle", "after"]))
REQUESTS = some.builds(Doom, some.integers(1, 25), some.just("request"))
DOOMS = some.one_of(some.none(), some.none(), WRITES, REQUESTS)
WHICH = some.integers(0, 30)
POLICIES: some.SearchStrategy[ThreadPolicy] = some.sampled_from(
    ["enqueue", "enqueue", "reject", "interrupt", "rollback"]
)
VERBS = some.sampled_from(["retry", "retry the rest", "rerun", "edit the input", "edit the options"])

Verb = Callable[[History, OnEvent], object]


class Trees(RuleBasedStateMachine):
    """Verbs on any user run, by processes that may die at any write and after any request."""

    def __init__(self) -> None:
        super().__init__()
        self.world = MortalHistory()

    @initialize()
    def a_root(self) -> None:
        """Every tree has one."""
        self.done(None, lambda history, heard: history.branch("main").ask("My name is Ada.", on_event=heard))

    @rule(text=TEXTS, which=WHICH, policy=POLICIES, doom=DOOMS)
    def ask(self, text: str, which: int, policy: ThreadPolicy, doom: Doom | None) -> None:
        """A new turn, below the head; a head that waits has to be told to make way."""
        names = self.world.history.branches
        branch = names[which % len(names)]
        head = self.world.history.desk.branches.read(branch).head
        before = None if head is None else self.world.record(head)
        new = self.done(
            doom,
            lambda history, heard: history.branch(branch).ask(text, thread_policy=policy, on_event=heard),
            may_be_refused=before is not None and before.status == "requires_action",
        )
        if new is not None and new.started_at is not None and before is not None:
            takes_its_place = policy == "rollback" and before.ended_at is None
            assert new.parent == (before.parent if takes_its_place else before.id)
            assert (new.received.verb, new.trigger.type, new.received.base) == ("turn", "user", None)

    @rule(which=WHICH, text=TEXTS, doom=DOOMS)
    def fork(self, which: int, text: str, doom: Doom | None) -> None:
        """A branch that begins at any user run: what is before it is the same."""
        origin, name = self.chosen(which), f"fork {len(self.world.history.branches)}"
        path = [one.id for one in self.world.history.desk.tree.path(origin.id)]
        new = self.done(
            doom,
            lambda history, heard: history.branch(name, at=origin.id).ask(text, on_event=heard),
            may_be_refused=origin.status == "requires_action",
        )
        if new is not None:
            assert [one.id for one in self.world.history.desk.tree.path(new.id)] == [*path, new.id]

    @rule(which=WHICH, verb=VERBS, policy=POLICIES, text=TEXTS, doom=DOOMS)
    def again(self, which: int, verb: str, policy: ThreadPolicy, text: str, doom: Doom | None) -> None:
        """Made again, beside what it is made from; what may be taken over is, and is the same."""
        base = self.chosen(which)
        if not base.calls:
            return
        new = self.done(
            doom,
            lambda history, heard: made_again(history[base.id], verb, text, policy, heard),
            may_be_refused=self.waits_on(base.received.branch),
        )
        if new is None:
            return
        assert (new.received.base, new.parent) == (base.id, base.parent)
        assert (new.trigger.type, new.trigger.cause) == ("rerun", base.id)
        kept = {"rerun": base.calls[:-1], "retry the rest": base.calls}.get(verb, ())
        if new.ended_at is not None and new.status != "cancelled" and self.stood_still(base):
            for call in kept:
                if call.status != "completed":
                    break
                taken = new.call(call.path)
                assert taken is not None and taken.reused and taken.output == call.output

    @rule(which=WHICH, doom=DOOMS)
    def replay(self, which: int, doom: Doom | None) -> None:
        """No request at all, and the same; only what never came to its end can be missed."""
        base, requests = self.chosen(which), self.world.lab.wire.count
        with suppress(ReplayMissed):
            new = self.done(doom, lambda history, heard: history[base.id].replay(on_event=heard))
            if new is not None and new.status == "completed":
                assert [call.output for call in new.calls] == [call.output for call in base.calls]
            assert doom or base.status != "completed" or (new is not None and new.status == "completed")
            assert self.world.lab.wire.count == requests
            return
        assert base.status != "completed"

    @rule(which=WHICH, doom=DOOMS)
    def go_on(self, which: int, doom: Doom | None) -> None:
        """One that a death left behind, however often."""
        left = [id for id in self.world.ids if self.world.history.workspace.standing(id) == "left"]
        if left:
            id = left[which % len(left)]
            self.done(doom, lambda history, heard: history[id].resume(on_event=heard), id)

    @rule(which=WHICH, answer=some.sampled_from(["approve", "deny: not there"]), doom=DOOMS)
    def answer(self, which: int, answer: str, doom: Doom | None) -> None:
        """A question that waits; a death may come before the answer is taken."""
        waiting = [id for id in self.world.ids if self.world.record(id).status == "requires_action"]
        if waiting:
            id = waiting[which % len(waiting)]
            self.done(doom, lambda history, heard: history[id].answer(answer), id)
            asked = self.world.record(id).interrupts
            assert doom or [one.answer for one in asked] == [answer]

    @rule(which=WHICH, fails=some.booleans(), doom=DOOMS)
    def complete(self, which: int, fails: bool, doom: Doom | None) -> None:
        """A ticket's result, or that there is none: from any process, also while its user run is not over."""
        if not (tickets := self.world.history.tickets.open()):
            return
        id, closed = tickets[which % len(tickets)].id, False
        with self.world.process(doom) as history:
            (history.tickets.fail if fails else history.tickets.complete)(id, "It rained.")
            closed = True
        assert not closed or self.world.history.tickets[id].completion is not None

    @rule(doom=DOOMS)
    def attend(self, doom: Doom | None) -> None:
        """Whoever attends may die in any stage of it."""
        with self.world.process(doom) as history:
            history.attend()

    @rule(which=WHICH, doom=DOOMS)
    def cancel(self, which: int, doom: Doom | None) -> None:
        """Any of them; one that is over stays as it was."""
        chosen = self.chosen(which)
        self.done(doom, lambda history, heard: history[chosen.id].cancel(), chosen.id)
        assert doom or self.world.record(chosen.id).ended_at is not None

    @rule(which=WHICH, tag=some.sampled_from("abc"), doom=DOOMS)
    def annotate(self, which: int, tag: str, doom: Doom | None) -> None:
        """Also after its end."""
        id = self.chosen(which).id

        def tagged(history: History, heard: OnEvent) -> None:
            history[id].tag(tag)
            self.world.tags[id].add(tag)

        self.done(doom, tagged, id)

    @rule(newest=some.integers(0, 3), doom=DOOMS)
    def prune(self, newest: int, doom: Doom | None) -> None:
        """Only what would go goes, and never what another stands on."""
        before, planned = set(self.world.ids), set(self.world.history.prune(newest, dry_run=True).ids)
        with self.world.process(doom) as history:
            history.prune(newest)
        gone = before - set(self.world.ids)
        assert gone <= planned and (doom or gone == planned)
        self.world.forget(gone)

    @rule(which=WHICH, doom=DOOMS)
    def move(self, which: int, doom: Doom | None) -> None:
        """A branch can lead to any of them."""
        id, names = self.chosen(which).id, self.world.history.branches
        self.done(doom, lambda history, heard: history.branch(names[which % len(names)]).move_to(id), id)

    @invariant()
    def all_is_as_it_was(self) -> None:
        """After each verb."""
        self.world.check()

    def teardown(self) -> None:
        """All that waits or was left comes to its end, and the whole is looked at once more."""
        try:
            for id in self.world.ids:
                while (standing := self.world.history.workspace.standing(id)) != "over":
                    run = self.world.history[id]
                    run.answer("approve") if standing == "waits" else run.resume()
            for ticket in self.world.history.tickets.open():
                self.world.history.tickets.complete(ticket.id, "at last")
            self.world.history.attend()
            assert self.world.history.tickets.pending() == ()
            self.world.check()
            self.world.check_at_the_end()
        finally:
            self.world.close()

    def done(
        self, doom: Doom | None, verb: Verb, id: str = "", *, may_be_refused: bool = False
    ) -> Record | None:
        """What came of a verb: the new user run, if there is one. What was told of it is remembered."""
        before, told = set(self.world.ids), list[Entry]()

        def heard(seen: object) -> None:
            if isinstance(seen, Entry):
                told.append(seen)

        with self.world.process(doom) as history:
            try:
                verb(history, heard)
            except BranchBusy:
                assert may_be_refused and set(self.world.ids) == before
        new = sorted(set(self.world.ids) - before)
        assert len(new) <= (not id)
        for entry in told:
            self.world.told(new[0] if new else id, entry.seq, entry.fact)
        return self.world.record(new[0]) if new else None

    def chosen(self, which: int) -> Record:
        """Any user run."""
        return self.world.record(self.world.ids[which % len(self.world.ids)])

    def waits_on(self, branch: str) -> bool:
        """Whether the head of the branch waits for an answer."""
        head = self.world.history.desk.branches.read(branch).head
        return head is not None and self.world.record(head).status == "requires_action"

    def stood_still(self, base: Record) -> bool:
        """Whether what was said before it has not grown since it began."""
        earlier = self.world.history.desk.tree.path(base.parent)
        began = base.started_at or 0.0
        return all(one.ended_at is not None and one.ended_at <= began for one in earlier)


def made_again(run: UserRun, verb: str, text: str, policy: ThreadPolicy, heard: OnEvent) -> UserRun:
    """By one of the verbs that make a user run again."""
    match verb:
        case "retry":
            return run.retry(thread_policy=policy, on_event=heard)
        case "retry the rest":
            return run.retry(reuse=Reuse.finished(), thread_policy=policy, on_event=heard)
        case "rerun":
            return run.rerun(run.calls[-1].path, thread_policy=policy, on_event=heard)
        case "edit the input":
            return run.edit(input=text).rerun(thread_policy=policy, on_event=heard)
        case _:
            return run.edit(temperature=0.5).rerun(thread_policy=policy, on_event=heard)


Trees.TestCase.settings = settings(
    max_examples=TREES,
    stateful_step_count=15,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # to shrink a tree takes minutes
    suppress_health_check=list(HealthCheck),
)
TestTrees = Trees.TestCase
