"""The commands that look into one policy: what its pay plan rewards, which course pays, where
requests die, who or what is missing."""

from __future__ import annotations

from typing import Annotated

import typer

from simlab.cli.commands.app import AsJson, LabPath, Lang, Prior, ScenarioName, Seed, app
from simlab.cli.run import at_work, out, print_json, say

PolicyName = Annotated[str | None, typer.Option("--policy", help=say("help.of_policy"))]


@app.command(help=say("help.incentives"))
def incentives(
    lab: LabPath, scenario: ScenarioName, lang: Lang, policy: PolicyName = None,
    draws: Annotated[int, typer.Option("--draws", help=say("help.draws"))] = 100,
    replicates: Annotated[int, typer.Option("--replicates", help=say("help.replicates"))] = 8,
    months: Annotated[int | None, typer.Option("--months", help=say("help.months"))] = None,
    prior: Prior = "registry", seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """What a pay plan rewards, and where effort goes."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.incentives import incentives as run
        from simlab.lab import Lab

        tree = run(Lab.open(lab), scenario, policy, months=months, draws=draws,
                   replicates=replicates, prior=prior, seed=seed, progress=progress).to_json()
    if as_json:
        print_json(tree)
    else:
        shown.rewarded(out, tree, lang)


@app.command(help=say("help.courses"))
def courses(
    lab: LabPath, scenario: ScenarioName, lang: Lang, policy: PolicyName = None,
    draws: Annotated[int, typer.Option("--draws", help=say("help.draws"))] = 100,
    replicates: Annotated[int, typer.Option("--replicates", help=say("help.replicates"))] = 16,
    months: Annotated[int | None, typer.Option("--months", help=say("help.months"))] = None,
    prior: Prior = "registry", seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """Which course pays."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.courses import courses as run
        from simlab.lab import Lab

        tree = run(Lab.open(lab), scenario, policy, months=months, draws=draws,
                   replicates=replicates, prior=prior, seed=seed, progress=progress).to_json()
    if as_json:
        print_json(tree)
    else:
        shown.taught(out, tree, lang)


@app.command(help=say("help.support"))
def support(
    lab: LabPath, scenario: ScenarioName, lang: Lang, policy: PolicyName = None,
    draws: Annotated[int, typer.Option("--draws", help=say("help.draws"))] = 100,
    replicates: Annotated[int, typer.Option("--replicates", help=say("help.replicates"))] = 8,
    months: Annotated[int | None, typer.Option("--months", help=say("help.months"))] = None,
    prior: Prior = "registry", seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """Where requests to other departments die."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.support import support as run
        from simlab.lab import Lab

        tree = run(Lab.open(lab), scenario, policy, months=months, draws=draws,
                   replicates=replicates, prior=prior, seed=seed, progress=progress).to_json()
    if as_json:
        print_json(tree)
    else:
        shown.waited(out, tree, lang)


@app.command(help=say("help.talent"))
def talent(
    lab: LabPath, scenario: ScenarioName, lang: Lang, policy: PolicyName = None,
    draws: Annotated[int, typer.Option("--draws", help=say("help.draws"))] = 100,
    replicates: Annotated[int, typer.Option("--replicates", help=say("help.replicates"))] = 4,
    months: Annotated[int | None, typer.Option("--months", help=say("help.months"))] = None,
    prior: Prior = "registry", seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """Who or what is missing for key work."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.talent import talent as run
        from simlab.lab import Lab

        tree = run(Lab.open(lab), scenario, policy, months=months, draws=draws,
                   replicates=replicates, prior=prior, seed=seed, progress=progress).to_json()
    if as_json:
        print_json(tree)
    else:
        shown.suited(out, tree, lang)
