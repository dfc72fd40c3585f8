"""Available: which tools an agent or a run can have here, and what to do about the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from threadlab.backend.hosted import Particular, ToolRefused
from threadlab.backend.routes.call import Call
from threadlab.backend.wire.errors import bad_request
from threadlab.backend.wire.tools import CLOUD


def refuse_unavailable(call: Call, tools: Sequence[dict[str, Any]], within: str = "") -> None:
    """Raise a 400 for the first tool that no run could use here; it says why, and what would help.

    `within` is where the tools stand, if not in the body itself.
    """
    for index, tool in enumerate(tools):
        kind, place = tool["type"], f"{within}tools[{index}]"
        hosted = call.room.engine.serving.hosted.get(kind)
        if hosted is None and kind in CLOUD:
            raise bad_request(
                f"Tools of type '{kind}' work only on Azure. To see one at work here, script what it says: "
                f'connect(scripted_tools={{"{kind}": "text, or a function of the arguments"}}).',
                param=f"{place}.type",
                code="unsupported_tool",
            )
        if isinstance(hosted, Particular):
            try:
                hosted.check(tool)
            except ToolRefused as refusal:
                param = f"{place}.{refusal.field}"
                raise bad_request(
                    f"Invalid '{param}': {refusal}.", param=param, code="unsupported_tool"
                ) from None
