"""Commands that answer which policy, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from simlab.cli.commands.app import AsJson, LabPath, Lang, Out, Prior, Seed, app
from simlab.cli.run import at_work, out, print_json, say


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


@app.command(help=say("help.report"))
def report(
    lab: LabPath, lang: Lang,
    scenario: Annotated[str | None, typer.Option("--scenario", help=say("help.which"))] = None,
    file_format: Annotated[Literal["html", "pdf", "xlsx"],
                           typer.Option("--format", help=say("help.file_format"))] = "html",
    client: Annotated[str | None, typer.Option("--client", metavar="NAME",
                                               help=say("help.client"))] = None,
    logo: Annotated[Path | None, typer.Option("--logo", metavar="FILE",
                                              help=say("help.logo"))] = None,
    out_dir: Out = None, as_json: AsJson = False,
) -> None:
    """What the lab holds, as a page, a paper or a workbook."""
    with at_work(lang, as_json) as progress:
        from simlab.jobs.clients import read_logo, set_client
        from simlab.jobs.reporting import report as run
        from simlab.lab import Lab

        opened = Lab.open(lab)
        if client is not None or logo is not None:
            drawn = b"" if client == "" else None
            set_client(opened, name=client, logo=drawn if logo is None else read_logo(logo))
        path = run(opened, lang, scenario=scenario, file_format=file_format, out=out_dir,
                   progress=progress)
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
