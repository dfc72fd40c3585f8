"""Fixed: a dict that refuses to be changed, for what is recorded."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

Value = TypeVar("Value")


class Fixed(dict[str, Value]):
    """A dict that can be read, printed, copied and dumped like any other. `dict(it)` may be changed.

    Any verb that would change it raises TypeError.
    """

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError(
            "what is recorded does not change: ask otherwise by user_run.edit(...) or branch.configure(...)"
        )

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[Fixed[Value]], tuple[dict[str, Value]]]:
        return Fixed, (dict(self),)
