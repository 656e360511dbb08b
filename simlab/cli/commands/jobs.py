"""Commands about long work: give it to a worker, follow it, do it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from simlab.cli.commands.app import AsJson, LabPath, Lang, app
from simlab.cli.run import at_work, out, print_json, say
from simlab.errors import LabError


@app.command(help=say("help.submit"))
def submit(
    lab: LabPath, lang: Lang,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=say("help.kind"))],
    arguments: Annotated[list[str], typer.Argument(metavar="[NAME=VALUE]...",
                                                   help=say("help.arguments"))] = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Give long work to a worker."""
    with at_work(lang, as_json, stages=False):
        from simlab.jobs.runner import Runner
        from simlab.lab import Lab

        runner = Runner(Lab.open(lab))
        name = runner.start(kind, dict(_argument(each) for each in arguments))
        taken = runner.at_work()
        runner.close()
    if as_json:
        print_json({"job": name})
    else:
        said = say("submitted" if taken else "submitted_waits", lang, job=name, lab=lab)
        out.print(said, markup=False, soft_wrap=True)


@app.command(help=say("help.jobs"))
def jobs(
    lab: LabPath, lang: Lang,
    show: Annotated[str | None, typer.Option("--show", metavar="ID",
                                             help=say("help.show"))] = None,
    cancel: Annotated[str | None, typer.Option("--cancel", metavar="ID",
                                               help=say("help.cancel"))] = None,
    as_json: AsJson = False,
) -> None:
    """What is under way, by whom, how far."""
    with at_work(lang, as_json, stages=False):
        from simlab.cli import shown
        from simlab.jobs.runner import Runner
        from simlab.lab import Lab

        runner = Runner(Lab.open(lab))
        runner.take_up()
        name = show or cancel
        if name is None:
            found = runner.jobs(owner=None)
        else:
            job = runner.cancel(name, None) if cancel else runner.job(name, None)
            if job is None:
                raise LabError("unknown_job", job=name, path=lab)
            found = [job]
        waits = any(job.state == "queued" for job in found) and not runner.at_work()
        runner.close()
    if as_json:
        rows = [job.to_json() for job in found]
        print_json(rows if name is None else rows[0])
    elif name is None:
        shown.listed(out, found, lang)
    else:
        shown.job(out, found[0], lang)
    if waits and not as_json:
        out.print(say("no_worker", lang, lab=lab), markup=False, soft_wrap=True)


@app.command(help=say("help.token"))
def token(
    lab: LabPath, lang: Lang,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help=say("help.token_name"))]
    = None,
    forget: Annotated[str | None, typer.Option("--forget", metavar="NAME",
                                               help=say("help.forget"))] = None,
    as_json: AsJson = False,
) -> None:
    """Who may call the API."""
    with at_work(lang, as_json, stages=False):
        from simlab.api import tokens
        from simlab.lab import Lab

        opened = Lab.open(lab)
        if forget is not None:
            tokens.forget_token(opened, forget)
        made = None if name is None else tokens.make_token(opened, name)
        known = tokens.tokens(opened)
    if as_json:
        print_json({"tokens": known, "token": made})
        return
    if forget is not None:
        out.print(say("token_forgotten", lang, name=forget), markup=False)
    if made is not None:
        out.print(say("token_made", lang, name=name, path=lab, token=made), markup=False,
                  soft_wrap=True)
    elif forget is None:
        lines = [f"{each}  {when}" for each, when in known.items()]
        out.print("\n".join(lines) or say("no_tokens", lang), markup=False)


@app.command(help=say("help.worker"))
def worker(
    lab: LabPath, lang: Lang,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=64,
                                         help=say("help.at_once"))] = 2,
    tied: Annotated[bool, typer.Option("--tied", hidden=True)] = False,
) -> None:
    """Do the jobs of a lab."""
    with at_work(lang, False, stages=False):
        from simlab.background import Worker
        from simlab.jobs.kinds import KINDS
        from simlab.lab import Lab

        opened = Lab.open(lab)
        made = Worker(opened, KINDS, at_once=at_once)
        signal.signal(signal.SIGTERM, lambda *_: made.stop())
        if tied:
            threading.Thread(target=_when_input_closes, args=(made,), daemon=True).start()
        else:
            out.print(say("working", lang, path=opened.path), markup=False, soft_wrap=True)
        try:
            made.run()
        except KeyboardInterrupt:
            pass
        except LabError as error:  # of two that a server's processes start, one is enough
            if not tied or error.code != "worker_there":
                raise


def _when_input_closes(made: Any) -> None:
    """Stop the worker with the process that started it."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    made.stop()


def _argument(given: str) -> tuple[str, Any]:
    """``draws=400`` -> ("draws", 400). A file is passed on by its absolute path, since a worker
    runs in another folder."""
    name, equals, value = given.partition("=")
    if not equals or not name:
        raise LabError("not_an_argument", given=given)
    try:
        read = yaml.safe_load(value)
    except yaml.YAMLError:
        raise LabError("not_an_argument", given=given) from None
    return name, [_absolute(each) for each in read] if isinstance(read, list) else _absolute(read)


def _absolute(value: Any) -> Any:
    if isinstance(value, str) and Path(value).suffix and Path(value).is_file():
        return str(Path(value).absolute())
    return value
