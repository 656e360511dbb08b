"""A stress test as a reader sees it: who loses how much, where each policy fails, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simlab.decide.outcomes import outcome as described
from simlab.i18n import text
from simlab.report import checks, wording

Tree = Mapping[str, Any]
"""A stress test as plain data (``Stressed.to_json()``)."""

RULES = ("expected", "p90", "largest")


def heading(tree: Tree, lang: str) -> str:
    """What was tried in how many futures."""
    options = tree["options"]
    return text("stress.heading", lang, futures=options["futures"], months=options["months"],
                draws=options["draws"], replicates=options["replicates"],
                objective=objective(tree, lang))


def objective(tree: Tree, lang: str) -> str:
    """The outcome that decision loss is measured in, as it stands in a sentence."""
    return wording.lowered(wording.outcome_name(tree["stress"]["objective"], lang), lang)


def titles(tree: Tree, lang: str) -> list[str]:
    """Of the policies, in order."""
    return [wording.pick(tree["titles"][name], lang) for name in tree["stress"]["policies"]]


def section(tree: Tree, lang: str, embedded: Callable[[Any, str], Any]) -> dict[str, Any]:
    """What the report's section shows; `embedded` turns a figure and its name into a part of the
    page."""
    from simlab.report import figures  # which are told in the words of this module

    boxed = [embedded(figures.box_figure(tree, each, lang), f"box-{k}") if each["boxes"] else None
             for k, each in enumerate(tree["stress"]["fails"])]
    return {
        "title": f"{text('stress.title', lang)}: {wording.pick(tree['title'], lang)}",
        "heading": heading(tree, lang),
        "caution": checks.caution(tree, lang),
        "ranges": (text("stress.ranges_title", lang), *ranges(tree, lang)),
        "standing": (text("stress.standing_title", lang), *standing(tree, lang)),
        "choices": choices(tree, lang),
        "loss_map": embedded(figures.loss_map(tree, lang), "loss-map"),
        "named": (text("stress.named_title", lang, objective=objective(tree, lang)),
                  *named(tree, lang)),
        "best_note": text("stress.best_note", lang),
        "named_map": embedded(figures.named_loss_map(tree, lang), "named-loss-map"),
        "where_fails": text("stress.where_fails", lang), "thresholds": thresholds(tree, lang),
        "fails": [(*each, figure) for each, figure in zip(fails(tree, lang), boxed, strict=True)],
        "notes": notes(tree, lang),
    }


def ranges(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: what may turn out otherwise, and how far."""
    header = [text(f"stress.column.{name}", lang) for name in ("uncertainty", "moves", "range")]
    return header, [
        [wording.pick(each["title"], lang),
         text(f"stress.how.{each['how']}", lang, target=each["target"]), _span(each, lang)]
        for each in tree["uncertainties"]]


def standing(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: each policy's decision loss over the futures."""
    header = [text(f"stress.column.{name}", lang)
              for name in ("policy", *RULES, "best", "met")]
    return header, [
        [title, *(wording.interval(loss[rule], lang) for rule in RULES),
         shares(loss["best"], lang), shares(loss["met"], lang)]
        for title, loss in zip(titles(tree, lang), tree["stress"]["losses"], strict=True)]


def named(tree: Tree, lang: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows: the objective under each policy in each named future; the best is
    marked."""
    aim = tree["stress"]["objective"]
    header = [text("stress.column.future", lang), *titles(tree, lang)]
    rows = []
    for label, future in zip(named_titles(tree, lang), tree["named"], strict=True):
        figures = [policy[aim] for policy in future["policies"]]
        best = min(losses(tree, [f["mean"] for f in figures]))
        cells = [
            text("stress.best", lang, figure=wording.interval(figure, lang)) if loss == best
            else wording.interval(figure, lang)
            for figure, loss in zip(figures, losses(tree, [f["mean"] for f in figures]),
                                    strict=True)]
        rows.append([label, *cells])
    return header, rows


def named_titles(tree: Tree, lang: str) -> list[str]:
    """Of the named futures, in order."""
    known = {each["name"]: wording.pick(each["title"], lang) for each in tree["uncertainties"]}
    return [text("stress.as_it_is", lang) if each["uncertainty"] is None
            else text("stress.named", lang, uncertainty=known[each["uncertainty"]],
                      level=wording.pick(each["title"], lang)) for each in tree["named"]]


def losses(tree: Tree, figures: list[float]) -> list[float]:
    """Decision losses of the policies whose objectives in one future are `figures`."""
    lower = lower_is_better(tree)
    best = min(figures) if lower else max(figures)
    return [value - best if lower else best - value for value in figures]


def lower_is_better(tree: Tree) -> bool:
    """Whether less of the objective is good."""
    return described(tree["stress"]["objective"]).better == "lower"


def choices(tree: Tree, lang: str) -> list[str]:
    """Which policy each rule picks, and whether they differ."""
    called = dict(zip(tree["stress"]["policies"], titles(tree, lang), strict=True))
    picked = {each["rule"]: each for each in tree["stress"]["choices"]}
    said = [text(f"stress.choice.{rule}", lang, policy=called[picked[rule]["policy"]],
                 sure=wording.share(picked[rule]["sure"])) for rule in ("expected", "largest")]
    beaten = tree["stress"]["beaten"]
    rival = tree["stress"]["rival"]
    key = "agree" if rival is None else "differ"
    said.append(text(f"stress.{key}", lang, best=called[picked["expected"]["policy"]],
                     rival="" if rival is None else called[rival], cases=beaten["cases"],
                     futures=beaten["futures"]))
    return [*said, *boxes(tree, beaten, lang)]


def fails(tree: Tree, lang: str) -> list[tuple[str, list[str]]]:
    """Of each policy: its title, and sentences about where it does not meet the thresholds."""
    found = []
    for title, each in zip(titles(tree, lang), tree["stress"]["fails"], strict=True):
        first = text("stress.fails", lang, cases=each["cases"], futures=each["futures"])
        found.append((title, [first, *boxes(tree, each, lang)]))
    return found


def boxes(tree: Tree, found: Tree, lang: str) -> list[str]:
    """Boxes of one discovery as sentences, and how they did in futures held out."""
    if not found["boxes"]:
        nothing = found["cases"] in (0, found["futures"])
        return [] if nothing else [text("stress.no_box", lang)]
    said = [text("stress.box" if k == 0 else "stress.further_box", lang,
                 where=where(tree, box, lang), coverage=shares(box["coverage"], lang),
                 density=shares(box["density"], lang), cases=box["cases"], n=box["futures"],
                 chance=_chance(box, lang))
            for k, box in enumerate(found["boxes"])]
    if found["held_out"] is not None:
        coverage, density = found["held_out"]
        said.append(text("stress.held_out", lang, coverage=shares(coverage, lang),
                         density=shares(density, lang)))
    return said


def where(tree: Tree, box: Tree, lang: str) -> str:
    """'the labour market is above +0.20 and ...'."""
    known = {each["name"]: each for each in tree["uncertainties"]}
    parts = []
    for limits in box["restrictions"]:
        each = known[limits["name"]]
        lower, upper = (None if limits[side] is None else value(each, limits[side], lang)
                        for side in ("lower", "upper"))
        key = "above" if upper is None else "below" if lower is None else "between"
        parts.append(text(f"stress.where.{key}", lang, title=wording.pick(each["title"], lang),
                          lower=lower, upper=upper))
    return text("stress.and", lang).join(parts)


def value(uncertainty: Tree, figure: float, lang: str) -> str:
    """A value of an uncertainty: '+0.20', '×0.84' or '0.84'."""
    if uncertainty["how"] == "multiply":
        return f"×{figure:.2f}"
    return wording.number(figure, lang, signed=uncertainty["how"] == "add")


def thresholds(tree: Tree, lang: str) -> str:
    """What a policy is to keep to, and whether that was asked for."""
    parts = [text("stress.at_most" if "at_most" in each else "stress.at_least", lang,
                  outcome=wording.lowered(wording.outcome_name(each["outcome"], lang), lang),
                  value=wording.number(each.get("at_most", each.get("at_least")), lang))
             for each in tree["stress"]["thresholds"]]
    given = "given" if tree["stress"]["thresholds_given"] else "own"
    return text(f"stress.thresholds.{given}", lang, all=text("stress.and", lang).join(parts))


def notes(tree: Tree, lang: str) -> list[str]:
    """What the figures rest on."""
    said = [text("stress.odds", lang), text("stress.largest_found", lang)]
    if tree["noise"] is not None:
        said.append(text("stress.noise", lang, noise=wording.number(tree["noise"], lang)))
    past = "recorded" if tree["options"]["people_from"] == "records" else "drawn"
    return [*said, text(f"stress.past.{past}", lang), text("stress.pilot", lang)]


def _chance(box: Tree, lang: str) -> str:
    """The largest quasi-p-value of a box's limits."""
    largest = max(p for limits in box["restrictions"] for p in limits["quasi_p"] if p is not None)
    return "<0.001" if largest < 0.001 else wording.number(largest, lang)


def shares(interval: Tree, lang: str) -> str:
    """A share of futures with its interval."""
    return text("report.interval", lang,
                **{key: wording.share(interval[key]) for key in ("mean", "lower", "upper")})


def _span(uncertainty: Tree, lang: str) -> str:
    if uncertainty["range"] is not None:
        low, high = (value(uncertainty, end, lang) for end in uncertainty["range"])
        return text("stress.span", lang, lower=low, upper=high)
    return text("stress.or", lang).join(
        f"{wording.pick(level['title'], lang)} ({value(uncertainty, level['value'], lang)})"
        for level in uncertainty["levels"])
