"""The command that compares policies."""

from __future__ import annotations

from typing import Annotated

import typer

from simlab.cli.commands.app import AsJson, LabPath, Lang, Out, Prior, ScenarioName, Seed, app
from simlab.cli.run import at_work, out, print_json, say

Labels = list[str]


@app.command(help=say("help.compare"))
def compare(
    lab: LabPath, scenario: ScenarioName, lang: Lang,
    policy: Annotated[list[str], typer.Option("--policy", help=say("help.policy"))] = [],  # noqa: B006
    draws: Annotated[int, typer.Option("--draws", help=say("help.draws"))] = 200,
    replicates: Annotated[
        int | None, typer.Option("--replicates", help=say("help.replicates_fixed"))] = None,
    precision: Annotated[float, typer.Option("--precision", help=say("help.precision"))] = 0.1,
    most: Annotated[int, typer.Option("--most", help=say("help.most"))] = 64,
    months: Annotated[int | None, typer.Option("--months", help=say("help.months"))] = None,
    baseline: Annotated[str | None, typer.Option("--baseline", help=say("help.baseline"))] = None,
    at_most: Annotated[float | None, typer.Option("--at-most", help=say("help.at_most"))] = None,
    down_by: Annotated[float | None, typer.Option("--down-by", help=say("help.down_by"))] = None,
    budget: Annotated[float | None, typer.Option("--budget", help=say("help.budget"))] = None,
    margin: Annotated[float | None, typer.Option("--margin", help=say("help.margin"))] = None,
    currency: Annotated[str | None, typer.Option("--currency", help=say("help.currency"))] = None,
    unit: Annotated[Labels, typer.Option("--unit", help=say("help.unit"))] = [],  # noqa: B006
    site: Annotated[Labels, typer.Option("--site", help=say("help.site"))] = [],  # noqa: B006
    grade: Annotated[Labels, typer.Option("--grade", help=say("help.grade"))] = [],  # noqa: B006
    channels: Annotated[bool, typer.Option("--channels/--no-channels",
                                           help=say("help.channels"))] = True,
    prior: Prior = "registry", seed: Seed = 1, out_dir: Out = None, as_json: AsJson = False,
) -> None:
    """Policies against each other."""
    terms = {"at_most": at_most, "down_by": down_by, "budget": budget, "margin": margin,
             "currency": currency}
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.comparing import compare as run
        from simlab.lab import Lab

        result = run(Lab.open(lab), scenario, policy, draws=draws, replicates=replicates,
                     precision=precision, most=most, months=months, baseline=baseline, prior=prior,
                     terms={name: value for name, value in terms.items() if value is not None},
                     only={"unit": unit, "site": site, "grade": grade}, channels=channels,
                     seed=seed, out=out_dir, progress=progress)
    if as_json:
        print_json(result.to_json())
        return
    shown.compared(out, result.to_json(), lang)
    if out_dir is not None:
        out.print(say("written_to", lang, path=out_dir), markup=False, soft_wrap=True)
