"""The command that says what an answer hangs on."""

from __future__ import annotations

from typing import Annotated

import typer

from simlab.cli.commands.app import AsJson, LabPath, Lang, Out, Prior, ScenarioName, Seed, app
from simlab.cli.run import at_work, out, print_json, say


@app.command(help=say("help.sensitivity"))
def sensitivity(
    lab: LabPath, scenario: ScenarioName, lang: Lang,
    policy: Annotated[list[str], typer.Option("--policy", help=say("help.policy"))] = [],  # noqa: B006
    outcome: Annotated[str, typer.Option("--outcome", help=say("help.outcome"))] = "regretted",
    margin: Annotated[float | None, typer.Option("--margin", help=say("help.margin"))] = None,
    value: Annotated[float | None, typer.Option("--value", help=say("help.value"))] = None,
    draws: Annotated[int, typer.Option("--draws", help=say("help.sensitivity_draws"))] = 500,
    replicates: Annotated[int, typer.Option("--replicates", help=say("help.replicates"))] = 8,
    trajectories: Annotated[int, typer.Option("--trajectories",
                                              help=say("help.trajectories"))] = 10,
    months: Annotated[int | None, typer.Option("--months", help=say("help.months"))] = None,
    baseline: Annotated[str | None, typer.Option("--baseline", help=say("help.baseline"))] = None,
    prior: Prior = "registry", seed: Seed = 1, out_dir: Out = None, as_json: AsJson = False,
) -> None:
    """What moves the answer, and what to measure first."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.sensitivity import sensitivity as run
        from simlab.lab import Lab

        result = run(Lab.open(lab), scenario, policy, outcome=outcome, margin=margin, value=value,
                     draws=draws, replicates=replicates, trajectories=trajectories, months=months,
                     baseline=baseline, prior=prior, seed=seed, out=out_dir, progress=progress)
    if as_json:
        print_json(result.to_json())
        return
    shown.weighed(out, result.to_json(), lang)
    if out_dir is not None:
        out.print(say("written_to", lang, path=out_dir), markup=False, soft_wrap=True)
