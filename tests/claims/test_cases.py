"""Is every case there, complete in both languages, free of parameters, and refused when wrong?"""

import copy
from importlib import resources

import pytest
import yaml

from scenarios.claims import MEASURES, load, names, parse
from simlab.errors import LabError
from simlab.parameters import NAMES


def raw(name):
    file = resources.files("scenarios.claims").joinpath(f"{name}.yaml")
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def keys(tree):
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from keys(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from keys(value)


def test_the_eleven_claims_are_all_there_in_order():
    assert names() == tuple(f"V{k}" for k in range(1, 12))


@pytest.mark.parametrize("name", names())
def test_a_case_is_complete(name):
    case = load(name)
    assert case.name == name
    assert case.ours, "whose numbers"
    assert any(figure.band is not None and not figure.beside for figure in case.figures)
    assert any("\u4e00" <= c <= "\u9fff" for c in case.claim.zh)
    assert not any("\u4e00" <= c <= "\u9fff" for c in case.claim.en)


@pytest.mark.parametrize("name", names())
def test_a_case_sets_no_parameter_of_the_model(name):
    # the months of the ramp to key work are a lever that shares its name with a parameter
    assert not set(keys(raw(name))) & (set(NAMES) - {"ramp_months"})


def test_bands_are_those_the_claims_were_given():
    """From the statement of the claims; every other band is named as ours."""
    given = {("V1", "results_exits"): (0.25, 0.35), ("V2", "complaint_ratio"): (1.10, 1.30),
             ("V2", "complaint_sign"): (0.95, None), ("V3", "risk_ratio"): (1.25, 1.55)}
    for (name, figure), band in given.items():
        assert {f.name: f.band for f in load(name).figures}[figure] == band
    claimed = {(name, f.name): f.claimed for name in names() for f in load(name).figures}
    assert claimed["V4", "return_ratio"] == 1.25
    assert claimed["V4", "exit_ratio"] == 0.82
    assert claimed["V7", "firms"] == 0.8
    assert claimed["V9", "score_ratio"] == 1.20
    assert claimed["V9", "bonus_ratio"] == 1.15
    assert claimed["V10", "exit_hazard_ratio"] == 0.366
    assert claimed["V10", "premium_odds_ratio"] == 3.86


def test_every_measure_is_documented_and_used():
    used = {figure.measure for name in names() for figure in load(name).figures}
    assert used == set(MEASURES)
    assert all(measure.says for measure in MEASURES.values())


def test_an_unknown_case_names_the_known_ones():
    with pytest.raises(LabError, match="V1, V2"):
        load("V12")


def without(tree, key):
    del tree[key]


WRONG = {
    "unknown field": (lambda t: t.update(exit_level=-2), "exit_level"),
    "a parameter among the facts": (lambda t: t["firm"].update(exit_level=-2), "firm.exit_level"),
    "a parameter among the levers": (
        lambda t: t["policies"][0]["incentive"].update(reward_exit=3),
        "policies.0.incentive.reward_exit"),
    "a missing text": (lambda t: without(t["claim"], "zh"), "claim.zh"),
    "an unknown measure": (lambda t: t["figures"][0].update(measure="wish"), "figures.0.measure"),
    "an unknown outcome": (
        lambda t: t["figures"][0]["options"].update(events=["joy"]), "figures.0.options.events"),
    "an unknown option": (
        lambda t: t["figures"][0]["options"].update(wish=1), "figures.0.options.wish"),
    "an unknown policy": (lambda t: t.update(baseline="absent"), "absent"),
    "a claim without a band": (lambda t: without(t["figures"][0], "band"), "figures.0"),
    "a band that holds no effect": (
        lambda t: t["figures"][0].update(band=[0.9, 1.3]), "figures.0"),
    "a claimed figure outside its band": (
        lambda t: t["figures"][0].update(claimed=2.0), "figures.0"),
    "a band without edges": (lambda t: t["figures"][0].update(band=[None, None], claimed=None),
                             "figures.0"),
    "a band back to front": (lambda t: t["figures"][0].update(band=[1.3, 1.1]), "figures.0"),
    "doctors' policy for sales staff": (
        lambda t: t["policies"][1].update(practice="medical"), "medical"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_case_is_refused_with_file_and_field(fault):
    spoil, said = WRONG[fault]
    tree = copy.deepcopy(raw("V2"))
    parse(copy.deepcopy(tree), "mine.yaml")
    spoil(tree)
    with pytest.raises(LabError) as caught:
        parse(tree, "mine.yaml")
    assert "mine.yaml" in str(caught.value)
    assert said in str(caught.value)
    assert said in caught.value.explain("zh")
