"""Finding the course: the folder that holds `lessons/course.toml`, from anywhere inside it."""

from __future__ import annotations

from pathlib import Path

from threadlab.errors import CourseNotFound

MARKER = Path("lessons") / "course.toml"


def find_course_root(start: Path | None = None) -> Path:
    """The nearest folder with a course, from `start` (default: the current folder) upwards.

    Raises CourseNotFound when neither it nor any folder above it has one.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file():
            return folder
    raise CourseNotFound(
        f"no course was found: neither {here} nor any folder above it has {MARKER.as_posix()}",
        hint="change into the folder that you cloned (the one with lab.py), or any folder inside it",
    )
