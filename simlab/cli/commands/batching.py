"""The command that runs studies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simlab.cli.commands.app import AsJson, Lang, app
from simlab.cli.run import at_work, out, print_json, say


@app.command(help=say("help.batch"))
def batch(
    study: Annotated[str, typer.Argument(metavar="STUDY", help=say("help.study"))],
    lang: Lang,
    lab: Annotated[Path | None, typer.Option("--lab", metavar="LAB",
                                             help=say("help.study_lab"))] = None,
    out_dir: Annotated[Path | None, typer.Option("--out", metavar="DIR",
                                                 help=say("help.study_out"))] = None,
    scheduler: Annotated[str | None, typer.Option("--scheduler", metavar="ADDRESS",
                                                  help=say("help.scheduler"))] = None,
    threads: Annotated[int | None, typer.Option("--threads", min=1,
                                                help=say("help.threads"))] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help=say("help.study_fresh"))] = False,
    retry: Annotated[bool, typer.Option("--retry", help=say("help.retry"))] = False,
    status: Annotated[bool, typer.Option("--status", help=say("help.study_status"))] = False,
    packed: Annotated[Path | None, typer.Option("--csv", metavar="FILE.zip",
                                                help=say("help.study_csv"))] = None,
    ask: Annotated[bool, typer.Option("--estimate", help=say("help.study_estimate"))] = False,
    as_json: AsJson = False,
) -> None:
    """A study into a folder of Parquet files."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.jobs.batching import batch as run
        from simlab.jobs.batching import study_folder, study_state
        from simlab.lab import Lab

        opened = None if lab is None else Lab.open(lab)
        if ask:
            from simlab.jobs.study_estimate import estimate

            found = estimate(opened, study, threads=threads, progress=progress).to_json()
            print_json(found) if as_json else shown.estimated(out, found, lang)
            return
        state = (study_state(study_folder(opened, study, out_dir)) if status
                 else run(opened, study, out=out_dir, scheduler=scheduler, threads=threads,
                          fresh=fresh, retry=retry, progress=progress))
        if packed is not None:
            from simlab.jobs.study_archive import write_archive

            write_archive(Path(state.path), "csv", packed)
    if as_json:
        print_json(state.to_json())
    else:
        shown.studied(out, state.to_json(), lang, ran=not status)
        if packed is not None:
            out.print(say("written_to", lang, path=packed), markup=False, soft_wrap=True)
