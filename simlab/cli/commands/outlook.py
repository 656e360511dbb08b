"""The command that says what comes if nothing changes."""

from __future__ import annotations

from typing import Annotated

import typer

from simlab.cli.commands.app import AsJson, LabPath, Lang, Prior, Seed, app
from simlab.cli.run import at_work, out, print_json, say


@app.command(help=say("help.outlook"))
def outlook(
    lab: LabPath, lang: Lang,
    scenario: Annotated[str | None, typer.Option("--scenario", help=say("help.scenario"))] = None,
    months: Annotated[int, typer.Option("--months", help=say("help.outlook_months"))] = 12,
    draws: Annotated[int, typer.Option("--draws", help=say("help.draws"))] = 100,
    replicates: Annotated[int, typer.Option("--replicates", help=say("help.replicates"))] = 8,
    prior: Prior = "registry", seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """What comes if nothing changes."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.outlook import outlook as run
        from simlab.lab import Lab

        tree = run(Lab.open(lab), scenario, months=months, draws=draws, replicates=replicates,
                   prior=prior, seed=seed, progress=progress).to_json()
    if as_json:
        print_json(tree)
    else:
        if tree["check"]:
            shown.mark(out, tree["check"], lang)
        shown.foreseen(out, tree, lang)
