"""Claim cases as a reader sees them: cells of a table and the sentences around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simlab.i18n import text
from simlab.report import wording

Tree = Mapping[str, Any]
"""A result of a claim case as plain data (its ``to_json``), or one of its figures."""


EXACT = 0.01
"""A band narrower than this is stated to a digit more."""


def figure(value: float | None, item: Tree, lang: str) -> str:
    """One figure in its unit: a share in per cent, a ratio with two digits behind the point
    (three where the band is that narrow)."""
    unit, band = item["unit"], item["band"]
    if value is None:
        return wording.MISSING
    if unit == "share":
        digits = 1 if 0.0005 <= abs(value) < 0.0995 else 0
        return f"{100 * value + 0.0:.{digits}f}%".replace("-", "−").replace("−0%", "0%")
    if unit == "ratio":
        narrow = band is not None and None not in band and band[1] - band[0] < EXACT
        return f"{value:.{3 if narrow else 2}f}".replace("-", "−")
    if unit == "count":
        return wording.number(round(value), lang)
    return f"{value:.{2 if unit == 'points' else 1}f}".replace("-", "−")


def claimed(item: Tree, lang: str) -> str:
    """The claimed figure with its band; a dash for one shown beside the claim."""
    if item["band"] is None:
        return wording.MISSING
    lower, upper = (figure(edge, item, lang) for edge in item["band"])
    for key, edge, other in (("at_most", 0, upper), ("at_least", 1, lower)):
        if item["band"][edge] is None:
            return text(f"claims.{key}", lang, edge=other)
    if item["claimed"] is None:
        return text("claims.band", lang, lower=lower, upper=upper)
    return text("claims.claimed_band", lang, lower=lower, upper=upper,
                claimed=figure(item["claimed"], item, lang))


def simulated(item: Tree, lang: str) -> str:
    """The median over futures with its 90% interval; the figure alone where they are equal."""
    if item["median"] is None:
        return wording.MISSING
    median, lower, upper = (figure(item[key], item, lang)
                            for key in ("median", "lower", "upper"))
    if lower == upper:
        return median
    return text("claims.interval", lang, median=median, lower=lower, upper=upper)


def verdict(name: str, lang: str) -> str:
    """A verdict in words."""
    return text(f"claims.verdict.{name}", lang)


def cells(item: Tree, lang: str, *, calibrated: bool) -> list[str]:
    """One figure as a row: what, claimed, simulated, probability of the band (over the prior as
    well where the futures are a posterior's), verdict."""
    judged = item["judgement"]
    inside = [wording.MISSING] * (2 if calibrated else 1)
    said = text("claims.beside", lang)
    if judged is not None and judged["verdict"] != "not_tested":
        inside = [wording.share(judged["inside"]),
                  *([wording.share(item["prior_inside"])] if calibrated else [])]
    if judged is not None:
        word = verdict(judged["verdict"], lang)
        said = f"{said}: {word}" if item["beside"] else word
    return [wording.pick(item["says"], lang), claimed(item, lang), simulated(item, lang),
            *inside, said]


def header(lang: str, *, calibrated: bool) -> list[str]:
    """Titles of the columns of `cells`."""
    names = ["figure", "claimed", "simulated", "inside", *(["prior"] if calibrated else []),
             "verdict"]
    return [text(f"claims.column.{name}", lang) for name in names]


def notes(tree: Tree, lang: str) -> list[str]:
    """The sentences below a case's table: its verdict, what has no value or no test, which
    numbers are not the claim's, what the futures are."""
    lines = [text("claims.verdict_line", lang, name=tree["name"],
                  verdict=verdict(tree["verdict"], lang))]
    parts = [item for item in tree["figures"] if not item["beside"]]
    if len(parts) > 1:
        lines.append(text("claims.together", lang, share=wording.share(tree["together"])))
    for item in tree["figures"]:
        says = wording.pick(item["says"], lang)
        if item["reason"] is not None:
            lines.append(text("claims.reason", lang, figure=says,
                              why=wording.pick(item["reason"], lang)))
        elif _signed(item):
            lines.append(text("claims.sign", lang, figure=says,
                              share=wording.share(item["judgement"]["right_sign"])))
        if item["undefined"] and item["reason"] is None:
            lines.append(text("claims.undefined", lang, figure=says, count=item["undefined"],
                              futures=item["futures"]))
    lines.append(text("claims.ours", lang, words=ours(tree, lang)))
    kind = "on_posterior" if tree["calibrated"] else "on_prior"
    if not tree["parameters"]:
        kind = "on_nothing"
    lines.append(text(f"claims.{kind}", lang, draws=tree["draws"], replicates=tree["replicates"]))
    return lines


def _signed(item: Tree) -> bool:
    """Whether the share of futures with the claimed sign says something."""
    judged = item["judgement"]
    return (judged is not None and not item["beside"] and item["futures"] > 1
            and judged["right_sign"] is not None)


def ours(tree: Tree, lang: str) -> str:
    """The numbers of a case that are the lab's, in one phrase."""
    return text("claims.semicolon", lang).join(wording.pick(w, lang) for w in tree["ours"])
