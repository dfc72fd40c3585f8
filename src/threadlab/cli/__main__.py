"""`python -m threadlab.cli`: the same as the `threadlab` command."""

from threadlab.cli import main

main()
