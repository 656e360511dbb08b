"""A lab's own policies: kept, changed by one at a time, usable by name."""

import pytest
from typer.testing import CliRunner

import scenarios
from simlab.cli import app
from simlab.errors import LabError
from simlab.jobs.saving import as_yaml, remove_policy, save_policy, saved_policies
from simlab.jobs.setting import policy_named
from simlab.lab import Lab
from simlab.policy import load_policy, with_fields

BASE = scenarios.policy("train_and_help")
OURS = with_fields(BASE, {"training.coaching": 0.1}, name="ours")


@pytest.fixture
def lab(tmp_path):
    return Lab.create(tmp_path / "lab")


def test_what_is_saved_is_read_again_and_usable_by_name(lab):
    save_policy(lab, OURS)
    assert saved_policies(lab)["ours"].policy == OURS
    study = scenarios.load("sales_transition")
    assert policy_named(study, "ours", lab) == OURS


@pytest.mark.parametrize("name", scenarios.policies())
def test_a_policy_written_as_yaml_is_the_same_policy(name, tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(as_yaml(scenarios.policy(name)), encoding="utf-8")
    assert load_policy(path) == scenarios.policy(name)


def test_a_name_that_is_taken_is_not_overwritten(lab):
    save_policy(lab, OURS)
    with pytest.raises(LabError) as refused:
        save_policy(lab, with_fields(OURS, {"training.coaching": 0.2}))
    assert refused.value.code == "policy_kept"
    assert saved_policies(lab)["ours"].policy == OURS


def test_of_two_tabs_the_second_is_told(lab):
    opened = save_policy(lab, OURS).version
    first, second = (with_fields(OURS, {"training.coaching": c}) for c in (0.2, 0.3))
    save_policy(lab, first, replaces=opened)
    with pytest.raises(LabError) as refused:
        save_policy(lab, second, replaces=opened)
    assert refused.value.code == "policy_changed"
    assert saved_policies(lab)["ours"].policy == first


def test_a_policy_can_be_taken_out(lab):
    save_policy(lab, OURS)
    remove_policy(lab, "ours")
    assert not saved_policies(lab)
    with pytest.raises(LabError) as refused:
        remove_policy(lab, "ours")
    assert refused.value.code == "policy_not_kept"


def test_an_unknown_policy_names_those_there_are(lab):
    save_policy(lab, OURS)
    with pytest.raises(LabError, match="ours"):
        policy_named(scenarios.load("sales_transition"), "theirs", lab)


def test_the_command_line_lists_them(lab):
    save_policy(lab, OURS)
    said = CliRunner().invoke(app, ["policies", "sales_transition", "--lab", str(lab.path),
                                    "--lang", "en"])
    assert "ours: " in said.output
