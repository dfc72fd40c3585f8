"""Model note: why a stand-in for a model answered as it did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelNote:
    """One consultation of a stand-in: the number of the call, the rule that fired, and the reason.

    `stand_in` names the kind ("rule-based stand-in"): whoever shows an answer shows this with it, so
    that nobody takes a rule for a model.
    """

    call: int
    stand_in: str
    rule: str
    because: str

    def __str__(self) -> str:
        return f"{self.stand_in}: rule “{self.rule}” fired because {self.because}"
