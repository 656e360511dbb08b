"""Is the public interface what the package says it is, and quick to import?"""

from __future__ import annotations

import subprocess
import sys

import pytest

import simlab


@pytest.mark.smoke
@pytest.mark.parametrize("name", simlab.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(simlab, name)
    assert value.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="absent"):
        simlab.absent  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = ("import sys, simlab, simlab.cli; "
            "print([m for m in ('numba', 'pandas', 'sklearn', 'dash', 'plotly', 'sqlalchemy')"
            " if m in sys.modules])")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
