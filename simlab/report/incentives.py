"""A pay plan as a reader sees it: tables and sentences.

Trees are ``Incentives.to_json()`` of `simlab.jobs.incentives`: plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simlab.i18n import text
from simlab.practice import pack
from simlab.report import checks, figures, wording
from simlab.report.figures import percent

Tree = Mapping[str, Any]
Table = tuple[list[str], list[list[str]]]
SEGMENTS = ("standard", "key")


def section(tree: Tree, lang: str, embedded: Callable[[Any, str], Any]) -> dict[str, Any]:
    """What the report's section shows; `embedded` turns a figure and its name into a part of the
    page."""
    return {
        "title": text("incentives.title", lang),
        "caution": checks.caution(tree, lang),
        "lines": [wording.pick(tree["titles"][tree["policy"]], lang), *below(tree, lang),
                  rewarded(tree, lang)],
        "figures": [(text(f"incentives.{name}", lang), text(f"incentives.{name}_note", lang),
                     embedded(draw(tree, lang), f"incentives-{name}"))
                    for name, draw in (("effort", figures.weights_and_effort),
                                       ("gap", figures.pay_gap))],
        "tables": [(text("incentives.kpis", lang), text("incentives.kpis_note", lang),
                    *kpis(tree, lang)),
                   (text("incentives.pay", lang),
                    text("incentives.pay_note", lang, unit=text("unit.money", lang)),
                    *paid(tree, lang))],
        "notes": few(tree, lang),
    }


def below(tree: Tree, lang: str) -> list[str]:
    """Median months below the expected income, of everybody and by segment, as sentences."""
    return [text(f"incentives.below_{who}", lang, months=len(tree["months"]),
                 median=wording.interval(found, lang))
            for who, found in tree["below"].items() if found is not None]


def efforts(tree: Tree, lang: str) -> Table:
    """Weights and effort of every stage: a row for each KPI that is weighed and each task."""
    role = pack(tree["practice"])
    rows = []
    for number, stage in enumerate(tree["stages"], start=1):
        when = _stage(number, stage, lang)
        rows += [[when, text("incentives.weight", lang), role["kpis"][kpi][lang],
                  _share(weight)] for kpi, weight in stage["weights"].items() if weight]
        for segment in SEGMENTS:
            rows += [[when, text(f"incentives.bar_{segment}", lang), role["tasks"][task][lang],
                      percent(share, lang)]
                     for task, share in (stage["effort"][segment] or {}).items()]
    return [text(f"incentives.column.{name}", lang)
            for name in ("stage", "what", "name", "share")], rows


def kpis(tree: Tree, lang: str) -> Table:
    """Every KPI: its weight in each stage, the effort that serves it, how far that is from an even
    split."""
    role = pack(tree["practice"])
    stages = len(tree["kpis"][0]["weights"])
    header = [text("incentives.column.kpi", lang),
              *(text("incentives.column.weight", lang, stage=k + 1) for k in range(stages)),
              *(text(f"incentives.column.{name}", lang) for name in
                ("standing", "effort", "against_even"))]
    return header, [
        [role["kpis"][kpi["name"]][lang], *(_share(weight) for weight in kpi["weights"]),
         text(f"incentives.standing.{_standing(kpi)}", lang), percent(kpi["effort"], lang),
         _points(kpi["against_even"], lang)] for kpi in tree["kpis"]]


def rewarded(tree: Tree, lang: str) -> str:
    """Which KPIs the plan leaves without weight while effort for them falls."""
    role = pack(tree["practice"])
    names = [role["kpis"][kpi["name"]][lang] for kpi in tree["kpis"] if kpi["unrewarded"]]
    if not names:
        return text("incentives.nothing_unrewarded", lang)
    return text("incentives.unrewarded", lang, kpis=text("cli.comma", lang).join(names))


def paid(tree: Tree, lang: str) -> Table:
    """What income is made of, a head and month in either segment, beside what the plan says."""
    plan = tree["definition"]["incentive"]
    rows = [[text(f"incentives.paid.{part}", lang), _said(part, plan, lang),
             *(wording.MISSING if held is None else wording.interval(held[part], lang)
               for held in (tree["paid"][segment] for segment in SEGMENTS))]
            for part in ("base", "commission", "key_earned", "key_paid", "bonus", "top_up",
                         "income", "expected")]
    header = [text("incentives.column.part", lang), text("incentives.column.plan", lang),
              *(text(f"incentives.segment.{segment}", lang) for segment in SEGMENTS)]
    return header, rows


def _said(part: str, plan: Tree, lang: str) -> str:
    """What the plan says of a part of income."""
    if part == "top_up":
        if not plan["guarantee"] or not plan["guarantee_months"]:
            return text("incentives.plan.none", lang)
        kind = "recovered" if plan["recoverable"] else "kept"
        return text(f"incentives.plan.guarantee_{kind}", lang, share=_share(plan["guarantee"]),
                    months=plan["guarantee_months"])
    if part == "bonus":
        cap = plan["bonus_cap"]
        lines = [text("incentives.plan.bonus", lang, pool=_share(plan["bonus_pool"]),
                      elasticity=f"{plan['bonus_elasticity']:g}",
                      most=_share(plan["attainment_cap"])),
                 text("incentives.plan.uncapped", lang) if cap is None
                 else text("incentives.plan.capped", lang, cap=_share(cap))]
        if plan["stage_bonus"]:
            lines.append(text("incentives.plan.stage_bonus", lang,
                              share=_share(plan["stage_bonus"])))
        return text("cli.comma", lang).join(lines)
    if part in ("income", "expected"):
        return ""
    return text(f"incentives.plan.{part}", lang, factor=f"{plan['base_factor']:g}",
                share=_share(plan["key_commission" if part == "key_earned" else "commission"]),
                lag=plan["payout_lag"], milestone=_share(plan["milestone_share"]))


def few(tree: Tree, lang: str) -> list[str]:
    """Segments that are not shown because they are too small."""
    return [text("incentives.few", lang, segment=text(f"incentives.segment.{segment}", lang))
            for segment in SEGMENTS if tree["gaps"][segment] is None]


def _standing(kpi: Tree) -> str:
    if kpi["unrewarded"]:
        return "unrewarded"
    return "weighed" if any(kpi["weights"]) else "unweighed"


def _stage(number: int, stage: Tree, lang: str) -> str:
    return text("incentives.stage", lang, stage=number,
                first=wording.month(stage["months"][0], lang),
                last=wording.month(stage["months"][1], lang))


def _points(value: Mapping[str, float], lang: str) -> str:
    """A difference of shares in percentage points."""
    return wording.interval({key: 100 * each for key, each in value.items()}, lang, signed=True)


def _share(value: float) -> str:
    return f"{100 * value:g}%" if round(100 * value, 1) == 100 * value else f"{100 * value:.1f}%"
