"""The commands that look into one policy: what its pay plan rewards, which course pays, where
requests die, who or what is missing."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from simlab.cli.commands.app import AsJson, LabPath, Lang, Prior, ScenarioName, Seed, app
from simlab.cli.run import at_work, out, print_json, say

Draws = Annotated[int, typer.Option("--draws", help=say("help.draws"))]
Months = Annotated[int | None, typer.Option("--months", help=say("help.months"))]
PolicyName = Annotated[str | None, typer.Option("--policy", help=say("help.of_policy"))]
Replicates = Annotated[int, typer.Option("--replicates", help=say("help.replicates"))]


def _look(job: str, view: str, lab: Path, lang: str, as_json: bool, **question: Any) -> None:
    """Do the job of that name and print its answer."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.lab import Lab

        run = getattr(import_module(f"simlab.jobs.{job}"), job)
        tree = run(Lab.open(lab), **question, progress=progress).to_json()
    if as_json:
        print_json(tree)
    else:
        getattr(shown, view)(out, tree, lang)


@app.command(help=say("help.incentives"))
def incentives(
    lab: LabPath, scenario: ScenarioName, lang: Lang, policy: PolicyName = None,
    draws: Draws = 100, replicates: Replicates = 8, months: Months = None,
    prior: Prior = "registry", seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """What a pay plan rewards, and where effort goes."""
    _look("incentives", "rewarded", lab, lang, as_json, scenario=scenario, policy=policy,
          months=months, draws=draws, replicates=replicates, prior=prior, seed=seed)


@app.command(help=say("help.courses"))
def courses(
    lab: LabPath, scenario: ScenarioName, lang: Lang, policy: PolicyName = None,
    draws: Draws = 100, replicates: Replicates = 16, months: Months = None,
    prior: Prior = "registry", seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """Which course pays."""
    _look("courses", "taught", lab, lang, as_json, scenario=scenario, policy=policy,
          months=months, draws=draws, replicates=replicates, prior=prior, seed=seed)


@app.command(help=say("help.support"))
def support(
    lab: LabPath, scenario: ScenarioName, lang: Lang, policy: PolicyName = None,
    draws: Draws = 100, replicates: Replicates = 8, months: Months = None,
    prior: Prior = "registry", seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """Where requests to other departments die."""
    _look("support", "waited", lab, lang, as_json, scenario=scenario, policy=policy,
          months=months, draws=draws, replicates=replicates, prior=prior, seed=seed)


@app.command(help=say("help.talent"))
def talent(
    lab: LabPath, scenario: ScenarioName, lang: Lang, policy: PolicyName = None,
    draws: Draws = 100, replicates: Replicates = 4, months: Months = None,
    prior: Prior = "registry", seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """Who or what is missing for key work."""
    _look("talent", "suited", lab, lang, as_json, scenario=scenario, policy=policy,
          months=months, draws=draws, replicates=replicates, prior=prior, seed=seed)
