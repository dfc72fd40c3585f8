"""The rules about files: to search them when there are some, to answer from what was found, and images."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from threadlab.backend.completer.port import Call, Called, Request
from threadlab.backend.completer.rules import outputs
from threadlab.backend.completer.rules.choosing import NO_TOOLS
from threadlab.backend.completer.rules.reading import Answer, Reading
from threadlab.backend.completer.rules.words import human, sentences, words

SEARCH = "file_search"
MOST_PASSAGES = 3
LONGEST_PASSAGE = 320
GOOD = 0.4
"""A passage is told that fits at least so well as the best one, relative to it."""
MOST_NAMES = 5

_IMAGE = re.compile(r"\s*\[image_(?:file|url)\]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A few lines of what was found, with the words that it has and the marker to cite it by."""

    text: str
    file_name: str
    marker: str
    has: frozenset[str]


def demanded_search(reading: Reading) -> Answer | None:
    """The tool choice demands a search."""
    choice = reading.request.tool_choice
    named = choice["function"].get("name") if isinstance(choice, Mapping) and "function" in choice else None
    only = choice == "required" and not any(tool.get("type") == "function" for tool in reading.request.tools)
    if reading.request.rounds or not (named == SEARCH or only):
        return None
    return Answer("tool_choice demands a search of the files", calls=(_search(reading.message),))


def search(reading: Reading) -> Answer | None:
    """There are files, and no other rule knows an answer without them."""
    files = _files(reading.request)
    is_done = any(called.name == SEARCH for called in outputs.made(reading.request))
    if not files or is_done or reading.request.tool_choice == "none" or NO_TOOLS.search(reading.message):
        return None
    named = human([*files[:MOST_NAMES], *(["more"] if len(files) > MOST_NAMES else [])])
    return Answer(f"the answer may stand in {named}", calls=(_search(reading.message),))


def no_files(reading: Reading) -> Answer | None:
    """Files could be searched, but there are none that could be read."""
    if not any(tool.get("type") == SEARCH for tool in reading.request.tools) or outputs.made(reading.request):
        return None
    text = (
        "I have file_search, but no files that I could search: no vector store of mine holds a readable one."
    )
    return Answer("file_search is there, and no file that can be searched", text, "unknown")


def search_results(reading: Reading) -> Answer | None:
    """A search of the files came back, and nothing is left to call."""
    made = outputs.made(reading.request)
    searches = [called for called in made if called.name == SEARCH]
    if not searches:
        return None
    told = [outputs.told(called) for called in made if called.name != SEARCH or outputs.error(called.output)]
    passages = _best(list(_passages(searches)), set(words(_IMAGE.sub("", reading.message))))
    told += [
        f"{passage.file_name} says: {_in_one_line(passage.text)} {passage.marker}" for passage in passages
    ]
    if not told:
        return Answer(
            "the search found nothing", "I searched the files and found nothing about that.", "unknown"
        )
    because = f"these passages have most of the question's words: {len(passages)} of what the search found"
    return Answer(because, "\n".join(told), _in_one_line(passages[0].text) if passages else "", whole=True)


def image(reading: Reading) -> Answer | None:
    """The message has an image, which a table of rules cannot see."""
    count = len(_IMAGE.findall(reading.message))
    if not count:
        return None
    there = "1 image" if count == 1 else f"{count} images"
    text = (
        f"Your message has {there}, and the thread keeps it. I am a rule-based stand-in and cannot see: "
        "a real model that takes images could tell what is in it."
    )
    return Answer(f"the message has {there}", text, "an image")


def _search(message: str) -> Call:
    return Call(SEARCH, json.dumps({"query": _IMAGE.sub("", message)}, ensure_ascii=False))


def _files(request: Request) -> list[str]:
    return [name for tool in request.tools if tool.get("type") == SEARCH for name in tool.get("files", ())]


def _passages(searches: list[Called]) -> Iterator[Passage]:
    """Headings with what stands below them, and of long paragraphs each sentence; each only once."""
    seen: set[str] = set()
    for called in searches:
        data = outputs.parsed(called.output)
        for result in data.get("results", ()) if isinstance(data, dict) else ():
            for text in _parts(str(result.get("text", ""))):
                if text not in seen:
                    seen.add(text)
                    yield Passage(text, result["file_name"], result["marker"], frozenset(words(text)))


def _parts(text: str) -> Iterator[str]:
    heading = ""
    for block in re.split(r"\n\s*\n", text):
        part = f"{heading}\n{block}".strip()
        is_heading = "\n" not in block.strip() and block.lstrip().startswith("#")
        heading = part if is_heading else ""
        if not is_heading:
            yield from [part] if len(part) <= LONGEST_PASSAGE else sentences(part)


def _best(passages: list[Passage], asked: set[str]) -> list[Passage]:
    """The passages that have most of what was asked for; a word that few of them have counts more."""
    weight = {word: 1 / (1 + sum(word in passage.has for passage in passages)) for word in asked}
    fits = {passage: sum(weight[word] for word in asked & passage.has) for passage in passages}
    most = max(fits.values(), default=0.0)
    good = [passage for passage in passages if most and fits[passage] >= GOOD * most]
    good.sort(key=lambda passage: -fits[passage])
    return good[:MOST_PASSAGES] or passages[:1]


def _in_one_line(text: str) -> str:
    """Lines and their marks (headings, lists) as running text."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    joined = ""
    for line in lines:
        joint = "" if not joined else " " if joined.endswith((".", ":", ",")) else "; "
        joined += joint + re.sub(r"^(?:#+|[-*])\s+", "", line) + (":" if line.startswith("#") else "")
    return f"“{joined[:LONGEST_PASSAGE]}”"
