"""Do the reference pages say what the code says?"""

import importlib.util
from pathlib import Path

import pytest

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
