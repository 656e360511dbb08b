"""Does a search in a lab keep people safe, keep what it did, and hand on what it found?"""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

import scenarios
from simlab.cli import app
from simlab.decide.optimise import Effort
from simlab.decide.tried import Sample
from simlab.errors import Cancelled, LabError
from simlab.i18n import LANGUAGES, text
from simlab.jobs.common import file_name
from simlab.jobs.kinds import KINDS
from simlab.jobs.optimising import Found, optimise
from simlab.jobs.reporting import report
from simlab.jobs.setting import set_up
from simlab.jobs.standing import status
from simlab.jobs.trying import Runs, tried
from simlab.lab import Lab
from simlab.policy import with_fields
from simlab.policy.search import Constraints
from simlab.progress import Progress

DOCS = Path(__file__).resolve().parents[2] / "docs"
SMALL = Effort(evaluations=48, population=12, draws=8, fresh_draws=16, replicates=2, finalists=6)
LOOSE = {"pay_floor": {"at_least": 0}, "hours": {"at_most": 1000}, "involuntary": {"at_most": 1000},
         "headcount": {"at_most": 1}, "group_loss": {"at_most": 1000}}
SEARCH = {"start": "train_and_help", "levers": {
    "selection.by_fit": {"lower": 0, "upper": 1},
    "training.coaching": {"lower": 0, "upper": 0.8, "step": 0.1},
    "incentive.stages.0.weights": {"points": {
        "sales_amount": {"lower": 1, "upper": 5},
        "customer_satisfaction": {"lower": 0, "upper": 5}}}},
    "constraints": LOOSE}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab.create(tmp_path_factory.mktemp("labs") / "lab")


def scenario(
    folder: Path, search: dict[str, Any] | None = None, *, months: int = 6, **firm: Any
) -> str:
    """A small firm in which leaving costs nothing unless said otherwise."""
    data = {
        "name": f"small {folder.name}", "title": {"en": "Small", "zh": "小"},
        "question": {"en": "Which?", "zh": "哪个？"}, "start": "2026-01", "months": months,
        "burn_in": 2, "current": "before_transition", "baseline": "move_only",
        "policies": ["move_only", "train_and_help"],
        "firm": {"people": 24, "team_size": 12, "replacement_cost": 0} | firm,
    } | ({"search": search} if search else {})
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def found(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> tuple[Found, Path, str]:
    folder = tmp_path_factory.mktemp("found")
    path = scenario(folder, SEARCH)
    return optimise(lab, path, effort=SMALL, budget=1e9, out=folder / "out"), folder / "out", path


def test_the_front_is_stored_and_written_and_its_policies_can_be_compared(
    found: tuple[Found, Path, str], lab: Lab
) -> None:
    result, out, path = found
    tree = json.loads((out / "front.json").read_text(encoding="utf-8"))
    assert tree == _stored(lab, result)
    with (out / "front.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["policy"] for row in rows] == [each.policy for each in result.answer.options]
    assert {"inputs", "check", "calibrated", "options", "made"} <= set(tree)
    for each in result.answer.front:
        assert scenarios.policy(str(out / f"{each.policy}.yaml")) == result.policies[each.policy]
    picked = str(out / f"{result.picked}.yaml")
    ran = CliRunner().invoke(app, [
        "compare", str(lab.path), path, "--policy", "move_only", "--policy", picked,
        "--draws", "2", "--replicates", "1", "--months", "2"])
    assert ran.exit_code == 0, ran.output


def test_an_uncalibrated_lab_recommends_nothing(found: tuple[Found, Path, str]) -> None:
    assert {each.warrant for each in found[0].answer.front} <= {"assumed", "unknown"}


def test_another_budget_searches_nothing_anew(found: tuple[Found, Path, str], lab: Lab) -> None:
    stages = []
    again = optimise(lab, found[2], effort=SMALL, budget=2e9,
                     progress=Progress(lambda stage, done, total: stages.append((stage, done))))
    assert [done for stage, done in stages if stage == "search"] == [4]  # all there already
    folder = lab.path / "optimisations" / f"{file_name(again.heading['scenario'])}.finalists"
    kept = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    optimise(lab, found[2], effort=SMALL, budget=3e9)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == kept
    assert again.answer == found[0].answer


def test_a_stopped_search_goes_on_and_ends_as_if_it_had_not_been_stopped(
    lab: Lab, tmp_path: Path
) -> None:
    path = scenario(tmp_path, SEARCH)
    progress = Progress()

    def stop(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("search", 2):
            progress.cancel()

    progress._report = stop
    with pytest.raises(Cancelled):
        optimise(lab, path, effort=SMALL, progress=progress)
    begun = list((lab.path / "optimisations").glob(f"small_{tmp_path.name}*"))
    assert [file.suffix for file in begun] == [".trials"]
    stages = []
    went_on = optimise(lab, path, effort=SMALL,
                       progress=Progress(lambda s, done, _: stages.append((s, done))))
    assert ("search", 0) not in stages
    assert ("search", 2) in stages
    whole = optimise(lab, path, effort=SMALL, fresh=True)
    assert went_on.answer == whole.answer


def test_finalists_stopped_half_way_are_not_tried_again(lab: Lab, tmp_path: Path) -> None:
    path, progress = scenario(tmp_path, SEARCH), Progress()

    def stop(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("finalists", 2):
            progress.cancel()

    progress._report = stop
    with pytest.raises(Cancelled):
        optimise(lab, path, effort=SMALL, progress=progress)
    (folder,) = (lab.path / "optimisations").glob(f"small_{tmp_path.name}.finalists")
    begun = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert len(begun) == 2
    went_on = optimise(lab, path, effort=SMALL)
    after = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert begun.items() < after.items()
    next(iter(begun)).write_bytes(b"torn")
    assert optimise(lab, path, effort=SMALL).answer == went_on.answer
    assert optimise(lab, path, effort=SMALL, fresh=True).answer == went_on.answer


def test_the_same_front_on_any_number_of_threads(
    found: tuple[Found, Path, str], lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert optimise(lab, found[2], effort=SMALL, fresh=True).answer == found[0].answer


@pytest.mark.parametrize(
    ("safeguard", "lever", "values", "facts"),
    [("hours", "conditions.workload", (1.0, 2.0), {}),
     ("pay_floor", "incentive.base_factor", (0.5, 1.0), {}),
     ("headcount", "hiring.fill_months", (1.0, 20.0), {}),
     ("involuntary", "selection.key_share", (0.0, 1.0),
      {"dismissal_months": 1, "grace_months": 0, "standard": 0.5, "months": 12}),
     ("group_loss", "incentive.base_factor", (0.5, 1.0), {"people": 36, "months": 12})],
)
def test_the_cheapest_way_is_not_over_peoples_backs(
    safeguard: str, lever: str, values: tuple[float, float], facts: dict[str, Any], lab: Lab,
    tmp_path: Path,
) -> None:
    """Where leaving is free, overload, low pay, empty places and dismissals are cheap. A search
    that only lacks this one safeguard ends up there; with it, it does not."""
    search = {"levers": {lever: {"lower": values[0], "upper": values[1]},
                         "hiring.cost": {"lower": 0, "upper": 1}}}
    effort = replace(SMALL, draws=16, fresh_draws=32)
    free = optimise(lab, scenario(tmp_path, search | {"constraints": LOOSE}, **facts),
                    effort=effort)
    rest = {name: limit for name, limit in LOOSE.items() if name != safeguard}
    kept = optimise(lab, scenario(tmp_path, search | {"constraints": rest}, **facts),
                    effort=effort)
    default = Constraints.model_fields[safeguard].default
    (constraint,) = [each for each in kept.answer.constraints if each.name == safeguard]
    limit = constraint.limit
    assert limit in {getattr(default, "at_most", None), getattr(default, "at_least", None),
                     -getattr(default, "at_most", 0)}

    def worst(result: Found) -> float:
        figures = [next(held.figure for held in option.held if held.constraint == safeguard)
                   for option in result.answer.front]
        return min(figures) if constraint.at_least else max(figures)

    assert (worst(free) < limit) if constraint.at_least else (worst(free) > limit)
    assert (worst(kept) >= limit) if constraint.at_least else (worst(kept) <= limit)
    assert min(e.effects["full_cost"].mean for e in free.answer.front) < min(
        e.effects["full_cost"].mean for e in kept.answer.front)


def test_an_advance_paid_back_lowers_what_is_assured(lab: Lab, tmp_path: Path) -> None:
    setting = set_up(lab, scenario(tmp_path), draws=2, seed=1)
    base = setting.study.policies["move_only"]
    policies = [base, with_fields(base, {"incentive.base_factor": 0.8}), with_fields(base, {
        "incentive.guarantee": 0.6, "incentive.guarantee_months": 6,
        "incentive.recoverable": True})]
    figures = tried(setting.run(policies), policies, hours=100.0)
    assert figures.of("assured_pay")[0, 0].tolist() == [1.0, 0.8, 0.6]
    assert figures.of("full_cost") == pytest.approx(
        figures.of("cost") + figures.of("lost_business"))


def test_a_part_of_a_setting_is_that_part(lab: Lab, tmp_path: Path) -> None:
    """Rows of a setting whose people have a past for each draw bring their own past along."""
    whole = set_up(lab, scenario(tmp_path), draws=6, seed=1)
    people = np.stack([whole.firm.people] * 6)
    people["base"] *= np.arange(1, 7)[:, None]  # told apart by their pay
    whole = replace(whole, firm=replace(whole.firm, people=people))
    policies = list(whole.study.policies.values())
    cost = whole.run(policies).outcome("pay_cost")
    assert whole.over(slice(0, 4)).run(policies).outcome("pay_cost") == pytest.approx(cost[:4])
    later = whole.over(slice(4, 6), stream=1)
    assert later.firm.people["base"] == pytest.approx(people["base"][4:])
    assert later.drawn.main == pytest.approx(whole.drawn.main[4:])
    assert later.seed != whole.seed


def test_policies_run_in_parts_come_to_the_same(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = set_up(lab, scenario(tmp_path), draws=4, seed=1)
    policies = [with_fields(setting.study.policies["train_and_help"], {"training.coaching": c})
                for c in (0.0, 0.3, 0.6)]
    together = Runs(setting)(policies, Sample(slice(0, 4), 2))
    monkeypatch.setattr("simlab.jobs.trying.LARGEST", 1)
    apart = Runs(setting)(policies, Sample(slice(0, 4), 2))
    assert apart.figures == together.figures
    assert np.array_equal(apart.values, together.values)


def test_the_example_of_the_how_to_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (DOCS / "how-to/find-the-best-within-a-budget.md").read_text(encoding="utf-8")
    exec(compile(page.partition("```python\n")[2].partition("```")[0], "how-to", "exec"), {})
    assert "Interval(" in capsys.readouterr().out


def test_hours_count_workload_and_the_busiest_month_of_courses(lab: Lab, tmp_path: Path) -> None:
    setting = set_up(lab, scenario(tmp_path), draws=2, seed=1)
    policies = [with_fields(setting.study.policies["train_and_help"], {
        "conditions.workload": load}) for load in (1.0, 1.5)]
    ensemble = setting.run(policies)
    hours = tried(ensemble, policies, hours=100.0).of("hours")
    taught = ensemble.outcome("training_hours") / ensemble.outcome("headcount")
    assert taught.max() > 1
    assert hours == pytest.approx(np.array([100.0, 150.0]) + taught.max(axis=-1))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_command_tells_the_front_and_the_pick(
    lang: str, found: tuple[Found, Path, str], lab: Lab
) -> None:
    ran = _run(lab, found[2], "--budget", "1e9", "--lang", lang)
    assert ran.exit_code == 0, ran.output
    for each in found[0].answer.front:
        assert found[0].titles[each.policy][lang] in ran.output
    for name in found[0].answer.constraints:
        assert text(f"optimise.constraint.{name.name}", lang)[:20] in ran.output


def test_conflicting_constraints_are_an_error_that_names_them(lab: Lab, tmp_path: Path) -> None:
    search = {"levers": {"incentive.base_factor": {"lower": 0.8, "upper": 1.4}}, "constraints": {
        **LOOSE, "budget": {"at_most": 0}, "pay_floor": {"at_least": 1.2}}}
    path = scenario(tmp_path, search)
    ran = _run(lab, path)
    assert ran.exit_code == 2
    assert "budget + pay_floor" in ran.output
    assert not list((lab.path / "optimisations").glob(f"small_{tmp_path.name}.json"))


def test_a_budget_below_the_front_is_an_error_and_the_front_is_kept(
    found: tuple[Found, Path, str], lab: Lab
) -> None:
    with pytest.raises(LabError) as caught:
        optimise(lab, found[2], effort=SMALL, budget=-1e12)
    assert caught.value.code == "budget_below_front"
    assert _stored(lab, found[0])["picked"] is None


def test_status_knows_the_search_and_when_it_is_stale(lab: Lab, tmp_path: Path) -> None:
    path = Path(scenario(tmp_path, SEARCH))
    optimise(lab, str(path), effort=SMALL)

    def stale() -> tuple[str, ...]:
        return next(item.stale for item in status(lab).items if item.kind == "optimisation"
                    and item.name == f"small {tmp_path.name}")

    assert stale() == ()
    scenario(tmp_path, SEARCH | {"objectives": ["voluntary", "full_cost"]})
    assert stale() == ("search",)


def test_the_report_shows_the_search(found: tuple[Found, Path, str], lab: Lab) -> None:
    for lang in LANGUAGES:
        page = report(lab, lang, scenario=None).read_text(encoding="utf-8")
        assert text("optimise.title", lang) in page
        assert "figure-pareto" in page


def test_a_search_can_be_given_to_a_worker(found: tuple[Found, Path, str], lab: Lab) -> None:
    kind = KINDS["optimise"]
    given = kind.checked("optimise", {"scenario": found[2], "effort": asdict(SMALL)})
    done = kind.run("optimise", lab, given, Progress())
    assert done.answer == found[0].answer


def test_a_scenario_without_levers_is_an_error(lab: Lab, tmp_path: Path) -> None:
    ran = _run(lab, scenario(tmp_path))
    assert ran.exit_code == 2
    assert "search" in ran.output


@pytest.mark.parametrize("option", [("--evaluations", "1"), ("--finalists", "1"),
                                    ("--fresh-draws", "2"), ("--objective", "regretted")])
def test_an_option_out_of_range_is_named(option: tuple[str, str], lab: Lab, tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["optimise", str(lab.path), scenario(tmp_path, SEARCH), *option])
    assert ran.exit_code == 2
    assert option[0] in ran.output


def _run(lab: Lab, path: str, *options: str) -> Any:
    effort = [part for name, value in asdict(SMALL).items()
              for part in (f"--{name.replace('_', '-')}", str(value))]
    return CliRunner().invoke(app, ["optimise", str(lab.path), path, *effort, *options])


def _stored(lab: Lab, found: Found) -> Any:
    return lab.read_json(f"optimisations/{file_name(found.heading['scenario'])}.json")
