"""Plan: what a user run will reuse and execute, known before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from threadlab.following.terminal_text import counted
from threadlab.history.reading.prices import Cost
from threadlab.journal.fact import Planned

MOST_NAMED = 6
"""How many units a plan names on its line; more are counted."""

LINE = 100
"""So many characters an output line of a notebook holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Units of work by their paths. `paid_again` were paid for before, and cannot be reused.

    `possible` are those that may be executed: a choice decides, or whether what they are given is as before.
    `goes_on` were begun and left in the middle: the service's run of each is followed to its end, and asked
    for again only if it is gone. `is_open` says that more is decided on the way. `tool_results` are those
    within executed agent calls that are taken from the log if the agent asks for them again in the same way:
    the functions are not called then. `leaving` are the later user runs that `branch` will no longer lead
    to; they stay on disk.

    Tokens and cost are estimated: from what the same unit took before. Where it never completed, all that is
    known is what it will be given: then they are `at_least` so many, for answers and tool rounds come on top.

    `verb` is what is planned, a "turn", "retry", "rerun", "edit", "replay", "resume" or "fork", `of` the user
    run that it is done to. A fork does nothing: `given` are the tokens of what was said before it, estimated,
    which whatever is asked on the new `branch` takes along.
    """

    verb: str = "turn"
    of: str = ""
    reused: tuple[str, ...] = ()
    executed: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    paid_again: tuple[str, ...] = ()
    goes_on: tuple[str, ...] = ()
    tool_results: tuple[str, ...] = ()
    branch: str = ""
    leaving: tuple[str, ...] = ()
    estimated_tokens: int = 0
    estimated_cost: Cost = field(default_factory=Cost)
    at_least: bool = False
    is_open: bool = False
    given: int = 0

    @property
    def fact(self) -> Planned:
        """The plan as the log keeps it."""
        return Planned(
            reused=self.reused,
            executed=self.executed,
            possible=self.possible,
            paid_again=self.paid_again,
            tool_results=self.tool_results,
            leaving=self.leaving,
            estimated_tokens=self.estimated_tokens,
        )

    @property
    def tokens(self) -> str:
        """The estimate in words: "about 106 tokens", "at least 53 tokens", "no tokens", or none yet."""
        if not self.estimated_tokens:
            return "nobody knows yet how many tokens" if self.at_least else "no tokens"
        return f"{'at least' if self.at_least else 'about'} {counted(self.estimated_tokens, 'token')}"

    @property
    def shown(self) -> str:
        """What is going to be done, on a line or two, with the verb and the user run that it is done to."""
        head = f"{self.verb} of {self.of}" if self.of else self.verb
        first = _packed(f"{head}: ", self._told())
        return "\n  ".join([*first, *filter(None, (self.tools, self.beside))])

    def __str__(self) -> str:
        return "; ".join(filter(None, (*self._told(), self.tools, self.beside)))

    def _told(self) -> list[str]:
        """What is reused, executed and paid, each in a few words."""
        if self.verb == "fork":
            given = f"its questions take along about {counted(self.given, 'token')}"
            return [f"branch {self.branch} begins there, nothing is copied", given]
        fresh = tuple(path for path in self.executed if path not in self.goes_on)
        is_paid_again = bool(fresh) and self.paid_again == fresh
        told = [
            f"reuse {_units(self.reused)}",
            f"execute {_units(fresh)}{', paid again' if is_paid_again else ''}",
        ]
        if self.possible:
            told.append(f"then {_units(self.possible)} as it turns out")
        if self.is_open:
            told.append("then whatever is decided on the way")
        if self.paid_again and not is_paid_again:
            told.append(f"paid again: {_units(self.paid_again)}")
        if self.goes_on:
            told.append(f"go on with {_units(self.goes_on)}")
        told.append(self.tokens)
        if (cost := self.estimated_cost).amount:
            told.append(f"{'at least' if self.at_least or cost.unpriced else 'about'} {cost}")
        return told

    @property
    def tools(self) -> str:
        """What becomes of tool results, and how to have them made anew; empty where there are none."""
        if not self.tool_results:
            return ""
        first = self.tool_results[0].split(".")[0]
        results, one = counted(len(self.tool_results), "tool result"), len(self.tool_results) == 1
        used = f"{results} {'is' if one else 'are'} used if asked for in the same way"
        return f'{used} ({_few(self.tool_results)}; rerun("{first}") calls anew)'

    @property
    def beside(self) -> str:
        """Which user runs the branch will no longer lead to, and the way back; empty where it keeps all."""
        if not self.leaving:
            return ""
        later = counted(len(self.leaving), "user run")
        back = f'history.branch("{self.branch}").move_to("{self.leaving[-1]}")'
        return f"left beside it: {later}; back by {back}"


def _packed(head: str, told: Sequence[str]) -> list[str]:
    """The words on as few lines as a page of a notebook allows; each but the last ends where words end."""
    lines = [head + told[0]]
    for words in told[1:]:
        if len(lines[-1]) + len(words) + 2 <= LINE:
            lines[-1] += f"; {words}"
        else:
            lines.append(words)
    return lines


def _units(paths: tuple[str, ...]) -> str:
    """ "unit 1", "units 1, 2", "nothing"; many are counted only."""
    if len(paths) > MOST_NAMED:
        return counted(len(paths), "unit")
    return f"unit{'s' if len(paths) > 1 else ''} {', '.join(paths)}" if paths else "nothing"


def _few(names: tuple[str, ...]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
