"""Whether a calibration was checked, in words: sentences and tables from the tree of a check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.i18n import text
from simlab.parameters import INDEX, REGISTRY
from simlab.report import wording

Tree = Mapping[str, Any]
COLUMNS = ("parameter", "identified", "contraction", "coverage50", "coverage80", "coverage90")


def marked(check: Tree | None) -> dict[str, Any]:
    """The mark that all carries which is built on a calibration: the ``verdict`` of its check
    (unchecked where there was none) and the names of ``failed`` and ``untested`` gates."""
    if check is None:
        return {"verdict": "unchecked", "failed": [], "untested": []}
    return {"verdict": check["verdict"], **{
        state: [gate["name"] for gate in check["gates"] if gate["state"] == state]
        for state in ("failed", "untested")}}


def verdict(mark: Tree, lang: str) -> str:
    """One sentence: passed, failed and by which gates, or not checked yet."""
    named = text("gate.comma", lang).join(
        text(f"gate.title.{name}", lang) for name in mark["failed"])
    return text(f"check.verdict.{mark['verdict']}", lang, gates=named)


def caution(tree: Tree, lang: str) -> str | None:
    """What is to be borne in mind of a stored result: that it was not calibrated, or that the
    calibration's check failed or is missing; None where there is nothing."""
    if not tree["calibrated"]:
        return text("cli.on_prior", lang)
    unsure = tree["check"] and tree["check"]["verdict"] != "passed"
    return verdict(tree["check"], lang) if unsure else None


def gates(check: Tree, lang: str) -> list[tuple[str, str, str]]:
    """(gate, result, reason) of every gate."""
    return [(text(f"gate.title.{gate['name']}", lang), text(f"gate.state.{gate['state']}", lang),
             wording.pick(gate["said"], lang)) for gate in check["gates"]]


def header(lang: str) -> list[str]:
    """Of the coverage table."""
    return [text(f"check.column.{name}", lang) for name in COLUMNS]


def coverage(check: Tree, lang: str) -> list[list[str]]:
    """A row a parameter that records can move, the best informed first."""
    rows = sorted(check["coverage"], key=lambda row: -row["contraction"])
    return [[name_of(row["parameter"], lang),
             text(f"check.identified.{'true' if row['identified'] else 'false'}", lang),
             f"{max(row['contraction'], 0.0):.2f}",
             *(f"{row[name]:.3f}" for name in COLUMNS[3:])] for row in rows]


def name_of(parameter: str, lang: str) -> str:
    """A parameter's meaning; its own name where this version does not know it."""
    return REGISTRY[INDEX[parameter]].meaning(lang) if parameter in INDEX else parameter
