"""threadlab: learn and experiment with AI-agent threads, messages, runs and run steps.

Everything a lesson needs is here under one name each, and loaded when it is first used: importing
`threadlab` itself costs next to nothing, and the SDK is imported only by those names that need it. Type
checkers and editors read the same names in `__init__.pyi`.
"""

from __future__ import annotations

import sys
from importlib import import_module

from threadlab.lazy_names import lazy_names

__version__ = "0.1.0"

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
    "explain": "threadlab.following.explain",
    "diagnose": "threadlab.diagnosis.diagnose",
    "follow": "threadlab.following.follow",
    "object_map": "threadlab.widgets.wire.object_map",
    "show": "threadlab.following.print_run",
    "timeline": "threadlab.widgets.runs.timeline",
    "tool": "threadlab.tools.tool",
    "wait": "threadlab.following.wait",
    "watch": "threadlab.widgets.watching.watch",
}

__all__ = sorted([*_HOMES, "__version__"])

# The folder `connect` and the function `connect` share a name. When a package is first imported, Python
# binds it in its parent, and never again: so the (empty) folder is imported here and its name taken away,
# and the name is left to the function, whatever is imported later.
import_module("threadlab.connect")
del globals()["connect"]


__getattr__, __dir__ = lazy_names(__name__, _HOMES, __all__)


def _show_objects_richly() -> None:
    """In an IPython session, and only there, let agents, threads, messages and runs show themselves."""
    ipython = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if ipython is not None:
        import_module("threadlab.widgets.formatters").register(ipython)


_show_objects_richly()
