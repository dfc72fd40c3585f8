"""The audit: the real course holds every rule, and every rule goes red for its kind of fault."""

from __future__ import annotations

import re
import shutil
from contextlib import chdir
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.course import throwaway_lesson as recipe
from tests.course.broken_courses import (
    CHECKS,
    COURSES,
    EXERCISE,
    NOTEBOOK,
    SOLUTION,
    WRONG,
    Broken,
    replaced,
    written,
)
from threadlab.cli.app import app
from threadlab.course.audit.audited import audited, read
from threadlab.course.audit.contract import judged
from threadlab.course.audit.finding import Finding
from threadlab.course.audit.rules import RULES, Rule, rules_named
from threadlab.course.course_root import find_course_root
from threadlab.errors import CourseError

COURSE = find_course_root(Path(__file__).parent)
SUITE = [rule for rule in RULES if not rule.elsewhere]


@pytest.mark.parametrize("rule", SUITE, ids=lambda rule: rule.name)
def test_the_course_holds(rule: Rule) -> None:
    """What `threadlab audit` says of the course as it is; but in CI, exercises may be worked in."""
    assert [str(finding) for finding in rule.findings(audited(COURSE))] == []


def test_what_the_suite_leaves_to_others_is_done_by_them() -> None:
    """pytest collects the checks, which judge the solutions, and the notebooks, for strict nbval."""
    paths = re.search(r"testpaths = \[(.*)\]", (COURSE / "pyproject.toml").read_text(encoding="utf-8"))
    assert {rule.name for rule in RULES} - {rule.name for rule in SUITE} == {"solutions", "refresh"}
    assert paths is not None and {'"tests"', '"lessons"'} <= set(paths[1].split(", "))


def test_the_contract_is_judged_on_more_than_a_few_names() -> None:
    """A rule that looks at nothing would never go red."""
    found = judged(audited(COURSE, "01"))
    assert found.looked_up > 50
    assert found.calls > 25


def test_every_verb_that_the_course_names_exists() -> None:
    """Rules cannot know the verbs, which stand above the course: so this is asked here."""
    course = audited(COURSE)
    cells = [cell.source for lesson in course.lessons for cell in course.cells(lesson, "markdown")]
    texts = [*cells, *(read(page) for page in course.pages()), read(COURSE / "lessons/course.toml")]
    named = {verb for text in texts for verb in re.findall(r"`(?:threadlab|python lab\.py) ([a-z]+)", text)}
    verbs = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    verbs |= {group.name for group in app.registered_groups if group.name}
    assert len(named) > 5
    assert named - verbs - {"test"} == set()  # `python lab.py test` is the bootstrap's own


def threadlab(root: Path, *arguments: str) -> tuple[int, str]:
    """Run a verb in the course: its exit status, and what it printed."""
    with chdir(root):
        done = CliRunner().invoke(app, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def made_by_the_recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one lesson, made by the steps of CONTRIBUTING.md and by its commands."""
    root = tmp_path_factory.mktemp("recipe")
    recipe.begin_course(root)
    recipe.add_to_catalogue(root)
    recipe.write_solution(root)
    assert threadlab(root, "starters") == (0, f"{EXERCISE}: made\n")
    recipe.write_checks(root)
    recipe.write_wrong_solutions(root)
    recipe.write_notebook(root)
    assert threadlab(root, "refresh", "01") == (0, f"{NOTEBOOK}: new outputs stored\n")
    return root


def test_a_lesson_made_by_the_recipe_holds_every_rule(made_by_the_recipe: Path) -> None:
    """So refreshing it a second time gives the same bytes, too."""
    status, told = threadlab(made_by_the_recipe, "audit", "01")
    assert (status, told.count("✓")) == (0, len(RULES)), told


def test_each_step_of_the_recipe_is_named_until_it_is_done(tmp_path: Path) -> None:
    """After step 1, `threadlab audit NN` lists what is still to be written."""
    recipe.begin_course(tmp_path)
    recipe.add_to_catalogue(tmp_path)
    status, told = threadlab(tmp_path, "audit", "01", "--rule", "files")
    assert status == 1
    for path in (NOTEBOOK, SOLUTION, EXERCISE, CHECKS, WRONG):
        assert path in told
    assert "5 things to correct" in told


def test_another_rule_is_refused_with_the_list_of_rules() -> None:
    """The hint names what there is."""
    with pytest.raises(CourseError) as caught:
        rules_named("beauty")
    assert "wrong-solutions" in caught.value.hint


def copied(course: Path, folder: Path) -> Path:
    """A copy of the course, to be broken."""
    return shutil.copytree(course, folder / "course")


def findings(root: Path, rule: str, committed: bool = True) -> list[Finding]:
    """What one rule finds."""
    return [found for one in rules_named(rule) for found in one.findings(audited(root, committed=committed))]


@pytest.mark.parametrize("broken", COURSES, ids=lambda broken: broken.name)
def test_a_broken_course_is_found_out(made_by_the_recipe: Path, tmp_path: Path, broken: Broken) -> None:
    """By the rule that is meant for it, in words that name the fault, with something to do."""
    root = copied(made_by_the_recipe, tmp_path)
    for break_it in broken.breaks:
        break_it(root)
    found = findings(root, broken.rule)
    for words in broken.words:
        assert any(words in str(finding) for finding in found), [str(finding) for finding in found]
    assert all(finding.todo for finding in found)


def test_every_rule_has_been_seen_red() -> None:
    """A rule that was never red may never be."""
    assert {broken.rule for broken in COURSES} == {rule.name for rule in RULES}


def test_a_learners_own_work_is_no_fault_unless_it_is_committed(
    made_by_the_recipe: Path, tmp_path: Path
) -> None:
    """Whatever is in an exercise, and beside it; but it must have been begun from today's solution."""
    root = copied(made_by_the_recipe, tmp_path)
    replaced(EXERCISE, "raise", "from openai import Threads  # api_key=a1b2c3d4e5f6\n    raise")(root)
    written("exercises/02_mine.py", "")(root)
    for rule in ("files", "starters", "traces", "contract"):
        assert findings(root, rule, committed=False) == []
        assert findings(root, rule, committed=True) != []
    replaced(SOLUTION, "compare the texts", "compare them")(root)
    assert "older solution" in str(findings(root, "starters", committed=False)[0])
