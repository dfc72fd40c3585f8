"""The rules completer: a table of small rules that stands in a model's place and says which rule fired.

Start with `table.py`; its rules live in `about_thread`, `about_tools` and `talk`. Below them, imports point
one way: words → schema, values → source → arguments → choosing → calling → outputs, with facts and knowledge
beside them; then reading → formats. Nothing here knows of runs, stores or HTTP.
"""

from threadlab.backend.completer.rules.rules import Rules

__all__ = ["Rules"]
