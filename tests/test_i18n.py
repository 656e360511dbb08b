"""Do Chinese and English say the same things?"""

from __future__ import annotations

import string
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest
import yaml

from simlab.i18n import LANGUAGES, catalogue, text


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_language_has_the_same_keys() -> None:
    keys = {lang: set(catalogue(lang)) for lang in LANGUAGES}
    assert keys["en"] - keys["zh"] == set(), "only in English"
    assert keys["zh"] - keys["en"] == set(), "only in Chinese"


def test_every_language_fills_in_the_same_values() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    differing = {
        key for key, sentence in english.items()
        if placeholders(sentence) != placeholders(chinese[key])
    }
    assert differing == set()


def test_no_sentence_is_empty() -> None:
    empty = [(lang, key) for lang in LANGUAGES for key, value in catalogue(lang).items()
             if not value.strip() or value == "None"]
    assert empty == []


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="xx"):
        catalogue("xx")


def test_a_text_has_its_values_filled_in() -> None:
    assert text("error.cancelled", "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_stands_in_two_files(lang: str) -> None:
    """The files of a language are one tree: a key given twice would hide one of its sentences."""
    files: dict[str, list[str]] = {}
    for file in sorted(resources.files("simlab.i18n").joinpath(lang).iterdir(), key=str):
        for key in flat(yaml.safe_load(file.read_text(encoding="utf-8")) or {}):
            files.setdefault(key, []).append(file.name)
    assert {key: names for key, names in files.items() if len(names) > 1} == {}


def flat(tree: dict[str, Any], above: str = "") -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}"
