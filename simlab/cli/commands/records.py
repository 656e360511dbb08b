"""Commands about a lab and its records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simlab.cli.commands.app import AsJson, LabPath, Lang, app
from simlab.cli.run import at_work, out, print_json, say


@app.command(help=say("help.new"))
def new(
    lab: LabPath, lang: Lang,
    practice: Annotated[str, typer.Option("--practice", help=say("help.practice"))] = "sales",
    as_json: AsJson = False,
) -> None:
    """An empty lab."""
    with at_work(lang, as_json):
        from simlab.lab import Lab

        made = Lab.create(lab, practice=practice)
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


@app.command(help=say("help.rollback"))
def rollback(
    lab: LabPath, lang: Lang,
    batch: Annotated[int | None, typer.Argument(metavar="[IMPORT]",
                                                help=say("help.import_number"))] = None,
    as_json: AsJson = False,
) -> None:
    """The import batches, or one taken back."""
    with at_work(lang, as_json) as progress:
        from simlab.cli import shown
        from simlab.lab import Lab
        from simlab.records import RolledBack, batches, roll_back

        opened = Lab.open(lab)
        found = batches(opened) if batch is None else roll_back(opened, batch, progress=progress)
    if isinstance(found, RolledBack):
        if as_json:
            print_json(found.to_json())
        else:
            shown.rolled_back(out, found, lang)
    elif as_json:
        print_json([each.to_json() for each in found])
    else:
        shown.batches(out, found, lang)


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
