"""The command that searches policies."""

from __future__ import annotations

from typing import Annotated

import typer

from simlab.cli.commands.app import AsJson, LabPath, Lang, Out, Prior, ScenarioName, Seed, app
from simlab.cli.run import at_work, out, print_json, say


@app.command(help=say("help.optimise"))
def optimise(
    lab: LabPath, scenario: ScenarioName, lang: Lang,
    budget: Annotated[float | None,
                      typer.Option("--budget", help=say("help.search_budget"))] = None,
    objective: Annotated[list[str], typer.Option("--objective", help=say("help.objective"))] = [],  # noqa: B006
    evaluations: Annotated[int, typer.Option("--evaluations", help=say("help.evaluations"))]
    = 2000,
    population: Annotated[int, typer.Option("--population", help=say("help.population"))] = 40,
    draws: Annotated[int, typer.Option("--draws", help=say("help.search_draws"))] = 50,
    fresh_draws: Annotated[int, typer.Option("--fresh-draws", help=say("help.fresh_draws"))] = 200,
    replicates: Annotated[int, typer.Option("--replicates", help=say("help.replicates"))] = 8,
    finalists: Annotated[int, typer.Option("--finalists", help=say("help.finalists"))] = 20,
    months: Annotated[int | None, typer.Option("--months", help=say("help.months"))] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help=say("help.search_fresh"))] = False,
    prior: Prior = "registry", seed: Seed = 1, out_dir: Out = None, as_json: AsJson = False,
) -> None:
    """The best policies within constraints."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.decide.optimise import Effort
        from simlab.jobs.optimising import optimise as run
        from simlab.lab import Lab

        effort = Effort(evaluations, population, draws, fresh_draws, replicates, finalists)
        found = run(Lab.open(lab), scenario, budget=budget, objectives=objective, effort=effort,
                    months=months, prior=prior, seed=seed, fresh=fresh, out=out_dir,
                    progress=progress)
    if as_json:
        print_json(found.to_json())
        return
    shown.optimised(out, found.to_json(), lang)
    if out_dir is not None:
        out.print(say("written_to", lang, path=out_dir), markup=False, soft_wrap=True)
