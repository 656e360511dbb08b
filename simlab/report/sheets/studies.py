"""Sheets of what a lab holds beside a comparison: forecasts, a search, stress, what moves it."""

from __future__ import annotations

from simlab.decide.outcomes import outcome as described
from simlab.i18n import text
from simlab.report import event, grid, optimising, rolling, sensitivity, stress, wording
from simlab.report.contents import NoChange
from simlab.report.sheets.comparing import BANDS
from simlab.report.sheets.sheet import (
    Cell,
    Sheet,
    Tree,
    figures,
    numbers,
    shares,
    spread,
    texts,
)


def forecast(found: NoChange, lang: str) -> Sheet:
    """Exits by month with nothing changed."""
    rows = [[row["month"], text("unit.people", lang), found.futures,
             *(row[band] for band in BANDS)] for row in found.rows]
    return Sheet("forecast", [*texts(lang, "month", "unit"), *numbers(lang, "futures", *BANDS)],
                 rows, [text("report.forecast_line", lang,
                             n=wording.number(found.futures, lang))])


def rolled(tree: Tree, lang: str) -> Sheet:
    """Scores of the forecasts of past months."""
    def cells(figure: Tree) -> list[Cell]:
        return [figure["value"], figure["lower"], figure["upper"]]

    rows = [[text(f"rolling.method.{s['method']}", lang), s["horizon"], s["n"], s["exits"],
             s["mean"], *(cell for name in ("auc", "brier", "log_score", "slope")
                          for cell in cells(s[name]))] for s in tree["scores"]]
    return Sheet("rolling", [
        *texts(lang, "method"), *numbers(lang, "horizon", "n", "exits"), *shares(lang, "forecast"),
        *(column for name in ("auc", "brier", "log_score", "slope")
          for column in spread(lang, name))], rows,
        [rolling.heading(tree, lang), *rolling.sentences(tree, lang),
         text("rolling.intervals", lang)])


def searched(tree: Tree, lang: str) -> Sheet:
    """The options of a search and what each does against the baseline."""
    names = optimising.shown(tree)
    rows = [[optimising.title(tree, each["policy"], lang),
             text(f"optimise.standing.{each['standing']}", lang),
             text("page.scenario.months", lang, months=tree["options"]["months"]),
             each["histories"],
             *(cell for name in names for cell in figures(each["effects"][name])),
             each["on_front"], text(f"report.warrant_short_{each['warrant']}", lang)]
            for each in tree["optimisation"]["options"] if each["effects"]]
    wide = [(f"{wording.outcome_name(name, lang)} "
             f"({text(f'unit.{described(name).unit}', lang)}): {title}", kind)
            for name in names for title, kind in spread(lang, "difference")]
    return Sheet("search", [*texts(lang, "policy", "standing", "period"),
                            *numbers(lang, "histories"), *wide, *shares(lang, "on_front"),
                            *texts(lang, "rests")], rows,
                 [*optimising.heading(tree, lang), *optimising.picked(tree, lang),
                  *optimising.notes(tree, lang)])


def stressed(tree: Tree, lang: str) -> Sheet:
    """Decision losses of each policy over the futures."""
    unit = text(f"unit.{described(tree['stress']['objective']).unit}", lang)
    rows = [[title, unit, text("page.scenario.months", lang, months=tree["options"]["months"]),
             tree["options"]["futures"],
             *(cell for name in (*stress.RULES, "best", "met") for cell in figures(loss[name]))]
            for title, loss in zip(stress.titles(tree, lang), tree["stress"]["losses"],
                                   strict=True)]
    return Sheet("stress", [
        *texts(lang, "policy", "unit", "period"), *numbers(lang, "tried_futures"),
        *(column for name in stress.RULES for column in spread(lang, name)),
        *spread(lang, "unbeaten", "share"), *spread(lang, "met", "share")], rows,
        [stress.heading(tree, lang), *stress.choices(tree, lang), *stress.notes(tree, lang)])


def moved(tree: Tree, lang: str) -> Sheet:
    """How far the difference of each policy moves with each parameter."""
    names = wording.strings(tree["labels"], lang)
    rows = [[wording.pick(tree["titles"][one["policy"]], lang),
             text(f"sensitivity.fact.{each['name']}", lang) if each["fact"]
             else names.get(each["name"], each["name"]), tree["study"]["draws"],
             each["low"], each["high"], *figures(each["at_low"]), *figures(each["at_high"]),
             *figures(each["swing"])] for one in tree["study"]["policies"]
            for each in one["tornado"]]
    return Sheet("sensitivity", [
        *texts(lang, "policy", "parameter"), *numbers(lang, "draws", "low", "high"),
        *spread(lang, "at_low"), *spread(lang, "at_high"), *spread(lang, "swing")], rows,
        [*sensitivity.heading(tree, lang), text("sensitivity.tornado_line", lang)])


def past_change(tree: Tree, lang: str) -> Sheet:
    """Exits by month since a past change, and what was foretold with and without it."""
    rows = [[event.caption(group, lang), row["month"], text("unit.people", lang), group["people"],
             row["observed"], *figures(row["without"]),
             *figures(row["under"] if group["changed"] else None)]
            for group in tree["groups"] for row in group["months"]]
    said = [line for group in tree["groups"] for line in event.sentences(group, lang)]
    return Sheet("event", [*texts(lang, "group", "month", "unit"),
                           *numbers(lang, "people", "observed"), *spread(lang, "without"),
                           *spread(lang, "under")], rows,
                 [event.heading(tree, lang), *said, *event.notes(tree, lang)])


def questions(tree: Tree, lang: str) -> Sheet:
    """What the data answer."""
    rows = [[each["question"], each["verdict"], each["owed"], each["lifts"]]
            for each in grid.rows(tree, lang)]
    return Sheet("questions", [(title, "text") for title in grid.header(lang)], rows,
                 grid.notes(tree, lang))
