"""Loading an exercise or a solution as it stands in its file now."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from threadlab.errors import CourseError


def load(path: Path) -> ModuleType:
    """The file as a fresh module; its `if __name__ == "__main__"` part does not run.

    The source is compiled anew each time: a byte-code cache can miss an edit made within a second.
    Raises CourseError when there is no such file, and whatever the file itself raises.
    """
    if not path.is_file():
        raise CourseError(
            f"there is no {path.parent.name}/{path.name}", hint="`threadlab list` shows the lessons"
        )
    module = ModuleType(f"answer_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses look their module up by name
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module
