"""The course: lessons, exercises, solutions, and what judges them.

`lessons/course.toml` is the one catalogue; the files of a lesson share its name (`01_first_run`) in
`lessons/`, `exercises/`, `solutions/` and `tests/course/`. This room reads them, makes the learner's
copies and the starters, runs the checks, and writes the reference outputs. It may not draw: `widgets`
and `cli` do that with what it returns.
"""
