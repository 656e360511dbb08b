"""Do the reference pages say what the code says?"""

import importlib.util
import re
from pathlib import Path

import pytest

from simlab import world
from simlab.engine.month import MONTH
from simlab.i18n import catalogue

DOCS = Path(__file__).resolve().parent.parent / "docs"


def build():
    spec = importlib.util.spec_from_file_location("build_docs", DOCS / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_reference_page_is_made():
    assert set(build().PAGES) == {p.name for p in (DOCS / "reference").iterdir()}


@pytest.mark.parametrize("page", sorted(p.name for p in (DOCS / "reference").iterdir()))
def test_a_reference_page_is_what_the_code_writes(page):
    written = (DOCS / "reference" / page).read_text(encoding="utf-8")
    assert written == build().made(page), "run: python docs/build.py"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_state_variable_has_a_meaning_and_a_unit(lang):
    records = ("Person", "Account", "Team", "Department", "Firm", "Practice", "Seen")
    fields = {f"state.{record}.{field}.{what}" for record in records
              for field in getattr(world, record.upper()).names for what in ("meaning", "unit")}
    said = {key for key in catalogue(lang) if key.startswith("state.")}
    assert fields - said == set(), "add to simlab/i18n/en/world.yaml and zh"
    assert said - fields == set(), "no such state variable: take it out of world.yaml"


def test_the_odd_text_has_its_seven_elements_and_every_rule():
    page = (DOCS / "reference" / "odd.md").read_text(encoding="utf-8")
    elements = re.findall(r"^## (\d)\. (.+)$", page, re.MULTILINE)
    assert [title for _, title in elements] == [
        "Purpose and patterns", "Entities, state variables, and scales",
        "Process overview and scheduling", "Design concepts", "Initialization", "Input data",
        "Submodels"]
    assert re.findall(r"^### (\w+)$", page, re.MULTILINE) == [r.name for r in MONTH.rules]


def test_the_odd_text_knows_what_a_rule_reads_and_writes():
    (learn,) = [r for r in MONTH.rules if r.name == "learn"]
    described = build().submodel(learn)
    assert "forgetting" in [p.name for p in described["parameters"]]
    assert "exam" in described["draws"]
    (writes,) = [line for line in described["uses"] if line.startswith("Writes (person)")]
    assert "`skills`" in writes
    assert "`willingness`" not in writes
