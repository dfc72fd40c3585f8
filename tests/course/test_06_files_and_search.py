"""Exercise 6, judged on random documents: what goes over the wire, and each citation against its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import ModuleType

from threadlab import Lab, Run, wait
from threadlab.course.chance import CITIES, Chance
from threadlab.course.checks import check, observe

PLACES = ("archive", "gallery", "harbour", "library", "museum", "theatre", "workshop")
THINGS = ("anchor", "bell", "clock", "globe", "kite", "lantern", "mirror", "organ", "piano", "ship", "violin")


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence that stands in one file only."""

    file_name: str
    thing: str
    city: str

    @property
    def sentence(self) -> str:
        """As the file has it."""
        return f"The {self.thing} was made in {self.city}."

    @property
    def question(self) -> str:
        """What it answers."""
        return f"In which city was the {self.thing} made?"


def test_every_question_is_answered_from_its_document(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Every question of a small set is answered, and the citation names the right document"""
    facts = _facts(chance)
    agent_id = _librarian(answer, lab, _documents(facts))
    for fact in chance.sample(facts, 5):
        found = answer.cited_answer(lab, _ask(lab, agent_id, fact.question))
        check(
            fact.city in found.text,
            expected=f"an answer with {fact.city}: the documents say “{fact.sentence}”",
            seen=repr(found.text),
            try_next="are all documents in the vector store, whole? Ask it which files it holds",
        )
        names = {citation.file_name for citation in found.citations}
        check(
            not found.citations or fact.file_name in names,
            expected=f"a citation of {fact.file_name}, where “{fact.sentence}” stands",
            seen=f"citations of {sorted(names)}",
            try_next="a citation is as exact as the files are: what should each file hold, and be called?",
        )


def test_the_same_documents_are_uploaded_once(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Documents that are indexed already are found again: no second upload, no second vector store"""
    documents, others = _documents(_facts(chance)), _documents(_facts(chance))
    first = answer.index_once(lab, documents)
    answer.index_once(lab, others)
    for order in (list(documents), chance.sample(list(documents), len(documents))):
        again = {name: documents[name] for name in order}
        seen = observe(lab, partial(answer.index_once, lab, again))
        uploads = len(seen.all("upload file"))
        check(
            not uploads,
            expected="no upload: these documents are indexed already",
            seen=f"{uploads} uploads, in the order {', '.join(order)}",
            try_next="an upload makes a new id each time, so ids never match: what stays the same?",
        )
        check(
            seen.result == first and not seen.all("create vector store"),
            expected=f"the vector store that is there, {first}",
            seen=f"{seen.result!r}",
            try_next="what could a vector store carry, by which you know it again?",
        )


def test_other_documents_are_indexed_anew(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """A document that has changed is indexed anew, though its name is the same"""
    facts = _facts(chance)
    old = chance.choice(facts)
    new = Fact(old.file_name, old.thing, chance.choice([city for city in CITIES if city != old.city]))
    changed = [new if fact == old else fact for fact in facts]
    before = answer.index_once(lab, _documents(facts))
    after = answer.index_once(lab, _documents(changed))
    check(
        before != after,
        expected=f"another vector store: {old.file_name} says “{new.sentence}” now",
        seen="the one with the old text",
        try_next="are documents the same because their names are? What else must be equal?",
    )
    held = _texts(lab, after)
    check(
        sorted(held) == sorted(_documents(changed).values()),
        expected=f"{len(_documents(changed))} files with the new texts, and nothing else",
        seen=f"{len(held)} files, {sum(old.sentence in text for text in held)} of them with the old text",
        try_next="compare what you upload with what you were given",
    )


def test_citations_are_found_where_they_are(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """An answer comes with its citations: each marker at its place, each quote as in the source"""
    facts = _facts(chance)
    documents = _documents(facts)
    agent_id = _librarian(answer, lab, documents)
    fact = chance.choice(facts)
    found = answer.cited_answer(lab, _ask(lab, agent_id, fact.question))
    check(
        len(found.citations) == found.text.count("【"),
        expected=f"{found.text.count('【')} citation: the answer is {found.text!r}",
        seen=f"{len(found.citations) or 'none'}",
        try_next="print the message as the service sent it, and look for the word annotations",
    )
    for citation in found.citations:
        there = found.text[citation.start : citation.end]
        check(
            there == citation.marker and there.startswith("【"),
            expected=f"the marker {citation.marker!r} from {citation.start} to {citation.end}",
            seen=f"{there!r} at that place",
            try_next="an annotation has the marker and the two numbers: take all three as they are",
        )
        check(
            citation.quote != "" and any(citation.quote in text for text in documents.values()),
            expected="a quote that stands in a document, to the letter",
            seen=repr(citation.quote),
            try_next="the quote is told beside the file that it comes from",
        )


def test_each_citation_names_its_own_file(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Of several citations, each names the file that it was taken from"""
    facts = _facts(chance)
    agent_id = _librarian(answer, lab, _documents(facts))
    one = chance.choice(facts)
    beside = chance.choice([fact for fact in facts if fact.file_name == one.file_name and fact != one])
    apart = chance.choice([fact for fact in facts if fact.file_name != one.file_name])
    for other in (beside, apart):
        question = f"Where was the {one.thing} made, and where was the {other.thing} made?"
        found = answer.cited_answer(lab, _ask(lab, agent_id, question))
        quoted = {citation.quote: citation.file_name for citation in found.citations}
        for fact in (one, other):
            check(
                quoted.get(fact.sentence) == fact.file_name,
                expected=f"“{fact.sentence}” cited from {fact.file_name}",
                seen=f"cited from {quoted.get(fact.sentence, 'nowhere')}",
                try_next="do not count files: each citation has the id of its own",
            )


def test_an_answer_is_that_of_its_own_run(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """Answer and citations are those of the run that was asked for, not of another on the thread"""
    facts = _facts(chance)
    agent_id, thread = _librarian(answer, lab, _documents(facts)), lab.threads.create()
    runs = [(fact, _ask(lab, agent_id, fact.question, thread.id)) for fact in chance.sample(facts, 3)]
    for fact, run in chance.sample(runs, len(runs)):
        found = answer.cited_answer(lab, run)
        quotes = [citation.quote for citation in found.citations]
        check(
            fact.sentence in quotes and found.text == run.messages()[-1].text,
            expected=f"the answer to “{fact.question}”, which cites “{fact.sentence}”",
            seen=f"{found.text!r}, which cites {quotes}",
            try_next="lesson 3: a thread holds the answers of all its runs, and each says whose it is",
        )


def test_an_answer_outlives_its_files(answer: ModuleType, lab: Lab, chance: Chance) -> None:
    """An answer can still be read with its citations when vector store and files are deleted"""
    facts = _facts(chance)
    store_id = answer.index_once(lab, _documents(facts))
    run = _ask(lab, answer.librarian(lab, store_id), facts[0].question)
    before = answer.cited_answer(lab, run)
    for file in list(lab.vector_stores.files(store_id)):
        lab.files.delete(file.id)
    lab.vector_stores.delete(store_id)
    try:
        after: object = answer.cited_answer(lab, run)
    except Exception as problem:
        after = f"{type(problem).__name__}: {problem}"
    check(
        after == before,
        expected=f"the same as before: {before}",
        seen=f"{after}",
        try_next="a run keeps what it found, names of files and all: look into its steps",
    )


def test_a_citation_is_proved_by_its_own_file(answer: ModuleType, chance: Chance) -> None:
    """A citation is proved by the file that it names, and by no other"""
    facts = _facts(chance)
    one = chance.choice(facts)
    other = chance.choice([fact for fact in facts if fact.file_name != one.file_name])
    _check_proof(answer, facts, one, True, "the quote stands in the file, and the marker in the answer")
    _check_proof(
        answer, facts, Fact(other.file_name, one.thing, one.city), False,
        f"the quote stands in {one.file_name}, and not in {other.file_name}",
    )  # fmt: skip
    _check_proof(answer, facts, Fact("lost.md", one.thing, one.city), False, "there is no file of that name")


def test_what_only_looks_like_a_citation_proves_nothing(answer: ModuleType, chance: Chance) -> None:
    """A changed quote, no quote, and a marker at the wrong place prove nothing"""
    facts = _facts(chance)
    fact = chance.choice(facts)
    for quote, why in (
        (fact.sentence.replace("made", "found"), "the file says it in other words"),
        (fact.sentence + f" By {chance.name()}.", "the file says less"),
        ("", "an empty quote stands everywhere"),
        (" ", "a blank stands everywhere"),
    ):
        _check_proof(answer, facts, fact, False, why, quote=quote)
    for moved in (-1, chance.randint(1, 9)):
        _check_proof(answer, facts, fact, False, "the marker stands at another place", moved=moved)
    _check_proof(answer, facts, fact, False, "there is no marker", marker="")


def _facts(chance: Chance) -> list[Fact]:
    """Nine facts in three files, each thing once."""
    places, things = chance.sample(PLACES, 3), chance.sample(THINGS, 9)
    return [Fact(f"{places[at % 3]}.md", thing, chance.city()) for at, thing in enumerate(things)]


def _documents(facts: Sequence[Fact]) -> dict[str, str]:
    """The text of each file, by its name."""
    return {
        name: f"# Of the {name.removesuffix('.md')}\n\n" + "".join(_lines(facts, name))
        for name in dict.fromkeys(fact.file_name for fact in facts)
    }


def _lines(facts: Sequence[Fact], file_name: str) -> Iterator[str]:
    for number, fact in enumerate((fact for fact in facts if fact.file_name == file_name), start=1):
        yield f"{fact.sentence} It stands in room {number}.\n\n"


def _librarian(answer: ModuleType, lab: Lab, documents: Mapping[str, str]) -> str:
    return str(answer.librarian(lab, answer.index_once(lab, documents)))


def _ask(lab: Lab, agent_id: str, question: str, thread_id: str = "") -> Run:
    """The run that answers, on a thread of its own unless told otherwise."""
    thread_id = thread_id or lab.threads.create().id
    lab.messages.create(thread_id, content=question)
    return wait(lab.runs.create(thread_id, agent_id))


def _texts(lab: Lab, store_id: str) -> list[str]:
    """The texts of the files in a vector store."""
    return [lab.files.content(file.id).decode() for file in lab.vector_stores.files(store_id)]


def _check_proof(
    answer: ModuleType,
    facts: Sequence[Fact],
    fact: Fact,
    holds: bool,
    why: str,
    *,
    quote: str | None = None,
    marker: str = "【1:0†file】",
    moved: int = 0,
) -> None:
    """What is said of an answer that quotes the fact and cites it."""
    said = f"{fact.file_name} says so. "
    citation = answer.Citation(
        marker=marker,
        start=len(said) + moved,
        end=len(said) + len(marker) + moved,
        file_name=fact.file_name,
        quote=fact.sentence if quote is None else quote,
    )
    found = answer.is_proved(
        answer.Answer(f"{said}{marker} That is all.", [citation]), citation, _documents(facts)
    )
    check(
        found is holds,
        expected=f"{holds}: {why}",
        seen=f"{found!r}, for {citation}",
        try_next="two things must be there to the letter: what is cited, and where it is cited",
    )
