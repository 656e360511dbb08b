"""Writes docs/reference from the code, so that it cannot drift: ``python docs/build.py``.

A test holds the committed pages equal to what this script writes.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import scenarios
from scenarios.load import ScenarioFile
from simlab.engine.month import MONTH
from simlab.engine.outcomes import OUTCOMES
from simlab.parameters import REGISTRY
from simlab.policy import Policy, policy_schema
from simlab.policy.schema import described
from simlab.records.schema import TABLES
from simlab.rules import Purpose
from simlab.world import ACCOUNT, COUPLINGS, DEPARTMENT, FIRM, PERSON, TEAM

REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- Written by docs/build.py from the code; edit the code, not this page. -->\n\n"


def parameters() -> str:
    """The registry: meaning, unit, bounds, prior, evidence."""
    lines = [
        "# Parameters\n",
        f"{len(REGISTRY)} parameters; each prior is a normal cut to the bounds. *Calibrated* ones "
        "can be moved by a firm's records, the others keep their prior and are reported as "
        "assumed.\n",
        "| name | meaning | 含义 | unit | bounds | prior mean (SD) | evidence | grade "
        "| calibrated |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for p in REGISTRY:
        lines.append(
            f"| `{p.name}` | {p.en} | {p.zh} | {p.unit} | {p.lower:g} to {p.upper:g} "
            f"| {p.mean:g} ({p.sd:g}) | {p.source} | {p.grade} "
            f"| {'yes' if p.calibrated else 'no'} |"
        )
    return "\n".join(lines) + "\n"


def month() -> str:
    """State variables and the month's rules in order."""
    lines = [
        "# The month\n",
        "The rules in the order in which they run. A rule of scope *person* writes only its own "
        "person and accounts; *group* figures are frozen until the next month.\n",
        "| # | rule | scope | what happens | random numbers |",
        "|---|---|---|---|---|",
    ]
    for k, declared in enumerate(MONTH.rules, start=1):
        drawn = [_number(p) for p in declared.draws]
        drawn += [f"{_number(p)} (per account)" for p in declared.account_draws]
        said = " ".join((inspect.getdoc(declared.function) or "").split("\n\n")[0].split())
        lines.append(
            f"| {k} | `{declared.name}` | {declared.scope} | {said} | {', '.join(drawn) or '-'} |"
        )
    lines += ["\n## State\n"]
    records = {"Person": PERSON, "Account": ACCOUNT, "Team": TEAM, "Department": DEPARTMENT,
               "Firm": FIRM}
    for name, dtype in records.items():
        fields = ", ".join(f"`{f}`" for f in dtype.names or ())
        lines.append(f"- **{name}**: {fields}")
    lines += ["\n## Couplings between people\n", "| switch | fields it may change |", "|---|---|"]
    for coupling, fields in COUPLINGS.items():
        lines.append(f"| `{coupling}` | {', '.join(fields) or 'accounts only'} |")
    lines += ["\n## Outcomes of a month\n", ", ".join(f"`{name}`" for name in OUTCOMES) + "."]
    return "\n".join(lines) + "\n"


def _number(purpose: Purpose) -> str:
    kind = "" if purpose.kind == "uniform" else f"{purpose.kind} "
    return f"{kind}{purpose.name}" + (f" x{purpose.count}" if purpose.count > 1 else "")


def schema() -> str:
    """The canonical tables."""
    lines = ["# Canonical tables\n", "`simlab template DIR` writes them as blank sheets.\n"]
    for table in TABLES.values() if isinstance(TABLES, dict) else TABLES:
        lines += [
            f"## {table.name}: {table.en} / {table.zh}\n",
            "| column | English | 中文 | kind | required | unit | bounds |",
            "|---|---|---|---|---|---|---|",
        ]
        for column in table.columns:
            low = "" if column.lower is None else f"{column.lower:g}"
            high = "" if column.upper is None else f"{column.upper:g}"
            bounds = f"{low} to {high}" if low or high else ""
            kind = column.kind
            if column.options:
                kind = "one of " + ", ".join(column.options)
            lines.append(
                f"| `{column.header}` | {column.en} | {column.zh} | {kind} "
                f"| {'yes' if column.required else ''} | {column.unit} | {bounds} |"
            )
        lines.append("")
    return "\n".join(lines)


def policies() -> str:
    """Every field of a policy and of a scenario."""
    lines = [
        "# Policies and scenarios\n",
        "A policy is a YAML file of levers; what it leaves out changes nothing. A scenario names a "
        "firm, a horizon and the policies to compare. The same as JSON Schema, for editors: "
        "[policy.schema.json](policy.schema.json), [scenario.schema.json](scenario.schema.json), "
        "or `simlab schema policy`. Skills and KPIs are named as in the role pack of the "
        "practice.\n",
    ]
    shown: set[str] = set()
    for model in (Policy, ScenarioFile):
        for (name, en, fields), (_, zh, chinese) in zip(
            described(model, "en"), described(model, "zh"), strict=True
        ):
            if name in shown:
                continue
            shown.add(name)
            lines += [
                f"## {name}\n",
                f"{en}. / {zh}。\n",
                "| field | meaning | 含义 | unit | 单位 | form and bounds | default |",
                "|---|---|---|---|---|---|---|",
            ]
            lines += [
                f"| `{f.name}` | {f.meaning} | {z.meaning} | {f.unit} | {z.unit} | {f.form} "
                f"| {f'`{f.default}`' if f.default else 'must be given'} |"
                for f, z in zip(fields, chinese, strict=True)
            ]
            lines.append("")
    return "\n".join(lines)


def as_json(schema: dict[str, Any]) -> str:
    """A JSON Schema as a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "parameters.md": parameters,
    "month.md": month,
    "schema.md": schema,
    "policies.md": policies,
    "policy.schema.json": lambda: as_json(policy_schema()),
    "scenario.schema.json": lambda: as_json(scenarios.schema()),
}


def made(name: str) -> str:
    """The text of a page as it is written."""
    return (MADE if name.endswith(".md") else "") + PAGES[name]()


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(exist_ok=True)
    for name in PAGES:
        (REFERENCE / name).write_text(made(name), encoding="utf-8")


if __name__ == "__main__":
    main()
