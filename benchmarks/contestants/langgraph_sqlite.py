"""LangGraph: a graph of a model and a tool that waits for its output, kept by its SqliteSaver.

Two calls: the first ends at the interrupt, where a run of the service would be in requires_action; the
second resumes with the tool's output. The file has the same durability as everybody's (WAL, NORMAL).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage  # type: ignore[import-not-found]
from langgraph.checkpoint.sqlite import SqliteSaver  # type: ignore[import-not-found]
from langgraph.graph import END, START, MessagesState, StateGraph  # type: ignore[import-not-found]
from langgraph.types import Command, interrupt  # type: ignore[import-not-found]

from benchmarks.contestants.task import ARGUMENTS, OUTPUT, QUESTION, REPLY, TOOL_NAME, expect


class LanggraphRun:
    """The graph, compiled once; every run is a thread of its own."""

    layers: Mapping[str, float] = {}

    def __init__(self, folder: Path) -> None:
        self._file = sqlite3.connect(folder / "langgraph.sqlite", check_same_thread=False)
        self._file.execute("PRAGMA synchronous = NORMAL")
        graph = StateGraph(MessagesState)
        graph.add_node("model", _model)
        graph.add_node("tool", _tool)
        graph.add_edge(START, "model")
        graph.add_conditional_edges("model", _after_model, ["tool", END])
        graph.add_edge("tool", "model")
        self._graph = graph.compile(checkpointer=SqliteSaver(self._file))

    def run(self) -> str:
        """Ask, and resume with the tool's output."""
        config = {"configurable": {"thread_id": str(uuid4())}}
        asked = self._graph.invoke({"messages": [HumanMessage(QUESTION)]}, config)
        expect([wanted.value for wanted in asked["__interrupt__"]], [ARGUMENTS])
        messages = self._graph.invoke(Command(resume=OUTPUT), config)["messages"]
        expect(len(messages), 4)
        expect(messages[-1].content, REPLY)
        return str(messages[-1].content)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _model(state: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(state["messages"][-1], ToolMessage):
        return {"messages": [AIMessage(REPLY)]}
    call = {"name": TOOL_NAME, "args": json.loads(ARGUMENTS), "id": str(uuid4())}
    return {"messages": [AIMessage("", tool_calls=[call])]}


def _tool(state: Mapping[str, Any]) -> dict[str, Any]:
    (call,) = state["messages"][-1].tool_calls
    output = interrupt(json.dumps(call["args"]))
    return {"messages": [ToolMessage(output, tool_call_id=call["id"])]}


def _after_model(state: Mapping[str, Any]) -> str:
    return "tool" if state["messages"][-1].tool_calls else str(END)
