"""`from threadlab import views`: the door to every picture."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from threadlab import views
from threadlab.connect.connect import connect
from threadlab.conversation.conversation import Conversation
from threadlab.widgets.formatters import register


def test_the_views_are_in_order() -> None:
    """As `help` shows them."""
    assert views.__all__ == sorted(views.__all__)


def test_type_checkers_read_the_same_names_from_the_same_homes() -> None:
    """`views.pyi` and the table by which they are loaded agree."""
    stub = ast.parse(Path(views.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    homes = {one.asname or one.name: (node.module, one.name) for node in imports for one in node.names}
    assert homes == vars(views)["_HOMES"]
    (exported,) = [node.value for node in stub.body if isinstance(node, ast.Assign)]
    assert ast.literal_eval(exported) == views.__all__ == dir(views)


def test_another_name_is_an_attribute_error() -> None:
    """Named as Python names it."""
    with pytest.raises(AttributeError, match="has no attribute 'picture'"):
        _ = views.picture  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", views.__all__)
def test_each_view_explains_itself_and_stands_in_the_overview(name: str) -> None:
    """`help(views)` names them all."""
    assert getattr(views, name).__doc__
    assert f"views.{name}(" in (views.__doc__ or "")


def test_plain_objects_show_their_picture() -> None:
    """As the last line of a cell: the wire, the totals, the quota, what a clean-up would do."""
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    register(shell)
    assert shell.display_formatter is not None
    with connect(seed=3, pace=0) as lab:
        talk = Conversation(lab)
        talk.ask("Hello")
        for shown, title in (
            (lab.wire, "the wire"),
            (talk.totals(), "what it cost"),
            (lab.quota(), "what lies at the service"),
            (lab.cleanup(dry_run=True), "clean-up"),
        ):
            bundle, _ = shell.display_formatter.format(shown)
            assert f"<strong>{title}</strong>" in bundle["text/html"]
            assert " object at 0x" not in bundle["text/plain"]


def test_whoever_does_not_look_pays_nothing_for_live_views() -> None:
    """The formatters of a notebook load neither anywidget nor a script."""
    code = "import sys, threadlab.widgets.formatters; print('anywidget' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
