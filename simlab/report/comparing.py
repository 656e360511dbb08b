"""The rest of a comparison as a reader sees it: chances, money, groups, channels, evidence.

Cells and sentences; the first answer and its table stand in `simlab.report.page`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from simlab.i18n import catalogue, text
from simlab.policy.form import form
from simlab.practice import NAMES as PRACTICES
from simlab.report import wording

Tree = Mapping[str, Any]
"""A comparison as plain data (``Comparison.to_json()``)."""
Table = tuple[str, list[str], list[list[str]]]
"""Caption, titles of the columns, rows."""
DETAILED = ("chosen", "unit", "site", "grade", "gender", "age", "segment", "tenure", "tier", "team")
"""Divisions in the order in which they are read."""
MOST_TEAMS = 30
"""Rows of teams shown; all are in ``groups.csv``."""


def _say(key: str, lang: str, **values: Any) -> str:
    return text(f"comparing.{key}", lang, **values)


def standing(tree: Tree, titles: Mapping[str, str], lang: str) -> Table | None:
    """P(best), harm, target and budget of every policy, and what the evidence allows."""
    if not tree.get("standings"):
        return None
    keys = ["best", "harm"]
    keys += [k for k in ("target", "budget") if any(s[k] for s in tree["standings"])]
    rows = []
    for each in tree["standings"]:
        said = tree["advice"].get(each["policy"])
        rows.append([
            titles.get(each["policy"], each["policy"]), *(_chance(each[k], lang) for k in keys),
            wording.MISSING if said is None else _say(f"short.{said}", lang)])
    header = [_say(f"standing.{k}", lang) for k in ("policy", *keys, "advice")]
    return _say("standing.title", lang), header, rows


def _chance(value: Any, lang: str) -> str:
    if isinstance(value, Mapping):
        return _say("standing.both", lang, expected=wording.share(value["expected"]),
                    seen=wording.share(value["seen"]))
    return wording.share(value)


def standing_notes(tree: Tree, lang: str) -> list[str]:
    """What was asked for, and how to read the chances."""
    terms, months = tree.get("terms") or {}, len(tree["months"])
    said = []
    if terms.get("at_most") is not None:
        said.append(_say("standing.target_at_most", lang, months=months,
                         count=wording.number(terms["at_most"], lang)))
    if terms.get("down_by") is not None:
        said.append(_say("standing.target_down_by", lang, share=wording.share(terms["down_by"])))
    if terms.get("budget") is not None:
        said.append(_say("standing.budget_line", lang, months=months,
                         amount=_money(terms["budget"], terms, lang)))
    return [*said, _say("standing.note", lang)]


def _money(value: float, terms: Tree, lang: str) -> str:
    return f"{wording.number(value, lang)} {terms.get('currency') or ''}".strip()


def advice(tree: Tree, policy: str, lang: str) -> str | None:
    """What the evidence allows of a policy, as a sentence."""
    said = (tree.get("advice") or {}).get(policy)
    return None if said is None else _say(f"advice.{said}", lang)


def precision(tree: Tree, lang: str) -> list[str]:
    """How fine the replicates made the differences, and how well histories were paired."""
    found = tree.get("precision")
    if found is None:
        return []
    ratio = found["ratio"]
    values = {"replicates": found["replicates"], "asked": f"{found['asked']:g}",
              "ratio": wording.MISSING if ratio is None else f"{ratio:.2f}"}
    if found["replicates"] < 2:
        kind = "one"
    elif ratio is None:
        kind = "hidden"
    elif not found["asked"]:
        kind = "fixed"
    else:
        kind = "reached" if found["reached"] else "cap"
    pairs = [e["correlation"] for e in tree["effects"]
             if (e["outcome"], e["against"]) == (tree["headline"], tree["baseline"])
             and e["correlation"] is not None]
    shown = ", ".join(f"{value:.2f}" for value in pairs)
    return [_say(f"precision.{kind}", lang, **values),
            *([_say("precision.pairs", lang, correlation=shown)] if pairs else [])]


def worth(tree: Tree, titles: Mapping[str, str], lang: str) -> Table | None:
    """Net value and payback of every policy."""
    if not tree.get("worths"):
        return None
    rows = [[titles.get(w["policy"], w["policy"]), wording.interval(w["net"], lang, signed=True),
             wording.share(w["positive"]), _payback(w, lang), wording.share(w["paid_back"])]
            for w in tree["worths"]]
    header = [_say("standing.policy", lang),
              *(_say(f"worth.{k}", lang) for k in ("net", "positive", "payback", "paid_back"))]
    return _say("worth.title", lang), header, rows


def _payback(each: Tree, lang: str) -> str:
    months = each["payback"]
    if months is None:
        return wording.MISSING
    if months["upper"] == 0:
        return _say("worth.never", lang)
    return text("report.interval", lang, **{key: f"{months[key]:.0f}"
                                            for key in ("mean", "lower", "upper")})


def worth_notes(tree: Tree, lang: str) -> list[str]:
    """What is counted, in which currency."""
    terms = tree["terms"]
    counted = tree["worths"][0]["counted"]
    which = "business" if "business" in counted else "cost"
    unit = "currency" if terms["currency"] else "no_currency"
    margin = "" if terms["margin"] is None else f"{100 * terms['margin']:g}%"
    return [_say(f"worth.counted_{which}", lang, margin=margin),
            _say(f"worth.{unit}", lang, currency=terms["currency"], months=len(tree["months"]),
                 draws=tree["draws"])]


def idle(tree: Tree, titles: Mapping[str, str], lang: str) -> list[str]:
    """What doing nothing costs, and what newcomers' ramp-up does."""
    found, said = tree.get("idle"), []
    if found is not None:
        said.append(_say("idle.line", lang, policy=titles.get(found["policy"], found["policy"]),
                         months=len(tree["months"]),
                         exits=wording.interval(found["headline"], lang),
                         replacement=wording.interval(found["replacement_cost"], lang),
                         lost=wording.interval(found["lost_business"], lang)))
        if found["total"] is not None:
            said.append(_say("idle.total", lang, total=wording.interval(found["total"], lang),
                             margin=f"{100 * tree['terms']['margin']:g}%"))
    for each in tree.get("ramp_up") or ():
        said.append(_say("ramp", lang, policy=titles.get(each["policy"], each["policy"]),
                         loss=wording.interval(each["loss"], lang)))
    return said


def channels(tree: Tree, titles: Mapping[str, str], lang: str) -> list[Table]:
    """The difference of every policy by channel."""
    tables = []
    for each in tree.get("channels") or ():
        rows = [[_say(f"channels.{part['channel']}", lang),
                 wording.interval(part["difference"], lang, signed=True),
                 wording.share(part["keeps"])] for part in each["parts"]]
        rows.append([_say("channels.remainder", lang),
                     wording.interval(each["remainder"], lang, signed=True), ""])
        rows.append([_say("channels.whole", lang),
                     wording.interval(each["whole"], lang, signed=True), ""])
        tables.append((_pair(each, titles, lang),
                       [_say(f"channels.{k}", lang) for k in ("channel", "part", "keeps")], rows))
    return tables


def channels_note(tree: Tree, lang: str) -> str:
    """How the parts are found."""
    return _say("channels.note", lang, draws=tree["channels"][0]["draws"])


def groups(
    tree: Tree, policy: str, titles: Mapping[str, str], lang: str, figure: str = "regretted",
    divisions: Sequence[str] = DETAILED,
) -> Table | None:
    """The effect of a policy on every group in one figure."""
    found = shown_groups(tree, policy, figure, divisions)
    if not found:
        return None
    rows = [[_division(g, lang), group_name(g["division"], g["group"], lang),
             wording.number(float(g["heads"]) if g["people"] is None else int(g["people"]), lang),
             wording.interval(g["rate"], lang),
             wording.interval(g["rate_difference"], lang, signed=True),
             wording.share(g["beats"]), wording.share(g["harm"])] for g in found]
    against = titles.get(tree["baseline"], tree["baseline"])
    name = wording.outcome_name(figure, lang)
    header = [*(_say(f"groups.{k}", lang) for k in ("division", "group", "people")),
              *(_say(f"groups.{k}", lang) for k in ("rate", "difference", "beats", "harm"))]
    return (_say("groups.caption", lang, policy=titles.get(policy, policy), against=against,
                 figure=name), header, rows)


def shown_groups(
    tree: Tree, policy: str, figure: str, divisions: Sequence[str] = DETAILED
) -> list[Tree]:
    """The effects of a policy by group in one figure, in the order of `divisions`, teams last and
    no more than `MOST_TEAMS` of them."""
    found = [g for g in tree.get("groups") or ()
             if (g["policy"], g["figure"]) == (policy, figure) and g["division"] in divisions
             and (figure, g["division"], g["group"]) != ("regretted", "tier", "below")]
    found.sort(key=lambda g: divisions.index(g["division"]))
    teams = [g for g in found if g["division"] == "team"]
    return [g for g in found if g["division"] != "team"] + teams[:MOST_TEAMS]


def _division(group: Tree, lang: str) -> str:
    return _say(f"division.{group['division']}", lang)


def group_name(division: str, group: str, lang: str) -> str:
    """The title of a group; its own name where it comes from the records."""
    if division == "team" and group.isdigit():
        return str(int(group))
    name = "tier_standard" if (division, group) == ("tier", "standard") else group
    return catalogue(lang).get(f"comparing.group.{name}", group)


def levers(tree: Tree, policy: str, lang: str) -> Table | None:
    """The grade of evidence of every lever in which a policy differs from the baseline."""
    found = [each for each in tree.get("levers") or () if each["policy"] == policy]
    if not found:
        return None
    rows = []
    for each in found:
        grades = list(each["parameters"].values())
        works = ", ".join(f"{_say(f'grade.{grade}', lang)} {grades.count(grade)}"
                          for grade in dict.fromkeys(sorted(grades)))
        fields = text("grid.semicolon", lang).join(
            _field(field, lang) for field in each["fields"])
        rows.append([_say(f"levers.{each['lever']}", lang), fields,
                     _say(f"grade.{each['grade']}", lang), works])
    return (_say("levers.title", lang),
            [_say(f"levers.{k}", lang) for k in ("lever", "fields", "grade", "works")], rows)


@functools.cache
def _fields(lang: str) -> dict[str, str]:
    """``lever.field`` -> what the field means; of a field with parts, what the parts mean."""
    said: dict[str, list[str]] = {}
    for section in form(PRACTICES[0], lang):  # fields mean the same in every practice
        for entry in section.entries:
            path = ".".join(entry.path.split(".")[:2])
            said.setdefault(path, []).append(entry.meaning)
    return {path: text("grid.semicolon", lang).join(each) for path, each in said.items()}


def _field(path: str, lang: str) -> str:
    return _fields(lang).get(path, path.partition(".")[2])


def _pair(each: Tree, titles: Mapping[str, str], lang: str) -> str:
    return text("figure.pair", lang, policy=titles.get(each["policy"], each["policy"]),
                against=titles.get(each["against"], each["against"]))
