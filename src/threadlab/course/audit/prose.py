"""Code in prose: the fenced blocks and the inline code of a page of Markdown."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

PYTHON = ("python", "py")


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of code in prose: its first line there, from 1, and whether it is a block."""

    line: int
    source: str
    block: bool


def code_in(text: str) -> Iterator[Code]:
    """Blocks that say they are Python, and all inline code."""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        line = token.map[0] + 1 if token.map else 1
        if token.type == "fence" and token.info.split()[:1] and token.info.split()[0] in PYTHON:
            yield Code(line + 1, token.content, block=True)
        for child in token.children or ():
            if child.type == "code_inline":
                yield Code(line, child.content, block=False)


def as_expression(source: str) -> ast.expr | None:
    """Inline code as an expression: a call, a name, the right side of `x = ...`; None for anything else."""
    try:
        body = ast.parse(source.strip().removeprefix("@")).body
    except (SyntaxError, ValueError):
        return None
    match body:
        case [ast.Expr(value=value)] | [ast.Assign(value=value)]:
            return value
    return None


def root_of(node: ast.expr) -> str | None:
    """The name with which a chain of attributes and calls begins."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=inner) | ast.Call(func=inner) | ast.Await(value=inner):
            return root_of(inner)
        case ast.Subscript(value=inner):
            return root_of(inner)
    return None


def without_calls(node: ast.expr) -> ast.expr:
    """`a.b(c).d` as `a.b`: what can be looked up without knowing what a call gives."""
    match node:
        case ast.Call(func=inner) | ast.Await(value=inner) | ast.Subscript(value=inner):
            return without_calls(inner)
        case ast.Attribute(value=ast.Name() | ast.Attribute() as inner, attr=name):
            return ast.Attribute(without_calls(inner), name, ast.Load())
        case ast.Attribute(value=inner):
            return without_calls(inner)
    return node
