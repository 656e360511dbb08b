"""The form of a policy: every field can be edited, and knows its bounds in both languages."""

import pytest

from simlab.i18n import LANGUAGES
from simlab.policy import Policy, field_of, levers, with_fields
from simlab.policy.form import form
from simlab.practice import NAMES

PLAIN = Policy(name="plain", title={"en": "x", "zh": "x"})



def entries(practice="sales", lang="en"):
    return {entry.path: entry for section in form(practice, lang) for entry in section.entries}


def test_every_field_of_a_policy_is_offered():
    paths = {path for path in levers() if path != "intervention.signs"}
    assert paths <= set(entries())
    assert {path for path in entries() if path not in paths} == {
        f"intervention.signs.{sign}"
        for sign in ("falling", "absence", "pressure", "communication", "contacts")}


@pytest.mark.parametrize("practice", NAMES)
def test_forms_of_both_languages_differ_in_words_alone(practice):
    one, other = (entries(practice, lang) for lang in LANGUAGES)
    assert list(one) == list(other)
    for path in one:
        assert (one[path].kind, one[path].lower, one[path].upper) == (
            other[path].kind, other[path].lower, other[path].upper)
        assert one[path].meaning != other[path].meaning
        assert [key for key, _ in one[path].choices] == [key for key, _ in other[path].choices]


@pytest.mark.parametrize("path", [path for path, entry in entries().items()
                                  if entry.kind in ("number", "whole")])
def test_the_ends_of_a_range_are_allowed(path):
    entry = entries()[path]
    step = 1 if entry.kind == "whole" else 1e-9
    policy = PLAIN
    for end in (entry.lower, entry.upper):
        if end is not None:
            inside = end + step if entry.optional and end == 0 else end
            value = int(inside) if entry.kind == "whole" else inside
            assert field_of(with_fields(policy, {path: value}), path) == value


def test_the_parts_of_a_role_pack_are_named_in_the_readers_language():
    assert ("closing", "成交") in entries(lang="zh")["training.course_hours"].choices
    assert ("sales_amount", "Sales amount") in entries()["incentive.stages"].choices
    assert entries()["incentive.bonus_cap"].optional
