"""A calibration on totals of a staff, as a reader sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.i18n import text
from simlab.report import checks, wording

Tree = Mapping[str, Any]
"""What `simlab.jobs.aggregates.calibrate_on_totals` keeps."""


def line(tree: Tree, lang: str) -> str:
    """What stood behind it, how well it fits, and what it cannot say."""
    return text("cli.on_totals", lang, source=tree["source"], total=len(tree["totals"]),
                inside=sum(row["inside"] for row in tree["totals"]))


def parameters(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: the few parameters that totals can move."""
    header = [text(f"cli.column.{name}", lang)
              for name in ("parameter", "posterior", "contraction", "rests")]
    return header, [
        [checks.name_of(row["name"], lang), wording.interval(row["posterior"], lang),
         f"{row['contraction']:.2f}", text(f"informed.{row['informed']}", lang)]
        for row in tree["parameters"]]


def reproduced(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: each total beside what the calibrated model makes of it."""
    header = [text(f"cli.column.{name}", lang) for name in ("total", "observed", "model")]
    return header, [
        [name(row, lang), wording.share(row["observed"]),
         wording.interval({"mean": row["median"], "lower": row["lower"],
                           "upper": row["upper"]}, lang)] for row in tree["totals"]]


def name(row: Tree, lang: str) -> str:
    """What a total counts."""
    said = row["name"]
    if row["kind"] == "turnover":
        said = wording.month(said, lang)
    elif row["kind"] in ("reasons", "age"):
        band, _, kinds = said.rpartition(" ")
        joined = "+".join(text(f"cli.exit_kind.{kind}", lang) for kind in kinds.split("+"))
        said = f"{band} {joined}".strip()
    return text(f"cli.total.{row['kind']}", lang, name=said)
