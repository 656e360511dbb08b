"""Every sentence a person reads, in Chinese and in English.

A language is a folder of YAML files, one per room of the house; all files of a folder are
one tree of keys. The trees of both languages have equal keys (a test holds them equal).
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

import yaml

LANGUAGES = ("en", "zh")


@functools.cache
def catalogue(lang: str) -> dict[str, str]:
    """All texts of `lang` by dotted key, e.g. ``{"error.empty_file": "..."}``."""
    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r} is not one of {', '.join(LANGUAGES)}")
    texts: dict[str, str] = {}
    for file in sorted(resources.files(__package__).joinpath(lang).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            texts.update(_flat(yaml.safe_load(file.read_text(encoding="utf-8")) or {}))
    return texts


def text(key: str, lang: str = "en", **values: Any) -> str:
    """The sentence `key` in `lang` with `values` filled in; a KeyError where it has none."""
    return catalogue(lang)[key].format(**values)


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            flat.update(_flat(value, name + "."))
        else:
            flat[name] = str(value)
    return flat
