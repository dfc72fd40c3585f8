"""Knowledge: what the stand-in can explain, each subject in a few sentences that are true of this service."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TEXTS = """
run step:
A run step records one thing that a run did: it created a message or it made tool calls. Each step has its
own status, times and token usage. Steps are listed newest first unless you ask for another order. Read
them to see where a run spent its time.

tool output:
A tool output is the text that your code returns for one tool call, named by the call's id. Outputs for
all calls of a round are submitted together. After that the run is queued again and the model reads them.
A failure is best submitted as an output too, so that the model can say so.

tool call:
A tool call is the model's request to run one of your functions, with a name and arguments as JSON text.
The run waits in requires_action until each call has its output. The model never runs your code itself.
Check the arguments before you use them: models make mistakes.

requires_action:
A run in requires_action waits for you: it lists tool calls in required_action. Run the functions and
submit one output for each call. The run is then queued again and goes on. If nobody answers in time, the
run expires.

status:
A run starts as queued, becomes in_progress and ends as completed, failed, cancelled, expired or
incomplete. While it waits for tool outputs its status is requires_action. After a cancel it is cancelling
until it has stopped. Only the last five never change again.

agent:
An agent is a stored configuration: a model, instructions and tools under one id. It holds no
conversation, so many threads can use the same agent. A run copies the configuration when it starts.
Changing or deleting the agent does not change runs that exist.

thread:
A thread holds the messages of one conversation, in order. It is where memory lives: two threads know
nothing of each other. Only one run at a time can be active on a thread. You can come back to it later by
its id.

message:
A message is one entry of a thread, written by the user or by the assistant. Its content is a list of
parts, most often one text. A message that a run wrote carries that run's id. Messages are listed newest
first unless you ask for another order.

run:
A run lets one agent work on one thread until there is an answer or a reason to stop. It reads the
thread's messages, consults the model and may ask for tool calls. Its status tells how far it is. What it
wrote is added to the thread as a message.

tool:
A tool is something that the agent may ask for, such as one of your functions. You describe a function by
name, purpose and a JSON schema of its parameters. The model only asks: your code runs the function and
submits the output. Clear descriptions help the model to choose well.

polling:
Polling means to read a run again and again until its status is final or asks for action. Wait a little
between two reads, and set a deadline. Polling can miss a short status, since it only sees the moments at
which it looks. Reading a run changes nothing.

streaming:
Streaming sends the events of a run as they happen, so you need not poll. Text arrives in small pieces
called deltas. A stream ends when the run is over or asks for action. What was streamed can be read later
from the thread as well.

token:
A token is a piece of text as a model counts it, in English about four characters. Usage tells how many
tokens went in as prompt and came out as completion. A growing thread makes each prompt longer. This
stand-in only estimates tokens.

instruction:
Instructions tell an agent how to behave, and are given to the model with every run. A run may replace
them or add to them for itself alone. They are no message of the thread. Say in them what a good answer
looks like.

cancel:
Cancelling asks a run to stop: its status becomes cancelling, then cancelled. A run that waits for tool
outputs stops at once. A run that is over cannot be cancelled. Afterwards the thread takes new messages
again.

expire:
A run expires when it is not finished ten minutes after it was created. Most often it waited for tool
outputs that never came. Its status is then expired, which is final. Start a new run on the same thread to
go on.
"""
SUBJECTS: Mapping[str, str] = {
    subject: text.replace("\n", " ")
    for subject, text in (entry.split(":\n", 1) for entry in _TEXTS.strip().split("\n\n"))
}
_OTHER_WORDS = {
    "function": "tool",
    "poll": "polling",
    "stream": "streaming",
    "requires action": "requires_action",
    "usage": "token",
    "expiry": "expire",
    "conversation": "thread",
    "foundry": "agent",
    "assistant": "agent",
    "lifecycle": "status",
}
_ASKS = re.compile(
    r"\?|\b(?:what|how|why|when|which|where|explain|describe|tell me|talk about|difference|define|teach)\b",
    re.I,
)


def subjects(message: str) -> list[str]:
    """The subjects that the message asks about, in its order; none if it asks for no explanation."""
    if not _ASKS.search(message):
        return []
    left, found = message.lower(), []
    for spoken in sorted([*SUBJECTS, *_OTHER_WORDS], key=len, reverse=True):
        pattern = rf"\b{re.escape(spoken)}(?:s|es|d|ed|ling|led)?\b"
        if match := re.search(pattern, left):
            found.append((match.start(), _OTHER_WORDS.get(spoken, spoken)))
            left = re.sub(pattern, lambda m: " " * len(m[0]), left)
    named = list(dict.fromkeys(subject for _, subject in sorted(found)))
    beside = len(named) > 1 and not re.search(r"\b(?:difference|between|and|or|vs)\b", message, re.I)
    return [subject for subject in named if subject != "run"] if beside else named


def explain(named: list[str]) -> str:
    """The explanation of a subject, or the first half of each of several."""
    if len(named) == 1:
        return SUBJECTS[named[0]]
    return " ".join(". ".join(SUBJECTS[name].split(". ")[:2]).rstrip(".") + "." for name in named[:2])
