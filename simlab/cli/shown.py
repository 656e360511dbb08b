"""Results as tables and sentences in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simlab.cli.run import say
from simlab.engine.reliability import ENOUGH_EXITS
from simlab.i18n import text
from simlab.parameters import INDEX, REGISTRY
from simlab.practice import pack
from simlab.report import checks, claims, event, evidence, grid, rolling, wording
from simlab.report.page import TABLE, answer

FIRST, GAP = 16, 3
"""Width that a table's first column keeps, and what stands between columns."""


def table(console: Console, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; its narrow columns are not broken as long as the first can give way."""
    grid = Table(box=SIMPLE, pad_edge=False, header_style="bold")
    widest = [max(cell_len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    whole = sum(widest[1:]) + GAP * len(widest) + FIRST <= console.width
    for place, title in enumerate(header):
        grid.add_column(escape(title), overflow="fold", min_width=min(widest[place], FIRST),
                        no_wrap=place > 0 and whole and widest[place] <= 30)
    for row in rows:
        grid.add_row(*(escape(cell) for cell in row))
    console.print(grid)


def imported(console: Console, report: Any, lang: str) -> None:
    """What an import read and changed."""
    header, rows = report.grid(lang)
    table(console, header, rows)
    for line in report.explain(lang):
        console.print(line, markup=False)


def calibrated(console: Console, fit: Any, lang: str) -> None:
    """The contraction table and how many summaries the calibrated model reproduces."""
    shown = sorted((p for p in fit.parameters if p.calibrated), key=lambda p: -p.contraction)
    table(console, [say(f"column.{c}", lang) for c in
                    ("parameter", "posterior", "contraction", "rests")],
          [[wording.pick(p.meaning, lang), wording.interval(p.posterior, lang),
            f"{p.contraction:.2f}",
            text(f"report.from_{p.informed}", lang)]
           for p in shown])
    console.print(say("calibrated", lang, until=fit.until, simulations=fit.simulations,
                      inside=fit.inside, total=len(fit.checks)), markup=False)
    if fit.continued_from is not None:
        console.print(say("continued", lang, month=wording.month(fit.continued_from, lang)),
                      markup=False)
    if fit.beside is not None:
        _second_method(console, fit.beside, lang)
    if fit.drift is not None:
        _drift(console, fit.drift, lang)
    for line in (*fit.resting, *fit.cautions):
        console.print(wording.pick(line, lang), markup=False)


def _second_method(console: Console, beside: Mapping[str, Any], lang: str) -> None:
    """Each parameter by the lab's own method and by the second one, the furthest apart first."""
    console.print()
    console.print(say("second_method", lang, method=beside["method"]), style="bold", markup=False)
    opinions = sorted(beside["opinions"], key=lambda one: -abs(one["apart"]))
    table(console, [say(f"column.{c}", lang) for c in
                    ("parameter", "posterior", "second", "apart", "spread")],
          [[REGISTRY[INDEX[one["name"]]].meaning(lang),
            wording.interval(one, lang),
            wording.interval({key: one[f"other_{key}"] for key in ("mean", "lower", "upper")},
                             lang),
            wording.number(one["apart"], lang, signed=True), f"{one['spread']:.2f}"]
           for one in opinions])
    far = sum(abs(one["apart"]) > 1 for one in opinions)
    console.print(say("second_method_read", lang, far=far, total=len(opinions)), markup=False)


def _drift(console: Console, drift: Mapping[str, Any], lang: str) -> None:
    """Exits a month as the former calibration foretold them, beside what was observed."""
    console.print()
    console.print(say("drift_title", lang, since=wording.month(drift["since"], lang)),
                  style="bold", markup=False)
    table(console, [say(f"column.{c}", lang) for c in
                    ("month", "present", "observed", "all", "observed")],
          [[wording.month(row["month"], lang),
            *(shown for group in ("present", "all") for shown in
              (wording.interval(row[group], lang),
               wording.number(round(row[group]["observed"]), lang)))]
           for row in drift["months"]])
    console.print(drift_line(drift, lang), markup=False)
    for one in drift["summaries"]:
        if not one["inside"]:
            console.print(say("drift_outside", lang, name=wording.pick(one["label"], lang),
                              observed=wording.number(one["observed"], lang),
                              lower=wording.number(one["lower"], lang),
                              upper=wording.number(one["upper"], lang)), markup=False)


def drift_line(drift: Mapping[str, Any], lang: str) -> str:
    """What was foretold of the months since the former calibration and what came, in a sentence."""
    total = drift["total"]
    return say(f"drift.{drift['verdict']}", lang,
               since=wording.month(drift["since"], lang), until=wording.month(drift["until"], lang),
               observed=wording.number(round(total["observed"]), lang),
               lower=wording.number(round(total["lower"]), lang),
               upper=wording.number(round(total["upper"]), lang), count=drift["outside"],
               total=len(drift["summaries"]), usual=round(drift["usual"]))


def verdict(console: Console, found: Mapping[str, Any], lang: str) -> None:
    """Whether the calibration passed its check, in a sentence."""
    console.print(checks.verdict(checks.marked(found), lang), markup=False)


def checked(console: Console, found: Mapping[str, Any], lang: str) -> None:
    """The verdict on a calibration, its gates with their reasons, and the coverage table."""
    verdict(console, found, lang)
    table(console, [text(f"check.column.{c}", lang) for c in ("gate", "state", "reason")],
          checks.gates(found, lang))
    table(console, checks.header(lang), checks.coverage(found, lang))
    console.print(text("check.holds_for", lang), markup=False)


def calibrated_on_totals(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """What totals of a staff said about the few parameters that they can move."""
    table(console, [say(f"column.{c}", lang) for c in
                    ("parameter", "posterior", "contraction", "rests")],
          [[REGISTRY[INDEX[row["name"]]].meaning(lang), wording.interval(row["posterior"], lang),
            f"{row['contraction']:.2f}", text(f"informed.{row['informed']}", lang)]
           for row in tree["parameters"]])
    table(console, [say(f"column.{c}", lang) for c in ("total", "observed", "model")],
          [[_total_name(row, lang), wording.share(row["observed"]),
            wording.interval({"mean": row["median"], "lower": row["lower"],
                              "upper": row["upper"]}, lang)] for row in tree["totals"]])
    inside = sum(row["inside"] for row in tree["totals"])
    console.print(say("on_totals", lang, source=tree["source"], inside=inside,
                      total=len(tree["totals"])), markup=False)


def _total_name(row: Mapping[str, Any], lang: str) -> str:
    name = row["name"]
    if row["kind"] == "turnover":
        name = wording.month(name, lang)
    elif row["kind"] in ("reasons", "age"):
        band, _, kinds = name.rpartition(" ")
        said = "+".join(say(f"exit_kind.{kind}", lang) for kind in kinds.split("+"))
        name = f"{band} {said}".strip()
    return say(f"total.{row['kind']}", lang, name=name)


def mark(console: Console, carried: Mapping[str, Any], lang: str) -> None:
    """What a check says of the calibration beneath, where it has not been passed; nothing where
    there is none to check (totals of a staff)."""
    if carried and carried["verdict"] in ("failed", "unchecked"):
        console.print(checks.verdict(carried, lang), markup=False)


def compared(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """The answer in short and the table of each policy against the baseline."""
    comparison, titles = tree["comparison"], wording.strings(tree["titles"], lang)
    console.print(wording.pick(tree["title"], lang), style="bold", markup=False)
    if not tree["calibrated"]:
        console.print(say("on_prior", lang), markup=False)
    else:
        mark(console, tree["check"], lang)
        if tree["options"].get("totals"):
            console.print(say("posterior_of_totals", lang, source=tree["options"]["totals"]),
                          markup=False)
    for policy in comparison["policies"]:
        against = comparison["baseline"]
        if policy == against:
            continue
        said = answer(comparison, policy, against, titles, lang)
        console.print()
        for line in (said["line"], said["luck"], said["noise"], said["rests"], said["retained"]):
            if line:
                console.print(line, markup=False)
        console.print(evidence.owed(comparison, policy, against, lang), markup=False)
        table(console, evidence.header(lang), evidence.rows(comparison, policy, against, lang))
        table(console, [text(f"report.table_{c}", lang) for c in
                        ("outcome", "difference", "ratio", "beats", "sees", "prior", "rests")],
              [_effect_row(effect, lang) for effect in _effects(comparison, policy, against)])


def _effects(comparison: Mapping[str, Any], policy: str, against: str) -> list[Mapping[str, Any]]:
    found = {e["outcome"]: e for e in comparison["effects"]
             if (e["policy"], e["against"]) == (policy, against)}
    return [found[name] for name in TABLE if name in found]


def _effect_row(effect: Mapping[str, Any], lang: str) -> list[str]:
    ratio, prior = effect["ratio"], effect["prior"]
    return [
        wording.outcome_name(effect["outcome"], lang),
        wording.interval(effect["difference"], lang, signed=True),
        wording.MISSING if ratio is None else wording.change(ratio["mean"]),
        wording.share(effect["beats"]), wording.share(effect["sees_better"]),
        wording.MISSING if prior is None else wording.share(prior["beats"]),
        text(f"report.warrant_short_{effect['warrant']}", lang),
    ]


def forecasted(console: Console, result: Any, lang: str) -> None:
    """Exits by month."""
    for code in result.warnings:
        console.print(text(f"forecast.{code}", lang), markup=False)
    table(console, [say(f"column.{c}", lang) for c in ("month", "present", "all")],
          [[wording.month(row["month"], lang), _ninety(row, "present", lang),
            _ninety(row, "all", lang)] for row in result.rows])
    console.print(say("forecasted", lang, people=result.people, scored=result.scored,
                      futures=result.futures), markup=False)
    if result.hindsight["exits"] >= ENOUGH_EXITS:
        console.print(text("rolling.hindsight", lang,
                           steepness=f"{result.hindsight['steepness']:.2f}"), markup=False)


def rolled(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """How forecasts of past months turned out, beside baselines."""
    console.print(text("rolling.title", lang), style="bold", markup=False)
    console.print(rolling.heading(tree, lang), markup=False)
    for name, part in (("people", rolling.people), ("counts", rolling.counts),
                       ("months", rolling.months)):
        console.print()
        console.print(text(f"rolling.{name}", lang), style="bold", markup=False)
        table(console, *part(tree, lang))
    for line in (*rolling.sentences(tree, lang), text("rolling.intervals", lang)):
        console.print(line, markup=False)


def _ninety(row: Mapping[str, Any], group: str, lang: str) -> str:
    return wording.interval({"mean": row[f"{group}_mean"], "lower": row[f"{group}_p05"],
                             "upper": row[f"{group}_p95"]}, lang)


def answered(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """The grid of questions."""
    table(console, grid.header(lang),
          [[row[name] for name in grid.COLUMNS] for row in grid.rows(tree, lang)])
    for line in grid.notes(tree, lang):
        console.print(line, markup=False)


def replayed(console: Console, tree: Mapping[str, Any], lang: str) -> None:
    """A past change: what happened beside the forecasts with and without it."""
    console.print(event.heading(tree, lang), style="bold", markup=False)
    for group in tree["groups"]:
        console.print()
        console.print(event.caption(group, lang), markup=False)
        table(console, event.header(group, lang), event.rows(group, lang))
        for line in event.sentences(group, lang):
            console.print(line, markup=False)
    for title, lines in zip(("apart", "ruled_out"), event.beside(tree, lang), strict=True):
        if lines:
            console.print()
            console.print(text(f"event.{title}", lang), style="bold", markup=False)
            for line in lines:
                console.print(f"- {line}", markup=False)
    console.print()
    for line in event.notes(tree, lang):
        console.print(line, markup=False)


def claimed(console: Console, trees: Sequence[Mapping[str, Any]], lang: str) -> None:
    """Each claim case with its figures and sentences; several end in a table of verdicts."""
    for tree in trees:
        calibrated = bool(tree["calibrated"])
        title = wording.pick(tree["title"], lang)
        console.print(f"{tree['name']}  {title}", style="bold", markup=False)
        console.print(wording.pick(tree["claim"], lang), markup=False)
        console.print(wording.pick(tree["form"], lang), markup=False)
        table(console, claims.header(lang, calibrated=calibrated),
              [claims.cells(item, lang, calibrated=calibrated) for item in tree["figures"]])
        for line in claims.notes(tree, lang):
            console.print(line, markup=False)
        console.print()
    if len(trees) > 1:
        table(console, [text(f"claims.column.{c}", lang) for c in ("claim", "case", "verdict")],
              [[wording.pick(tree["title"], lang), tree["name"],
                claims.verdict(tree["verdict"], lang)] for tree in trees])


def told(console: Console, found: Any, lang: str) -> None:
    """One life under two policies, month by month, and where they part."""
    titles = wording.strings(found.titles, lang)
    for story in found.stories:
        console.print()
        console.print(text("story.title", lang, person=story.person, history=story.history,
                           last=found.histories - 1, policy=titles[story.policy]),
                      style="bold", markup=False)
        table(console, [text(f"story.column.{c}", lang) for c in
                        ("month", "events", "morale", "chance", "causes")],
              [_month_row(month, found.practice, lang) for month in story.months])
    for story in found.stories:
        console.print(_ending(story, titles[story.policy], lang), markup=False)
    parted = found.parted
    console.print(text("story.same", lang) if parted is None else
                  text("story.parted", lang, month=wording.month(parted, lang)), markup=False)
    console.print(text("story.on_posterior" if found.calibrated else "story.on_prior", lang),
                  markup=False)
    console.print(text("story.one_of_many", lang, histories=found.histories), markup=False)


def _month_row(month: Any, practice: str, lang: str) -> list[str]:
    events = text("story.comma", lang).join(
        _happened(event, practice, lang) for event in month.events)
    chance = wording.MISSING if month.chance is None else _small_chance(month.chance)
    return [wording.month(month.month, lang), events or text("story.nothing", lang),
            f"{month.states['morale']:.2f} ({_largest(month.morale, lang)})", chance,
            _largest({k: v for k, v in month.causes.items() if k != "level"}, lang)]


def _small_chance(chance: float) -> str:
    return "<0.1%" if chance < 0.001 else f"{100 * chance:.1f}%"


def _largest(parts: Mapping[str, float], lang: str, most: int = 2) -> str:
    """The parts that move the sum most, with their signs."""
    ranked = sorted(parts, key=lambda name: -abs(parts[name]))[:most]
    return text("story.comma", lang).join(
        text("story.part", lang, name=text(f"story.cause.{name}", lang),
             value=wording.number(parts[name], lang, signed=True))
        for name in ranked if abs(parts[name]) >= 0.005) or text("story.nothing", lang)


def _happened(event: Any, practice: str, lang: str) -> str:
    """An event as a sentence: its names in the reader's language, its figures rounded."""
    said: dict[str, Any] = {}
    for name, value in event.values.items():
        if name == "skill":
            said[name] = wording.pick(pack(practice)["skills"][value], lang)
        elif name == "help":
            said[name] = text(f"story.help.{value}", lang)
        elif name == "reason":
            said[name] = text(f"story.cause.{value}", lang)
        elif name == "kind":
            said[name] = text(f"story.exit.{value}", lang)
        elif name == "avoidable":
            said[name] = f"{100 * value:.0f}"
        else:
            said[name] = wording.number(value, lang)
    return text(f"story.event.{event.kind}", lang, **said)


def _ending(story: Any, title: str, lang: str) -> str:
    if not story.months:
        return text("story.nobody", lang, policy=title)
    last = story.months[-1]
    month = wording.month(last.month, lang)
    if story.exit is None:
        return text("story.ended_stayed", lang, policy=title, month=month,
                    morale=f"{last.states['morale']:.2f}")
    reason = story.reason
    because = "" if reason is None else text(
        "story.because", lang, cause=text(f"story.cause.{reason}", lang))
    return text("story.ended_left", lang, policy=title, month=month, reason=because,
                exit=text(f"story.exit.{story.exit.values['kind']}", lang))


def standing(console: Console, state: Any, lang: str) -> None:
    """What a lab holds and what is stale."""
    if state.records is None:
        console.print(say("no_records", lang), markup=False)
    else:
        facts = {key: value for key, value in state.records.items() if key != "hash"}
        console.print(say("records", lang, fingerprint=state.records["hash"][:16], **facts),
                      markup=False)
    if state.unfinished is not None:
        facts = {key: state.unfinished[key] for key in ("started", "simulations", "kept")}
        console.print(say("unfinished", lang, until=wording.month(state.unfinished["until"], lang),
                          **facts), markup=False)
    rows = [[say(f"kind.{item.kind}", lang), item.name, item.made,
             _state(item, lang)]
            for item in state.items]
    if rows:
        table(console, [say(f"column.{c}", lang) for c in ("kind", "name", "made", "state")], rows)
    else:
        console.print(say("nothing_made", lang), markup=False)
    for item in state.items:
        for line in item.facts.get("resting", ()):
            console.print(wording.pick(line, lang), markup=False)
        if item.kind == "calibration":
            _since_calibrated(console, item.facts, lang)


def _since_calibrated(console: Console, facts: Mapping[str, Any], lang: str) -> None:
    """How the calibration before foretold the months that this one added, and how many months
    have come since."""
    if facts.get("drift") is not None:
        console.print(drift_line(facts["drift"], lang), markup=False)
    if facts.get("months_since"):
        console.print(say("months_since", lang, months=facts["months_since"],
                          until=wording.month(facts["until"], lang)), markup=False)


def _state(item: Any, lang: str) -> str:
    """Current or stale, and the mark of the calibration's check."""
    said = _stale(item.stale, lang) if item.stale else say("current", lang)
    mark = item.facts.get("check")
    return said if mark is None else say("comma", lang).join(
        (said, text(f"check.short.{mark}", lang)))


def _stale(causes: Sequence[str], lang: str) -> str:
    return say("stale", lang, causes=say("comma", lang).join(
        say(f"cause.{cause}", lang) for cause in causes))
