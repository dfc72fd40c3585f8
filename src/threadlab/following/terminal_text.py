"""Terminal text: pieces of text that are safe and recognisable in a terminal.

What a model, a tool or a user wrote is shown as it is and obeyed in nothing: rich markup in it is no markup
here, and control characters (a terminal's escape sequences begin with one) are made visible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from unicodedata import category

from rich.text import Text

from threadlab.objects.model_note import ModelNote
from threadlab.objects.run_step import RunStep
from threadlab.objects.usage import Usage

STATUS_STYLES: Mapping[str, str] = {
    "queued": "yellow",
    "in_progress": "cyan",
    "requires_action": "magenta",
    "cancelling": "dark_orange",
    "cancelled": "bright_black",
    "failed": "bold red",
    "completed": "green",
    "incomplete": "bold yellow",
    "expired": "red",
}


def foreign_text(text: str, style: str = "") -> Text:
    """Text that someone else wrote."""
    shown = "".join(
        char if char in "\n\t" or category(char) != "Cc" else f"\\x{ord(char):02x}" for char in text
    )
    return Text(shown, style=style)


def status_text(status: str, width: int = 0) -> Text:
    """A status in its colour; an unknown one stands out."""
    text = foreign_text(status, STATUS_STYLES.get(status, "reverse red"))
    text.pad_right(max(0, width - len(text)))
    return text


def step_details(step: RunStep) -> str:
    """What a step is about: the message's id, the number of calls, or what servers offer."""
    if step.type == "message_creation":
        return step.message_id or "no message yet"
    if step.type == "tool_calls":
        return counted(len(step.tool_calls), "call") if step.tool_calls else "no call yet"
    if step.type == "activities":
        offers = (f"{label} offers {', '.join(names) or 'nothing'}" for label, names in step.listed.items())
        return "; ".join(offers) or "no server has told what it offers yet"
    return ""


def counted(number: int, noun: str) -> str:
    """A number of things: "1 call", "2 calls"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def approvals_text(said: Iterable[bool]) -> str:
    """What was said to calls of MCP servers: "2 yes", "1 yes, 1 no"."""
    counts = Counter("yes" if one else "no" for one in said)
    return ", ".join(f"{counts[word]} {word}" for word in ("yes", "no") if counts[word])


def note_text(note: ModelNote) -> Text:
    """Why a stand-in for a model answered as it did, so that nobody takes a rule for a model."""
    return foreign_text(str(note), "italic")


def usage_text(usage: Usage | None) -> str:
    """Tokens in, out and together, and whether they were estimated."""
    if usage is None:
        return "no token count"
    sum_of_both = f"{usage.prompt_tokens} + {usage.completion_tokens} = {usage.total_tokens} tokens"
    return f"{sum_of_both} (estimated)" if usage.estimated else sum_of_both
