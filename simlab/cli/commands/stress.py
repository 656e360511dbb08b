"""The command that asks where a policy fails."""

from __future__ import annotations

from typing import Annotated

import typer

from simlab.cli.commands.app import AsJson, LabPath, Lang, Out, Prior, ScenarioName, Seed, app
from simlab.cli.run import at_work, out, print_json, say


@app.command(help=say("help.stress"))
def stress(
    lab: LabPath, scenario: ScenarioName, lang: Lang,
    policy: Annotated[list[str], typer.Option("--policy", help=say("help.policy"))] = [],  # noqa: B006
    uncertainty: Annotated[list[str], typer.Option("--uncertainty", help=say("help.uncertainty"))]
    = [],  # noqa: B006
    objective: Annotated[str, typer.Option("--objective", help=say("help.stress_objective"))]
    = "regretted",
    threshold: Annotated[list[str], typer.Option("--threshold", help=say("help.threshold"))]
    = [],  # noqa: B006
    futures: Annotated[int, typer.Option("--futures", help=say("help.stress_futures"))] = 200,
    draws: Annotated[int, typer.Option("--draws", help=say("help.draws"))] = 20,
    replicates: Annotated[int, typer.Option("--replicates", help=say("help.replicates"))] = 2,
    months: Annotated[int | None, typer.Option("--months", help=say("help.months"))] = None,
    prior: Prior = "registry", seed: Seed = 1, out_dir: Out = None, as_json: AsJson = False,
) -> None:
    """Policies in futures whose odds nobody knows."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.stressing import stress as run
        from simlab.lab import Lab

        tree = run(Lab.open(lab), scenario, policy, uncertainties=uncertainty,
                   objective=objective, thresholds=threshold, futures=futures, draws=draws,
                   replicates=replicates, months=months, prior=prior, seed=seed, out=out_dir,
                   progress=progress).to_json()
    if as_json:
        print_json(tree)
        return
    shown.stressed(out, tree, lang)
    if out_dir is not None:
        out.print(say("written_to", lang, path=out_dir), markup=False, soft_wrap=True)
