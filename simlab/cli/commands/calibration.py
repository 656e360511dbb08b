"""Commands that calibrate, and that say whether the calibration may be believed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from simlab.cli.commands.app import AsJson, LabPath, Lang, Out, Seed, app
from simlab.cli.run import at_work, out, print_json, say


@app.command(help=say("help.calibrate"))
def calibrate(
    lab: LabPath, lang: Lang,
    until: Annotated[str | None, typer.Option("--until", metavar="MONTH",
                                              help=say("help.until"))] = None,
    simulations: Annotated[int | None, typer.Option("--simulations",
                                                    help=say("help.simulations"))] = None,
    aggregates: Annotated[Path | None, typer.Option("--aggregates", metavar="FILE",
                                                    help=say("help.aggregates"))] = None,
    rounds: Annotated[int | None, typer.Option("--rounds", help=say("help.rounds"))] = None,
    method: Annotated[Literal["amortised", "sbi"],
                      typer.Option("--method", help=say("help.method"))] = "amortised",
    fresh: Annotated[bool, typer.Option("--fresh", help=say("help.fresh"))] = False,
    prior: Annotated[str, typer.Option("--prior", help=say("help.prior_all"))] = "registry",
    seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """Records, or totals of a staff, to a posterior."""
    if aggregates is not None:
        _calibrate_on_totals(lab, aggregates, lang, simulations, seed, as_json)
        return
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.calibrating import calibrate as run
        from simlab.lab import Lab

        fit = run(Lab.open(lab), until=until, rounds=rounds, method=method, fresh=fresh,
                  prior=prior, seed=seed, progress=progress,
                  **({} if simulations is None else {"simulations": simulations}))
    if as_json:
        print_json(asdict(fit))
    else:
        shown.calibrated(out, fit, lang)


def _calibrate_on_totals(
    lab: Path, file: Path, lang: str, simulations: int | None, seed: int, as_json: bool
) -> None:
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.aggregates import calibrate_on_totals
        from simlab.lab import Lab

        tree = calibrate_on_totals(Lab.open(lab), file, seed=seed, progress=progress,
                                   **({} if simulations is None else {"simulations": simulations}))
    if as_json:
        print_json(tree)
    else:
        shown.calibrated_on_totals(out, tree, lang)


@app.command(help=say("help.check"))
def check(
    lab: LabPath, lang: Lang,
    truths: Annotated[int, typer.Option("--truths", help=say("help.truths"))] = 300,
    holdout: Annotated[int | None, typer.Option("--holdout", metavar="MONTHS",
                                                help=say("help.holdout"))] = None,
    seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """Whether the calibration may be believed."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.checking import check as run
        from simlab.lab import Lab

        found = run(Lab.open(lab), truths=truths, holdout=holdout, seed=seed, progress=progress)
    if as_json:
        print_json(found)
    else:
        shown.checked(out, found, lang)


@app.command(help=say("help.forecast"))
def forecast(
    lab: LabPath, lang: Lang,
    start: Annotated[str | None, typer.Option("--from", metavar="MONTH",
                                              help=say("help.from"))] = None,
    months: Annotated[int | None, typer.Option("--months", help=say("help.forecast_months"))]
    = None,
    every_month: Annotated[bool, typer.Option("--every-month", help=say("help.every_month"))]
    = False,
    recalibrate: Annotated[bool, typer.Option("--recalibrate", help=say("help.recalibrate"))]
    = False,
    draws: Annotated[int | None, typer.Option("--draws", help=say("help.draws"))] = None,
    seed: Seed = 1, out_dir: Out = None, as_json: AsJson = False,
) -> None:
    """Who will have left, with nothing changed; or how such forecasts turned out."""
    rows = draws if draws is not None else 30 if every_month else 100
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.errors import LabError
        from simlab.jobs.checking import mark
        from simlab.jobs.forecasting import forecast as ahead
        from simlab.jobs.rolling import forecast_every_month
        from simlab.lab import Lab

        opened = Lab.open(lab)
        result: Any
        if every_month:
            result = forecast_every_month(opened, start, months, recalibrate=recalibrate,
                                          draws=rows, seed=seed, out=out_dir,
                                          progress=progress)
        elif start is None or recalibrate:
            raise LabError("forecast_options", option="--recalibrate" if start else "--from")
        else:
            result = ahead(opened, start, 6 if months is None else months, draws=rows, seed=seed,
                           out=out_dir, progress=progress)
    kept = opened.path / ("rolling" if every_month else "forecasts") / result.start
    folder = out_dir or kept
    if as_json:
        print_json({**result.to_json(), "folder": str(folder)})
        return
    if every_month:
        if not recalibrate:
            shown.mark(out, mark(opened), lang)
        shown.rolled(out, result.to_json(), lang)
    else:
        shown.forecasted(out, result, lang)
    out.print(say("written_to", lang, path=folder), markup=False, soft_wrap=True)


@app.command(help=say("help.backtest"))
def backtest(
    lab: LabPath, lang: Lang,
    event: Annotated[Path, typer.Option("--event", metavar="EVENT", help=say("help.event"))],
    simulations: Annotated[int, typer.Option("--simulations", help=say("help.simulations"))]
    = 10_000,
    draws: Annotated[int, typer.Option("--draws", help=say("help.draws"))] = 100,
    replicates: Annotated[int, typer.Option("--replicates", help=say("help.replicates"))] = 8,
    seed: Seed = 1, out_dir: Out = None, as_json: AsJson = False,
) -> None:
    """A past change of policy, forecast from the months before it."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.events import backtest as run
        from simlab.lab import Lab

        done = run(Lab.open(lab), event, simulations=simulations, draws=draws,
                   replicates=replicates, seed=seed, out=out_dir, progress=progress).to_json()
    if as_json:
        print_json(done)
    else:
        shown.replayed(out, done, lang)


@app.command(help=say("help.claims"))
def claims(
    lang: Lang,
    cases: Annotated[list[str] | None, typer.Argument(metavar="[CASE...]",
                                                      help=say("help.cases"))] = None,
    lab: Annotated[Path | None, typer.Option("--lab", metavar="LAB",
                                             help=say("help.claims_lab"))] = None,
    draws: Annotated[int | None, typer.Option("--draws", help=say("help.claims_draws"))] = None,
    seed: Seed = 1,
    json_file: Annotated[str | None, typer.Option("--json", metavar="FILE",
                                                  help=say("help.json_file"))] = None,
) -> None:
    """Claims in circulation against the model."""
    printed = json_file == "-"
    with at_work(lang, printed) as progress:
        from simlab.cli import shown
        from simlab.jobs.checking import mark
        from simlab.jobs.claims import claims as run
        from simlab.jobs.common import write_out
        from simlab.lab import Lab

        opened = None if lab is None else Lab.open(lab)
        found = [result.to_json() for result in run(cases or (), lab=opened, draws=draws,
                                                    seed=seed, progress=progress)]
        if json_file is not None and not printed:
            path = Path(json_file)
            content = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
            write_out(path.parent, {path.name: content})
    if printed:
        print_json(found)
        return
    if opened is not None:
        shown.mark(out, mark(opened), lang)
    shown.claimed(out, found, lang)
