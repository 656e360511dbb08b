"""``python -m simlab ...``: the same as ``simlab ...``."""

from simlab.cli.commands.app import app

app()
