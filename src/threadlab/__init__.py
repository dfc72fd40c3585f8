"""threadlab: learn and experiment with AI-agent threads, messages, runs and run steps.

Everything a lesson needs is here under one name each, and loaded when it is first used: importing
`threadlab` itself costs next to nothing, and the SDK is imported only by those names that need it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from threadlab.connect.connect import connect
    from threadlab.connect.lab import Lab
    from threadlab.conversation.conversation import Conversation
    from threadlab.conversation.conversation_manager import ConversationManager
    from threadlab.errors import ThreadlabError
    from threadlab.following.follow import follow
    from threadlab.following.print_run import show
    from threadlab.following.wait import wait
    from threadlab.objects.agent import Agent
    from threadlab.objects.message import Message
    from threadlab.objects.run import Run
    from threadlab.objects.thread import Thread
    from threadlab.tools.tool import tool
    from threadlab.tools.toolbox import Toolbox
    from threadlab.widgets.object_map import object_map
    from threadlab.widgets.watch import watch

__version__ = "0.1.0"

__all__ = [
    "Agent",
    "Conversation",
    "ConversationManager",
    "Lab",
    "Message",
    "Run",
    "Thread",
    "ThreadlabError",
    "Toolbox",
    "__version__",
    "connect",
    "follow",
    "object_map",
    "show",
    "tool",
    "wait",
    "watch",
]

_HOMES = {
    "Agent": "threadlab.objects.agent",
    "Conversation": "threadlab.conversation.conversation",
    "ConversationManager": "threadlab.conversation.conversation_manager",
    "Lab": "threadlab.connect.lab",
    "Message": "threadlab.objects.message",
    "Run": "threadlab.objects.run",
    "Thread": "threadlab.objects.thread",
    "ThreadlabError": "threadlab.errors",
    "Toolbox": "threadlab.tools.toolbox",
    "connect": "threadlab.connect.connect",
    "follow": "threadlab.following.follow",
    "object_map": "threadlab.widgets.object_map",
    "show": "threadlab.following.print_run",
    "tool": "threadlab.tools.tool",
    "wait": "threadlab.following.wait",
    "watch": "threadlab.widgets.watch",
}

# The folder `connect` and the function `connect` share a name. When a package is first imported, Python
# binds it in its parent, and never again: so the (empty) folder is imported here and its name taken away,
# and the name is left to the function, whatever is imported later.
import_module("threadlab.connect")
del globals()["connect"]


def __getattr__(name: str) -> Any:
    """Load a public name from its home when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'threadlab' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    """The public names, for completion."""
    return __all__
