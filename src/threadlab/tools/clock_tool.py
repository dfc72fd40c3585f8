"""Clock tool: the current time, by the clock of the service that the run lives in.

That clock, not the computer's: so a seeded lesson tells the same time on every machine.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from threadlab.errors import ToolError
from threadlab.objects.time import Time
from threadlab.tools.tool import Tool, tool


def clock_tool(time: Time) -> Tool[..., str]:
    """A tool named get_current_time that reads this clock (`lab.time`, for one)."""

    @tool
    def get_current_time(timezone: str = "UTC") -> str:
        """The current date and time, in ISO form with the offset from UTC.

        Args:
            timezone: a name of the IANA time zone database, such as "Europe/Paris".
        """
        return datetime.fromtimestamp(time.now(), _zone(timezone)).isoformat(timespec="seconds")

    return get_current_time


def _zone(name: str) -> tzinfo:
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ToolError(
            f"there is no time zone {name!r}", hint="give an IANA name such as Europe/Paris, or UTC"
        ) from None
