"""What happens around every command: language, progress, Ctrl-C, errors for people."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from simlab.errors import Cancelled, LabError
from simlab.i18n import LANGUAGES, catalogue, text
from simlab.progress import Progress

REFUSED, INTERRUPTED = 2, 130
"""Exit codes: something the user can mend; stopped by Ctrl-C."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
"""Standard output; a file or a pipe gets room for the widest table."""


def default_language() -> str:
    """SIMLAB_LANG where set to a language there is, else the locale's: Chinese or English."""
    named = os.environ.get("SIMLAB_LANG", "")
    if named in LANGUAGES:
        return named
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return "zh" if locale.lower().startswith("zh") else "en"


def say(key: str, lang: str | None = None, **values: Any) -> str:
    """The sentence ``cli.<key>``."""
    return text(f"cli.{key}", lang or default_language(), **values)


@contextmanager
def at_work(lang: str, as_json: bool, *, stages: bool = True) -> Iterator[Progress]:
    """Run a command's work: shows a bar, turns Ctrl-C into a cancelled run and errors into
    sentences and exit codes. With `stages` False no bar is shown."""
    with Console(stderr=True, highlight=False) as console, _bar(console, stages) as bar:
        progress = Progress(_Shown(bar, lang), lambda said: _note(bar.console, said, lang, as_json))
        with _interruptible(progress):
            try:
                yield progress
            except (Cancelled, KeyboardInterrupt) as stop:
                bar.stop()
                _complain(stop if isinstance(stop, Cancelled) else Cancelled(), lang, as_json)
                raise typer.Exit(INTERRUPTED) from None
            except LabError as error:
                bar.stop()
                _complain(error, lang, as_json)
                raise typer.Exit(REFUSED) from None


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str))


class _Shown:
    """Draws the stages of a `Progress` as bars, and each one only once it takes a while."""

    def __init__(self, bar: Bar, lang: str) -> None:
        self._bar, self._lang = bar, lang
        self._tasks: dict[str, TaskID] = {}
        self._began = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self._tasks:
            for task in self._tasks.values():
                self._bar.remove_task(task)
            name = catalogue(self._lang).get(f"stage.{stage}", stage)
            self._tasks = {stage: self._bar.add_task(name, total=total or None)}
        self._bar.update(self._tasks[stage], completed=done, total=total or None)


def _bar(console: Console, stages: bool) -> Bar:
    return Bar(TextColumn("{task.description}"), BarColumn(bar_width=32),
               TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn(), console=console,
               transient=True, disable=not stages or not console.is_terminal)


@contextmanager
def _interruptible(progress: Progress) -> Iterator[None]:
    """Ctrl-C sets the cancel flag, which running kernels read, and interrupts the rest."""
    def stop(_signal: int, _frame: FrameType | None) -> None:
        progress.cancel()
        raise KeyboardInterrupt

    def unraisable(fault: Any) -> None:
        # Ctrl-C met in a destructor cannot be raised there; the flag stops the work all the same
        if not isinstance(fault.exc_value, KeyboardInterrupt):
            sys.__unraisablehook__(fault)

    before, hook = signal.signal(signal.SIGINT, stop), sys.unraisablehook
    sys.unraisablehook = unraisable
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        sys.unraisablehook = hook


def _complain(error: LabError, lang: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"error": error.said(lang)}, ensure_ascii=False, default=str),
                   err=True)
    else:
        typer.echo(error.explain(lang), err=True)


def _note(console: Console, said: LabError, lang: str, as_json: bool) -> None:
    """Above the bar, if there is one."""
    line = (json.dumps({"note": said.said(lang)}, ensure_ascii=False, default=str) if as_json
            else said.explain(lang))
    console.print(line, markup=False, soft_wrap=True)

