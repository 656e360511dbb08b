"""Commands that do the whole job, or open the page on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simlab.cli.commands.app import AsJson, Lang, app
from simlab.cli.run import at_work, out, print_json, say


@app.command(help=say("help.demo"))
def demo(
    lang: Lang, folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=say("help.folder"))]
    = Path("demo-lab"),
    firm: Annotated[str, typer.Option("--firm", help=say("help.demo_firm"))] = "sales",
    as_json: AsJson = False,
) -> None:
    """The whole job on the built-in sample firm, or on the sample hospital."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.demo import demo as run

        made = run(folder, lang, progress=progress, firm=firm)
    if as_json:
        print_json(made.to_json())
        return
    shown.imported(out, made.imported, lang)
    if made.fit is not None and made.checked is not None:
        shown.calibrated(out, made.fit, lang)
        shown.verdict(out, made.checked, lang)
    shown.compared(out, made.compared.to_json(), lang)
    out.print()
    for step, seconds in made.seconds.items():
        out.print(say("step", lang, step=say(f"steps.{step}", lang), seconds=f"{seconds:.1f}"))
    out.print(say("report_at", lang, path=made.report), markup=False, soft_wrap=True)
    out.print(say("next_serve", lang, lab=made.lab.path), markup=False, soft_wrap=True)


@app.command(help=say("help.serve"))
def serve(
    labs: Annotated[list[Path], typer.Argument(metavar="LAB...", help=say("help.labs"))],
    lang: Lang,
    host: Annotated[str, typer.Option("--host", help=say("help.host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=say("help.port"))] = 8050,
) -> None:
    """The lab in a browser."""
    with at_work(lang, False, stages=False):
        from simlab.lab import Lab
        from simlab.ui import run

        run([Lab.open(lab) for lab in labs], host, port,
            lambda url: out.print(say("serving", lang, url=url)))
