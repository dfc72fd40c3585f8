"""The key: what a client must bring, as `Authorization: Bearer <key>`."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from threadlab.backend.wire.errors import ApiError


def check_key(headers: Mapping[str, str], key: str) -> None:
    """Raise the service's 401 unless the headers bring that key."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), key.encode()):
        raise ApiError(
            401,
            "Access denied: send the backend's key as 'Authorization: Bearer <key>'.",
            code="unauthorized",
            type="authentication_error",
        )
