"""The rules completer: a table of small rules that stands in a model's place and says which rule fired.

Start with `table.py`; its rules live in `about_thread`, `about_tools` and `talk`. What they know is data:
`knowledge.toml` holds what can be said, `vocabulary.toml` the words that are understood. Below the rules,
imports point one way: words → values, schema → source → arguments → choosing, outputs → completing →
calling, team; beside them facts and knowledge; then reading → formats. A rule for a tool that the service
runs itself (to search files, to compute) is a row of the table before "tool call".
"""

from threadlab.backend.completer.rules.rules import Rules

__all__ = ["Rules"]
