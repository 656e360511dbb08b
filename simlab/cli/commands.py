"""The commands, each one a call of a job and a view of what it gives.

Heavy imports (numba, scikit-learn, Dash) happen inside commands, so that help is instant.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from simlab import __version__
from simlab.cli.run import at_work, default_language, out, print_json, say
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


@app.command(help=say("help.demo"))
def demo(
    lang: Lang, folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=say("help.folder"))]
    = Path("demo-lab"), as_json: AsJson = False,
) -> None:
    """The whole job on the built-in sample firm."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.demo import demo as run

        made = run(folder, lang, progress=progress)
    if as_json:
        print_json(made.to_json())
        return
    shown.imported(out, made.imported, lang)
    shown.calibrated(out, made.fit, lang)
    shown.verdict(out, made.checked, lang)
    shown.compared(out, made.compared.to_json(), lang)
    out.print()
    for step, seconds in made.seconds.items():
        out.print(say("step", lang, step=say(f"steps.{step}", lang), seconds=f"{seconds:.1f}"))
    out.print(say("report_at", lang, path=made.report), markup=False, soft_wrap=True)
    out.print(say("next_serve", lang, lab=made.lab.path), markup=False, soft_wrap=True)


@app.command(help=say("help.new"))
def new(lab: LabPath, lang: Lang, as_json: AsJson = False) -> None:
    """An empty lab."""
    with at_work(lang, as_json):
        from simlab.lab import Lab

        made = Lab.create(lab)
    if as_json:
        print_json({"lab": str(made.path)})
    else:
        out.print(say("new_lab", lang, path=made.path), markup=False, soft_wrap=True)


@app.command("import", help=say("help.import"))
def import_(
    lab: LabPath, lang: Lang,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=say("help.files"))],
    profile: Annotated[str, typer.Option("--profile", help=say("help.profile"))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("help.dry_run"))] = False,
    as_json: AsJson = False,
) -> None:
    """Files into the records."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.records import import_records
        from simlab.lab import Lab

        report = import_records(Lab.open(lab), files, profile, dry_run=dry_run, progress=progress)
    if as_json:
        print_json(report.as_dict())
    else:
        shown.imported(out, report, lang)


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


@app.command(help=say("help.compare"))
def compare(
    lab: LabPath, scenario: ScenarioName, lang: Lang,
    policy: Annotated[list[str], typer.Option("--policy", help=say("help.policy"))] = [],  # noqa: B006
    draws: Annotated[int, typer.Option("--draws", help=say("help.draws"))] = 200,
    replicates: Annotated[int, typer.Option("--replicates", help=say("help.replicates"))] = 8,
    months: Annotated[int | None, typer.Option("--months", help=say("help.months"))] = None,
    baseline: Annotated[str | None, typer.Option("--baseline", help=say("help.baseline"))] = None,
    prior: Prior = "registry", seed: Seed = 1, out_dir: Out = None, as_json: AsJson = False,
) -> None:
    """Policies against each other."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.comparing import compare as run
        from simlab.lab import Lab

        result = run(Lab.open(lab), scenario, policy, draws=draws, replicates=replicates,
                     months=months, baseline=baseline, prior=prior, seed=seed, out=out_dir,
                     progress=progress)
    if as_json:
        print_json(result.to_json())
        return
    shown.compared(out, result.to_json(), lang)
    if out_dir is not None:
        out.print(say("written_to", lang, path=out_dir), markup=False, soft_wrap=True)


@app.command(help=say("help.answers"))
def answers(
    lab: LabPath, lang: Lang,
    scenario: Annotated[str, typer.Option("--scenario", help=say("help.scenario"))]
    = "sales_transition",
    draws: Annotated[int, typer.Option("--draws", help=say("help.draws"))] = 150,
    replicates: Annotated[int, typer.Option("--replicates", help=say("help.replicates"))] = 16,
    prior: Prior = "registry", seed: Seed = 1, as_json: AsJson = False,
) -> None:
    """Which questions the data answer."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.answering import answers as run
        from simlab.jobs.checking import mark
        from simlab.lab import Lab

        opened = Lab.open(lab)
        found = run(opened, scenario, draws=draws, replicates=replicates, prior=prior,
                    seed=seed, progress=progress).to_json()
        carried = mark(opened)
    if as_json:
        print_json({**found, "check": carried})
    else:
        shown.mark(out, carried, lang)
        shown.answered(out, found, lang)


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


@app.command(help=say("help.report"))
def report(
    lab: LabPath, lang: Lang,
    scenario: Annotated[str | None, typer.Option("--scenario", help=say("help.which"))] = None,
    out_dir: Out = None, as_json: AsJson = False,
) -> None:
    """One self-contained page."""
    with at_work(lang, as_json) as progress:
        from simlab.jobs.reporting import report as run
        from simlab.lab import Lab

        path = run(Lab.open(lab), lang, scenario=scenario, out=out_dir, progress=progress)
    if as_json:
        print_json({"report": str(path)})
    else:
        out.print(say("report_at", lang, path=path), markup=False, soft_wrap=True)


@app.command(help=say("help.story"))
def story(
    lab: LabPath, lang: Lang,
    history: Annotated[int, typer.Option("--history", help=say("help.history"))],
    person: Annotated[str, typer.Option("--person", help=say("help.person"))],
    policy: Annotated[str | None, typer.Option("--policy", help=say("help.told"))] = None,
    against: Annotated[str | None, typer.Option("--against", help=say("help.against"))] = None,
    scenario: Annotated[str | None, typer.Option("--scenario", help=say("help.which"))] = None,
    as_json: AsJson = False,
) -> None:
    """One simulated life, and its twin under another policy."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.checking import mark
        from simlab.jobs.telling import story as run
        from simlab.lab import Lab

        opened = Lab.open(lab)
        told = run(opened, person, history, scenario=scenario, policy=policy, against=against,
                   progress=progress)
        carried = mark(opened)
    if as_json:
        print_json({**told.to_json(), "check": carried})
    else:
        shown.mark(out, carried, lang)
        shown.told(out, told, lang)


@app.command(help=say("help.status"))
def status(lab: LabPath, lang: Lang, as_json: AsJson = False) -> None:
    """What is there, what is stale."""
    with at_work(lang, as_json):
        from simlab.cli import shown
        from simlab.jobs.standing import status as run
        from simlab.lab import Lab

        state = run(Lab.open(lab))
    if as_json:
        print_json(state.to_json())
    else:
        shown.standing(out, state, lang)


@app.command(help=say("help.scenarios"))
def scenarios(lang: Lang, as_json: AsJson = False) -> None:
    """What can be run, one line each."""
    _list(lang, as_json, lambda study: [{"name": study.name, "title": study.title,
                                         "question": study.question,
                                         "policies": list(study.policies)}])


@app.command(help=say("help.policies"))
def policies(
    lang: Lang,
    scenario: Annotated[str | None, typer.Argument(metavar="[SCENARIO]",
                                                   help=say("help.scenario"))] = None,
    as_json: AsJson = False,
) -> None:
    """The policies of one scenario or of all, one line each."""
    _list(lang, as_json, lambda study: [
        {"scenario": study.name, "name": policy.name, "title": dict(policy.title),
         "baseline": policy.name == study.baseline} for policy in study.policies.values()
    ], scenario)


def _list(lang: str, as_json: bool, rows_of: Any, only: str | None = None) -> None:
    with at_work(lang, as_json, stages=False):
        import scenarios as library
        from simlab.report.wording import pick

        names = library.names() if only is None else (only,)
        rows = [row for name in names for row in rows_of(library.load(name))]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        name = " ".join(str(row[key]) for key in ("scenario", "name") if key in row)
        mark = f" ({say('baseline', lang)})" if row.get("baseline") else ""
        out.print(f"{name}: {pick(row['title'], lang)}{mark}", markup=False)


@app.command(help=say("help.template"))
def template(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help=say("help.template_dir"))],
    lang: Lang, as_json: AsJson = False,
) -> None:
    """Blank canonical sheets."""
    with at_work(lang, as_json):
        from simlab.records import write_template

        paths = write_template(directory)
    if as_json:
        print_json({"files": [str(path) for path in paths]})
    else:
        for path in paths:
            out.print(str(path), markup=False, soft_wrap=True)


@app.command(help=say("help.schema"))
def schema(
    kind: Annotated[Literal["policy", "scenario", "event"],
                    typer.Argument(help=say("help.schema_kind"))],
    lang: Lang,
) -> None:
    """The form of a policy, scenario or event file."""
    with at_work(lang, True, stages=False):
        from scenarios import event_schema
        from scenarios import schema as scenario_schema
        from simlab.policy import policy_schema

        forms = {"policy": policy_schema, "scenario": scenario_schema, "event": event_schema}
        made = forms[kind](lang)
    print_json(made)


@app.command(help=say("help.serve"))
def serve(
    lab: LabPath, lang: Lang,
    host: Annotated[str, typer.Option("--host", help=say("help.host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=say("help.port"))] = 8050,
) -> None:
    """The lab in a browser."""
    with at_work(lang, False, stages=False):
        from simlab.lab import Lab
        from simlab.ui import run

        run(Lab.open(lab), host, port, lambda url: out.print(say("serving", lang, url=url)))
