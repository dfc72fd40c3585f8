"""Model note: what answered in the model's place, and why it answered as it did."""

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
        """The note for a reader. A real model fires no rule, and seldom says something about itself."""
        if self.rule:
            return f"{self.stand_in}: rule “{self.rule}” fired because {self.because}"
        return f"{self.stand_in}: {self.because}" if self.because else self.stand_in
