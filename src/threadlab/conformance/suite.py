"""The suite: every check in order, and the score of an engine.

print(score(MyEngine))
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from azure.core.exceptions import HttpResponseError

from threadlab.backend.engine.port import MakeEngine
from threadlab.conformance.bench import Bench
from threadlab.conformance.check import Check, DoesNotConform
from threadlab.conformance.endings import ENDINGS
from threadlab.conformance.lives import LIVES
from threadlab.conformance.threads import THREADS
from threadlab.conformance.tool_rounds import TOOL_ROUNDS

CHECKS: tuple[Check[Bench], ...] = (*LIVES, *TOOL_ROUNDS, *ENDINGS, *THREADS)


@dataclass(frozen=True, slots=True)
class Score:
    """The names of the checks that an engine `passed`, and of those it `failed`, each with the difference."""

    passed: tuple[str, ...]
    failed: Mapping[str, str]

    def __str__(self) -> str:
        lines = [f"{len(self.passed)} of {len(self.passed) + len(self.failed)} checks passed"]
        for check in CHECKS:
            if check.name in self.failed:
                lines += ["", check.sentence, self.failed[check.name]]
        return "\n".join(lines)


def judge(check: Check[Bench], engine: MakeEngine) -> None:
    """Make one check, on a bench of its own. Raises DoesNotConform, or whatever the engine raises."""
    with closing(Bench(engine)) as bench:
        check.judge(bench)


def score(engine: MakeEngine) -> Score:
    """Make every check. An engine that raises something unexpected fails that check, and the rest go on."""
    failed = {check.name: why for check in CHECKS if (why := _difference(check, engine)) is not None}
    return Score(tuple(check.name for check in CHECKS if check.name not in failed), failed)


def _difference(check: Check[Bench], engine: MakeEngine) -> str | None:
    try:
        judge(check, engine)
    except DoesNotConform as difference:
        return str(difference)
    except HttpResponseError as refusal:
        return f"a request was refused that is to be served: {refusal.message}"
    except Exception as fault:  # an engine is anybody's code
        return f"the engine raised {fault!r}"
    return None
