"""Order: which way round a list comes."""

from __future__ import annotations

from typing import Literal

Order = Literal["asc", "desc"]
"""Oldest first, or newest first. Where nothing is said, the service gives the newest first."""
