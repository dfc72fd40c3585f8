"""The table: every rule in the order in which they are tried. The first that answers is the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from threadlab.backend.completer.rules import about_code, about_files, about_thread, about_tools, talk
from threadlab.backend.completer.rules.reading import Answer, Reading


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table: its name, its case in words, and its answer (None: not its case)."""

    name: str
    when: str
    answer: Callable[[Reading], Answer | None]


RULES = (
    Rule("empty thread", "no user has said anything", about_thread.empty_thread),
    Rule("late result", "a tool tells what it had promised", about_tools.late_result),
    Rule("exact text", "the very words of the answer are given", talk.exact_text),
    Rule("demanded search", "the tool choice is file_search", about_files.demanded_search),
    Rule("code", "something is to be computed or drawn by code", about_code.code),
    Rule("recalled fact", "something told in this thread is asked for", about_thread.recalled_fact),
    Rule("team task", "the instructions list a team, and tasks are to be given to it", about_tools.team_task),
    Rule("tool call", "function tools fit, and their arguments were found", about_tools.tool_call),
    Rule("search results", "a search of the files came back", about_files.search_results),
    Rule("code results", "code has run", about_code.code_results),
    Rule("tool outputs", "outputs came back, and nothing is left to call", about_tools.tool_outputs),
    Rule("list of tools", "the tools are asked for", about_tools.list_of_tools),
    Rule("missing argument", "a function tool fits, but lacks an argument", about_tools.missing_argument),
    Rule("history", "earlier messages are asked for", about_thread.history),
    Rule("all facts", "everything told is asked for", about_thread.all_facts),
    Rule("fact told", "a fact is told and nothing asked", about_thread.fact_told),
    Rule("courtesy", "a greeting, thanks, or who is there", talk.courtesy),
    Rule("small sum", "arithmetic, and no tool for it", talk.small_sum),
    Rule("image", "the message has an image", about_files.image),
    Rule("attachment", "it is asked what is in a file that code can read", about_code.attachment),
    Rule("file search", "there are files that can be searched", about_files.search),
    Rule("explanation", "a subject of the knowledge table is asked about", talk.explanation),
    Rule("unknown fact", "something that was never told is asked for", about_thread.unknown_fact),
    Rule("no files", "there is file_search, and no file", about_files.no_files),
    Rule("honest limit", "always", talk.honest_limit),
)
