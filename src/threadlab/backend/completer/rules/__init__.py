"""The rules completer: a table of small rules that stands in a model's place and says which rule fired.

Start with `table.py`; its rules live in `about_thread`, `about_tools` and `talk`. What they know is data:
`knowledge.toml` holds what can be said, `vocabulary.toml` the words that are understood. Below the rules,
imports point one way: words → values, schema → source → arguments → choosing, outputs → completing →
calling, team; beside them facts, knowledge and programs; then reading → formats. Tools that the service
runs itself, to search files and to compute, have their rules in `about_files` and `about_code`.
"""

from threadlab.backend.completer.rules.rules import Rules

__all__ = ["Rules"]
