"""The program itself, and the options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simlab import __version__
from simlab.cli.run import default_language, say
from simlab.i18n import LANGUAGES

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  rich_markup_mode=None, help=say("help.app"))

def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise typer.BadParameter(say("bad_language", known=", ".join(LANGUAGES)))
    return value


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


LabPath = Annotated[Path, typer.Argument(metavar="LAB", help=say("help.lab"))]

Lang = Annotated[str, typer.Option("--lang", callback=_language, default_factory=default_language,
                                   show_default=False, help=say("help.lang"))]

AsJson = Annotated[bool, typer.Option("--json", help=say("help.json"))]

Seed = Annotated[int, typer.Option("--seed", min=0, help=say("help.seed"))]

Prior = Annotated[str, typer.Option("--prior", help=say("help.prior"))]

Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help=say("help.out"))]

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help=say("help.scenario"))]

@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True,
                                          help=say("help.version"))] = False,
) -> None:
    """Options of the program itself."""
