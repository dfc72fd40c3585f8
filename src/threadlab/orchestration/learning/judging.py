"""Judging: whether an answer is right, by a function of yours or by an agent. With no judge nobody knows."""

from __future__ import annotations

import re
from collections.abc import Callable

from threadlab.following.patience import Asking
from threadlab.history.work.call_failed import CallFailed
from threadlab.history.work.scope import Scope
from threadlab.journal.decision import POST_MORTEM

Judge = Callable[[str, str], bool | None]
"""Given the request and the answer: whether it is right, None for no opinion."""

QUESTION = """Judge an answer. Reply with one line: the word RIGHT or WRONG, a colon, and why in a few words.

The request:
{request}

The answer:
{answer}"""

_VERDICT = re.compile(r"\b(right|wrong)\b\W*(.*)", re.IGNORECASE)


def judged_by_agent(scope: Scope, agent: str, request: str, answer: str) -> Asking[tuple[bool | None, str]]:
    """What an agent says of the answer, in a call of its own at the path "post_mortem", and why.

    (None, why) where it did not answer, or gave no verdict: a judge that fails spoils no user run.
    """
    try:
        call = yield from scope.apart(POST_MORTEM, agent, QUESTION.format(request=request, answer=answer))
    except CallFailed as failed:
        return None, failed.message
    return verdict_in(call.output)


def verdict_in(text: str) -> tuple[bool | None, str]:
    """The verdict in a judge's words. Pure."""
    found = _VERDICT.search(text)
    if found is None:
        return None, "the judge gave no verdict"
    return found[1].lower() == "right", found[2].strip().splitlines()[0] if found[2].strip() else ""
