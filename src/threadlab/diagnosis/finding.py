"""Finding and diagnosis: a reason with the next action, and all of them about one run or error."""

from __future__ import annotations

from dataclasses import dataclass

from threadlab.objects.truth import StruckFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason: a short name for it, what was found, and what to do next.

    `certain` is False for what can only be guessed from outside.
    """

    reason: str
    found: str
    next: str
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What was found about `subject` (a run's id, or the kind of an error), the weightiest first.

    `faults` are those that were asked for and struck; `unknown` says what could not be known from here.
    """

    subject: str
    status: str
    findings: tuple[Finding, ...]
    faults: tuple[StruckFault, ...] = ()
    unknown: str = ""

    @property
    def reason(self) -> str:
        """The name of the weightiest reason."""
        return self.findings[0].reason

    @property
    def found(self) -> str:
        """What was found, of the weightiest."""
        return self.findings[0].found

    @property
    def next(self) -> str:
        """What to do next."""
        return self.findings[0].next

    def __contains__(self, reason: object) -> bool:
        return any(finding.reason == reason for finding in self.findings)

    def __str__(self) -> str:
        lines = [f"{self.subject} · {self.status}"]
        for finding in self.findings:
            guess = "" if finding.certain else "probably: "
            lines += [f"  {finding.reason}: {guess}{finding.found}", f"    → {finding.next}"]
        lines += [f"  asked for: {fault.fault} ({fault.effect})" for fault in self.faults]
        return "\n".join([*lines, *([f"  not known: {self.unknown}"] if self.unknown else [])])
