"""Sheets of a comparison (``Comparison.to_json()``)."""

from __future__ import annotations

from collections.abc import Mapping

from simlab.decide.outcomes import outcome as described
from simlab.i18n import text
from simlab.report import comparing, wording
from simlab.report.sheets.sheet import Sheet, Tree, figures, numbers, shares, spread, texts

Titles = Mapping[str, str]
BANDS = ("mean", "p05", "p25", "p50", "p75", "p95")


def sheets(tree: Tree, titles: Titles, shown: tuple[str, ...], lang: str) -> list[Sheet]:
    """All that a comparison fills; `shown` are the outcomes listed by month."""
    found = [_policies(tree, titles, lang), _months(tree, titles, shown, lang)]
    if tree.get("standings"):
        found.append(_chances(tree, titles, lang))
    if tree.get("worths"):
        found.append(_worth(tree, titles, lang))
    if tree.get("groups"):
        found.append(_groups(tree, titles, lang))
    if tree.get("channels"):
        found.append(_channels(tree, titles, lang))
    if tree.get("levers"):
        found.append(_levers(tree, titles, lang))
    return found


def _policies(tree: Tree, titles: Titles, lang: str) -> Sheet:
    period, draws = _period(tree, lang), tree["draws"]
    rows = [[titles.get(e["policy"], e["policy"]), titles.get(e["against"], e["against"]),
             wording.outcome_name(e["outcome"], lang), _unit(e["outcome"], lang), period, draws,
             *figures(e["difference"]), *figures(e["ratio"]), e["beats"], e["sees_better"],
             None if e["prior"] is None else e["prior"]["beats"],
             text(f"report.warrant_short_{e['warrant']}", lang)] for e in tree["effects"]]
    return Sheet("policies", [
        *texts(lang, "policy", "against", "outcome", "unit", "period"), *numbers(lang, "draws"),
        *spread(lang, "difference"), *spread(lang, "ratio"),
        *shares(lang, "beats", "sees", "prior_beats"), *texts(lang, "rests")], rows,
        [text("workbook.note.policies", lang)])


def _months(tree: Tree, titles: Titles, shown: tuple[str, ...], lang: str) -> Sheet:
    futures = tree["draws"] * tree["replicates"]
    rows = [[titles.get(each["policy"], each["policy"]),
             wording.outcome_name(each["outcome"], lang), _unit(each["outcome"], lang), month,
             futures, *(each[band][place] for band in BANDS)]
            for each in tree["fans"] if each["outcome"] in shown
            for place, month in enumerate(tree["months"])]
    return Sheet("months", [*texts(lang, "policy", "outcome", "unit", "month"),
                            *numbers(lang, "futures", *BANDS)], rows,
                 [text("workbook.note.months", lang)])


def _chances(tree: Tree, titles: Titles, lang: str) -> Sheet:
    rows = []
    for each in tree["standings"]:
        said = tree["advice"].get(each["policy"])
        both = [each[key][part] if each[key] else None
                for key in ("target", "budget") for part in ("expected", "seen")]
        rows.append([titles.get(each["policy"], each["policy"]), _period(tree, lang),
                     tree["draws"], each["best"], each["harm"], *both,
                     None if said is None else text(f"comparing.short.{said}", lang)])
    return Sheet("chances", [
        *texts(lang, "policy", "period"), *numbers(lang, "draws"),
        *shares(lang, "best", "harm", "target_expected", "target_seen", "budget_expected",
                "budget_seen"), *texts(lang, "advice")], rows,
        comparing.standing_notes(tree, lang))


def _worth(tree: Tree, titles: Titles, lang: str) -> Sheet:
    unit = tree["terms"]["currency"] or text("unit.money", lang)
    rows = [[titles.get(w["policy"], w["policy"]), titles.get(w["against"], w["against"]), unit,
             _period(tree, lang), tree["draws"], *figures(w["net"]), w["positive"],
             *figures(w["payback"]), w["paid_back"]] for w in tree["worths"]]
    return Sheet("worth", [
        *texts(lang, "policy", "against", "unit", "period"), *numbers(lang, "draws"),
        *spread(lang, "net"), *shares(lang, "positive"), *spread(lang, "payback"),
        *shares(lang, "paid_back")], rows,
        [*comparing.worth_notes(tree, lang), *comparing.idle(tree, titles, lang)])


def _groups(tree: Tree, titles: Titles, lang: str) -> Sheet:
    """The groups and figures that the page shows, and all teams."""
    found = [g for g in tree["groups"] if g["policy"] != tree["baseline"] and (
        (g["figure"] == "regretted" and (g["division"], g["group"]) != ("tier", "below"))
        or (g["figure"], g["division"]) == ("avoidable", "tier"))]
    rows = [[titles.get(g["policy"], g["policy"]), titles.get(g["against"], g["against"]),
             wording.outcome_name(g["figure"], lang),
             text(f"comparing.division.{g['division']}", lang),
             comparing.group_name(g["division"], g["group"], lang),
             g["heads"] if g["people"] is None else g["people"], text("workbook.rate", lang),
             _period(tree, lang), *figures(g["rate"]), *figures(g["rate_difference"]),
             g["beats"], g["harm"]] for g in found]
    return Sheet("groups", [
        *texts(lang, "policy", "against", "outcome", "division", "group"),
        *numbers(lang, "people"), *texts(lang, "unit", "period"), *spread(lang, "rate"),
        *spread(lang, "rate_difference"), *shares(lang, "lower_rate", "higher_rate")], rows,
        [text("comparing.groups.note", lang)])


def _channels(tree: Tree, titles: Titles, lang: str) -> Sheet:
    rows = []
    for each in tree["channels"]:
        named = [titles.get(each[key], each[key]) for key in ("policy", "against")]
        parts = [*((part["channel"], part["difference"], part["keeps"]) for part in each["parts"]),
                 ("remainder", each["remainder"], None), ("whole", each["whole"], None)]
        rows += [[*named, text(f"comparing.channels.{channel}", lang),
                  text("unit.people", lang), _period(tree, lang), each["draws"],
                  *figures(part), keeps] for channel, part, keeps in parts]
    return Sheet("channels", [
        *texts(lang, "policy", "against", "channel", "unit", "period"), *numbers(lang, "draws"),
        *spread(lang, "part"), *shares(lang, "keeps")], rows,
        [comparing.channels_note(tree, lang)])


def _levers(tree: Tree, titles: Titles, lang: str) -> Sheet:
    rows = [[titles.get(policy, policy), *row]
            for policy in dict.fromkeys(each["policy"] for each in tree["levers"])
            for table in [comparing.levers(tree, policy, lang)] if table for row in table[2]]
    return Sheet("levers", texts(lang, "policy", "lever", "fields", "grade", "works"), rows,
                 [text("comparing.levers.note", lang)])


def _period(tree: Tree, lang: str) -> str:
    months = tree["months"]
    return text("ui.between", lang, lower=months[0], upper=months[-1])


def _unit(outcome: str, lang: str) -> str:
    return text(f"unit.{described(outcome).unit}", lang)
