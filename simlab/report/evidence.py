"""What an effect rests on, as a reader sees it: the same effect over rival draws, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.i18n import text
from simlab.report import figures, wording

Tree = Mapping[str, Any]

COLUMNS = ("over", "difference", "ratio", "beats")


def header(lang: str) -> list[str]:
    """Titles of the columns of `rows`."""
    titles = {"over": "report.over.title"}
    return [text(titles.get(name, f"report.table_{name}"), lang) for name in COLUMNS]


def rows(comparison: Tree, policy: str, against: str, lang: str) -> list[list[str]]:
    """The headline effect of one pair over each set of draws that was run: your data and the
    assumptions together, the assumptions alone, what the data did not inform at zero, rival
    priors."""
    effect = figures.find_effect(comparison, policy, against, comparison["headline"])
    first = "prior" if _uncalibrated(effect) else "posterior"
    found = [_row(text(f"report.over.{first}", lang), effect, lang)]
    if first == "posterior" and effect["prior"] is not None:
        found.append(_row(text("report.over.prior", lang), effect["prior"], lang))
    if effect.get("zeroed") is not None:
        found.append(_row(text("report.over.zeroed", lang), effect["zeroed"], lang))
    for name, rival in effect.get("rivals", {}).items():
        said = text("report.over.rival", lang, prior=text(f"prior.{name}", lang))
        found.append(_row(said, rival, lang))
    return found


def owed(comparison: Tree, policy: str, against: str, lang: str) -> str:
    """The share of the headline effect's variance that no data speak for, as a sentence."""
    effect = figures.find_effect(comparison, policy, against, comparison["headline"])
    if _uncalibrated(effect):
        return text("report.owed_all", lang)
    share = effect.get("owed")
    if share is None:
        return text("report.owed_unknown", lang)
    return text("report.owed", lang, **{key: wording.share(share[key])
                                        for key in ("mean", "lower", "upper")})


def _uncalibrated(effect: Tree) -> bool:
    """Whether the main draws were the prior's own."""
    return effect["prior"] is not None and effect["informed"] == 0.0 \
        and effect["prior"]["difference"] == effect["difference"]


def _row(label: str, effect: Tree, lang: str) -> list[str]:
    ratio = effect["ratio"]
    changed = wording.MISSING if ratio is None else text(
        "report.interval", lang, mean=wording.change(ratio["mean"]),
        lower=wording.change(ratio["lower"]), upper=wording.change(ratio["upper"]))
    return [label, wording.interval(effect["difference"], lang, signed=True), changed,
            wording.share(effect["beats"])]
