"""Citations view: an answer beside the passages that it cites, and a line from each marker to its source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from textwrap import indent

from threadlab.errors import NotFound
from threadlab.following.hosted_text import score_bar
from threadlab.following.terminal_text import counted, foreign_text
from threadlab.objects.message import Message
from threadlab.objects.run_step import RunStep
from threadlab.service.port import AgentService
from threadlab.widgets.cards.citations_drawing import drawing
from threadlab.widgets.cards.cited_answer import CitedAnswer, cited_answer
from threadlab.widgets.cards.object_cards import object_html
from threadlab.widgets.drawing.page import html, styled


@dataclass(frozen=True, slots=True)
class CitationsView:
    """An answer and its sources to look at."""

    answer: CitedAnswer

    def __repr__(self) -> str:
        return render_text(self.answer)

    def _repr_html_(self) -> str:
        return render_html(self.answer)


def citations(lab: AgentService, message: Message) -> CitationsView:
    """The picture of a message's citations. Reads the steps of the run that wrote it: one request.

    A message that no run wrote, or whose run is gone, shows the quotes of its citations alone.
    """
    steps: tuple[RunStep, ...] = ()
    if message.run_id is not None:
        with suppress(NotFound):
            steps = tuple(lab.run_steps.list(message.thread_id, message.run_id, contents=True, order="asc"))
    found = (result for step in steps for call in step.tool_calls for result in call.results)
    return CitationsView(cited_answer(message, found))


def message_html(message: Message) -> str:
    """A message as a card: with its citations, where it has some, as far as it tells of them itself."""
    return render_html(cited_answer(message)) if message.citations else object_html(message)


def render_html(answer: CitedAnswer) -> str:
    """The picture as HTML that needs nothing else."""
    cited, found = counted(len(answer.sources), "citation"), counted(len(answer.passages), "passage")
    words = f"{cited}, {found}"
    return styled(
        html("citations.html", answer=answer, words=words, drawn=drawing(answer), text=render_text(answer))
    )


def render_text(answer: CitedAnswer) -> str:
    """The answer, then each citation with its quote, then the passages with their scores."""
    return foreign_text("\n".join(_text_lines(answer))).plain


def _text_lines(answer: CitedAnswer) -> Iterator[str]:
    yield answer.text or "(no text)"
    if not answer.sources:
        yield "  cites nothing"
    for number, source in enumerate(answer.sources, 1):
        named = answer.passages[source.passage].file_name or source.citation.file_id
        yield f"  {number}  {source.citation.marker} → {named}: “{source.citation.quote}”"
    cited = {source.passage for source in answer.sources}
    for number, passage in enumerate(answer.passages):
        score = "" if passage.score is None else f"{score_bar(passage.score)} {passage.score:.2f}  "
        yield f"  {score}{passage.file_name or passage.file_id}{'' if number in cited else ', not cited'}"
        yield indent(passage.text, "  │ ", lambda line: True)
