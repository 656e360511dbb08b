"""Does a comparison replicate until it is precise, and count whom it was asked to?"""

import csv
import json
import shutil
from importlib import resources

import numpy as np
import pytest

from simlab.engine.groups import JOINED
from simlab.errors import Cancelled, LabError
from simlab.jobs.comparing import compare
from simlab.jobs.records import import_records
from simlab.jobs.replicating import UNFINISHED
from simlab.jobs.reporting import report
from simlab.jobs.setting import Setting
from simlab.lab import Lab

PAIR = ["move_only", "train_and_help"]
QUICK = {"draws": 6, "months": 4, "seed": 3}


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return Lab.create(tmp_path_factory.mktemp("compare") / "lab")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The sample firm with sites, units below units, and protected attributes."""
    folder = tmp_path_factory.mktemp("records")
    with resources.as_file(resources.files("scenarios") / "sample_firm") as tables:
        shutil.copytree(tables, folder / "in")
    with (folder / "in/employees.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        row["site"] = ("Beijing", "Shanghai")[number % 2]
        row["org_unit_id"] = ("NORTH-1", "NORTH-2", "SOUTH")[number % 3]
    _write(folder / "in/employees.csv", rows)
    _write(folder / "in/org_units.csv", [
        {"org_unit_id": "NORTH"}, {"org_unit_id": "NORTH-1", "parent_id": "NORTH"},
        {"org_unit_id": "NORTH-2", "parent_id": "NORTH"}, {"org_unit_id": "SOUTH"}])
    _write(folder / "in/protected_attributes.csv", [
        {"employee_no": row["employee_no"], "gender": ("female", "male", "male")[number % 3],
         "birth_year": 1970 + number % 30}
        for number, row in enumerate({row["employee_no"]: row for row in rows}.values())])
    lab = Lab.create(folder / "lab")
    import_records(lab, sorted((folder / "in").glob("*.csv")), "canonical")
    return lab


def _write(path, rows):
    fields = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, restval="")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def fine(empty):
    return compare(empty, "sales_transition", PAIR, precision=0.01, most=20, channels=False,
                   **QUICK)


def test_replicates_go_on_until_the_cap_and_it_is_said(fine):
    found = fine.comparison.precision
    assert (found.replicates, found.cap, found.reached) == (20, 20, False)
    assert fine.options["replicates"] == fine.comparison.replicates == 20


def test_over_the_prior_every_effect_stays_an_assumption(fine):
    """The prior's histories are the main ones: with all their replicates, not the first few."""
    assert {effect.warrant for effect in fine.comparison.effects} == {"assumed"}
    assert all(e.prior.difference == e.difference for e in fine.comparison.effects)


def test_replicates_of_several_batches_are_those_of_one(empty, fine):
    """More replicates extend the earlier ones, so the path to them does not show."""
    once = compare(empty, "sales_transition", PAIR, replicates=20, channels=False, **QUICK)
    for one, other in zip(fine.comparison.effects, once.comparison.effects, strict=True):
        assert (one.beats, one.sees_better) == (other.beats, other.sees_better)
        assert one.difference == other.difference
    assert fine.comparison.groups == once.comparison.groups
    assert once.comparison.precision.asked == 0.0


def test_a_comparison_that_was_stopped_goes_on(empty, fine, monkeypatch):
    """Stopped in its second batch, it keeps the first and runs only what is missing."""
    ran = []
    run = Setting.run

    def noted(self, *given, first_replicate=0, **options):
        ran.append(first_replicate)
        if first_replicate == 16 and ran.count(16) == 1:
            raise Cancelled
        return run(self, *given, first_replicate=first_replicate, **options)

    monkeypatch.setattr(Setting, "run", noted)
    asked = {"precision": 0.01, "most": 20, "channels": False, **QUICK}
    with pytest.raises(Cancelled):
        compare(empty, "sales_transition", PAIR, **asked)
    assert len(list(empty.path.glob(f"{UNFINISHED}/*/*.npz"))) == 1
    again = compare(empty, "sales_transition", PAIR, **asked)
    assert ran == [0, 8, 16, 0, 16]
    assert again.comparison.effects == fine.comparison.effects
    assert list(empty.path.glob(f"{UNFINISHED}/*")) == []


def test_precision_that_is_reached_stops(empty):
    found = compare(empty, "sales_transition", PAIR, precision=10, most=64, channels=False,
                    **QUICK).comparison.precision
    assert found.replicates == 8
    assert found.reached == (found.ratio <= 10)


def test_channels_and_ramp_up_come_from_the_same_draws(empty, tmp_path):
    done = compare(empty, "sales_transition", PAIR, replicates=2, out=tmp_path, **QUICK)
    (whole,) = done.comparison.channels
    effect = done.comparison.effect("train_and_help", "move_only")
    assert whole.draws == 6
    assert whole.whole == effect.difference
    parts = sum(part.difference.mean for part in whole.parts)
    assert whole.whole.mean == pytest.approx(parts + whole.remainder.mean)
    assert done.comparison.ramp_up[0].loss.mean > 0
    assert {each.lever for each in done.comparison.levers} >= {"training", "intervention"}
    with (tmp_path / "groups.csv").open(encoding="utf-8") as file:
        assert {row["division"] for row in csv.DictReader(file)} >= {"team", "segment", "tier"}


def test_who_is_counted_apart(recorded):
    """Filters choose whose exits are counted; the whole firm lives on."""
    done = compare(recorded, "sales_transition", PAIR, replicates=2, channels=False,
                   only={"unit": ["NORTH"], "site": ["Beijing"]}, **QUICK).comparison
    plain = compare(recorded, "sales_transition", PAIR, replicates=2, channels=False, **QUICK)
    assert [e.difference for e in done.effects] == [
        e.difference for e in plain.comparison.effects]
    found = {(g.division, g.group): g for g in done.groups if g.figure == "regretted"}
    chosen, others = found["chosen", "chosen"], found["chosen", "others"]
    assert 10 <= chosen.people < others.people
    assert chosen.people + others.people == done.plan
    level = [found[key].level.mean for key in found if key[0] == "chosen"]
    whole = next(t for t in done.totals if (t.policy, t.outcome) == ("move_only", "regretted"))
    assert np.sum(level) == pytest.approx(whole.value.mean)
    assert {name for name, _ in found} >= {"unit", "site", "gender", "age", "team"}
    assert ("gender", JOINED) in found


def test_groups_are_read_in_both_languages(recorded, tmp_path):
    for lang, said in (("en", "Effects by group"), ("zh", "各群体的效果")):
        page = report(recorded, lang, out=tmp_path).read_text(encoding="utf-8")
        assert said in page
        assert "figure-dots" in page


@pytest.mark.parametrize(("asked", "code"), [
    ({"only": {"unit": ["WEST"]}}, "unknown_label"),
    ({"only": {"unit": ["NORTH", "SOUTH"]}}, "too_few_others"),
    ({"terms": {"at_most": 3, "down_by": 0.1}}, "two_targets"),
    ({"precision": 0.0}, "bad_precision"), ({"replicates": 0}, "bad_count"),
    ({"most": 1}, "bad_count"),
])
def test_what_cannot_be_asked_is_said(recorded, asked, code):
    with pytest.raises(LabError) as caught:
        compare(recorded, "sales_transition", PAIR, **QUICK, **asked)
    assert caught.value.code == code
    assert all(caught.value.explain(lang) for lang in ("en", "zh"))


def test_a_filter_needs_records(empty):
    with pytest.raises(LabError) as caught:
        compare(empty, "sales_transition", PAIR, only={"site": ["Beijing"]}, **QUICK)
    assert caught.value.code == "filter_without_records"


def test_a_target_of_the_command_replaces_the_scenarios(empty, tmp_path):
    built_in = resources.files("scenarios").joinpath("sales_transition.yaml")
    own = tmp_path / "own.yaml"
    own.write_text(built_in.read_text(encoding="utf-8")
                   + "terms: {at_most: 20, margin: 0.3, currency: CNY}\n", encoding="utf-8")
    done = compare(empty, str(own), PAIR, replicates=2, channels=False,
                   terms={"down_by": 0.2}, **QUICK).comparison
    assert (done.terms.at_most, done.terms.down_by) == (None, 0.2)
    assert (done.terms.margin, done.terms.currency) == (0.3, "CNY")
    assert json.dumps(done.to_json(), allow_nan=False)
