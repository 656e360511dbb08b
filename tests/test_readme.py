"""Do the examples of both READMEs run, and do their commands and pictures exist?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simlab.cli import app

HERE = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh-CN.md")


@pytest.mark.parametrize("name", READMES)
def test_python_examples_run(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    examples = re.findall(r"```python\n(.*?)```", (HERE / name).read_text("utf-8"), re.DOTALL)
    assert examples
    for example in examples:
        exec(compile(example, name, "exec"), {})
    assert "Interval(" in capsys.readouterr().out


@pytest.mark.parametrize("name", READMES)
def test_commands_and_options_exist(name: str) -> None:
    blocks = re.findall(r"```\n(.*?)```", (HERE / name).read_text("utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    commands = [match for line in lines if (match := re.search(r"\bsimlab (\w+)", line))]
    assert len(commands) >= 10
    for match in commands:
        shown = CliRunner().invoke(app, [match.group(1), "--help"]).stdout
        assert "Usage" in shown, match.group(1)
        said = re.split(r" {3,}", match.string)[0].split(";")[0]
        for option in re.findall(r"--[a-z-]+", said):
            assert option in shown, (match.group(1), option)


@pytest.mark.parametrize("name", READMES)
def test_links_and_pictures_are_there(name: str) -> None:
    targets = re.findall(r"\]\(([^)]+)\)", (HERE / name).read_text("utf-8"))
    assert targets
    assert [target for target in targets if not (HERE / target).exists()] == []
