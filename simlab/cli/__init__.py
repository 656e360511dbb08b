"""``simlab ...``: the lab from the command line."""

from simlab.cli.commands import app

__all__ = ["app"]
