"""Writes docs/reference from the code, so that it cannot drift: ``python docs/build.py``.

A test holds the committed pages equal to what this script writes.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Callable, Iterable
from enum import IntEnum
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from scipy.stats import truncnorm

import scenarios
from scenarios.event import EventFile
from scenarios.facts import scenario_firm
from scenarios.load import ScenarioFile
from scenarios.study import StudyFile
from simlab.engine.month import MONTH
from simlab.engine.outcomes import OUTCOMES, Outcome
from simlab.engine.switches import SWITCHES, Switch
from simlab.i18n import text
from simlab.parameters import REGISTRY, Parameter, priors
from simlab.parameters.priors import HELD, PRIORS, registry_under
from simlab.policy import Policy, policy_schema
from simlab.policy.schema import described
from simlab.records.schema import TABLES
from simlab.rules import Purpose, Rule
from simlab.rules.enter import enter
from simlab.ui.pages import PAGES as LAB_PAGES
from simlab.world import (
    ACCOUNT,
    ACCOUNTS,
    COUPLINGS,
    DEPARTMENT,
    DEPARTMENTS,
    FIRM,
    KPIS,
    PERSON,
    PRACTICE,
    SEEN,
    SKILLS,
    STAGES,
    TASKS,
    TEAM,
    Cause,
    Exit,
    Help,
    Stage,
    Status,
)

REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- Written by docs/build.py from the code; edit the code, not this page. -->\n\n"


def browser() -> str:
    """The lab in a browser: each page's question, and its picture by `docs/screenshots.py`."""
    lines = [
        "# The lab in a browser\n",
        "`simlab serve LAB` opens it; every page exists in Chinese and in English, in light and "
        "dark, at a desk and on a phone. A first visit offers a tour. The pictures are made by "
        "`python docs/screenshots.py LAB` on a built-in sample.\n",
    ]
    for page in LAB_PAGES:
        title, question = (text(f"page.{page.name}.{what}", "en")
                           for what in ("title", "question"))
        lines.append(f"## {title}\n\n{question}\n\n"
                     f"![{title}](../images/{page.name}-en.jpg)\n")
    return "\n".join(lines)


def parameters() -> str:
    """The registry: meaning, unit, bounds, rival priors, evidence."""
    rivals = {name: registry_under(name) for name in PRIORS}
    lines = [
        "# Parameters\n",
        f"{len(REGISTRY)} parameters; each prior is a normal cut to the bounds. *Calibrated* ones "
        "can be moved by a firm's records, the others keep their prior and are reported as "
        "assumed. The role says what zero means: a *policy* parameter is how a lever itself acts, "
        "an *association* how one thing goes with another, a *process* has no zero. Correlations "
        "bound associations only; the strength of a policy comes from trials or is called an "
        "assumption. The last column names the record that would show the parameter; without "
        "one only a past change of the lever or a pilot can.\n",
        "## Rival priors\n",
        f"{paragraphs(priors)}\n",
        "`simlab calibrate LAB --prior skeptical` begins from another one; `simlab compare LAB "
        "SCENARIO --prior skeptical` takes another one for what the records could not move, the "
        "rest as calibrated; every comparison shows all of them side by side for its headline.\n",
        "## Every parameter\n",
        "Priors are given as mean (SD) after the cut to the bounds; 0 (0) is switched off.\n",
        "| name | meaning | 含义 | unit | bounds | " + " | ".join(PRIORS) + " | evidence | grade "
        "| role | calibrated | seen in |",
        "|---" * (10 + len(PRIORS)) + "|",
    ]
    for k, p in enumerate(REGISTRY):
        stated = " | ".join(_moments(rivals[name][k]) for name in PRIORS)
        lines.append(
            f"| `{p.name}` | {p.en} | {p.zh} | {p.unit} | {p.lower:g} to {p.upper:g} "
            f"| {stated} | {p.source} | {p.grade} | {p.role} "
            f"| {'yes' if p.calibrated else 'no'} | {f'`{p.column}`' if p.column else '-'} |"
        )
    return "\n".join(lines) + "\n"


def _moments(p: Parameter) -> str:
    """Mean and SD of a prior as it is after the cut to its bounds."""
    if p.sd <= HELD:
        return f"{p.mean:g} (0)"
    low, high = (p.lower - p.mean) / p.sd, (p.upper - p.mean) / p.sd
    mean, variance = truncnorm.stats(low, high, loc=p.mean, scale=p.sd, moments="mv")
    return f"{mean:.3g} ({variance**0.5:.3g})"


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


def switches() -> str:
    """Every mechanism with what switches it off."""
    lines = [
        "# Mechanisms and their switches\n",
        "Each mechanism can be switched off exactly: the histories are then, bit for bit, those of "
        "a model without it (`tests/engine/test_switches.py` proves it for every row). A switch "
        "sets parameters, a coupling between people, or a lever; "
        "`simlab.engine.switches.BY_NAME[name].off(firm, policy, draws)` gives the arm without "
        "it.\n",
        "| name | what it does while on | 作用 | off |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{s.name}` | {s.en} | {s.zh} | {_switched(s)} |" for s in SWITCHES]
    return "\n".join(lines) + "\n"


def _switched(switch: Switch) -> str:
    given = {**switch.parameters, **switch.facts, **switch.levers}
    return ", ".join(
        f"`{name}` {value:g}" if isinstance(value, int | float) and not isinstance(value, bool)
        else f"`{name}` {json.dumps(value)}"
        for name, value in given.items()
    )


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
        "# Policies, scenarios, events and studies\n",
        "A policy is a YAML file of levers; what it leaves out changes nothing. A scenario names a "
        "firm, a horizon and the policies to compare; an event is a past change of policy "
        "([replay your last change](../how-to/replay-your-last-change.md)); a study runs a "
        "scenario at many points ([run a study](../how-to/run-a-study.md)). The same as JSON "
        "Schema, for editors: [policy.schema.json](policy.schema.json), "
        "[scenario.schema.json](scenario.schema.json), [event.schema.json](event.schema.json), "
        "[study.schema.json](study.schema.json), "
        "or `simlab schema policy`. Skills and KPIs are named as in the role pack of the "
        "practice.\n",
    ]
    shown: set[str] = set()
    for model in (Policy, ScenarioFile, EventFile, StudyFile):
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


ENTITIES = {"Person": PERSON, "Account": ACCOUNT, "Team": TEAM, "Department": DEPARTMENT,
            "Firm": FIRM, "Practice": PRACTICE}


CODES: dict[tuple[str, str], type[IntEnum]] = {
    ("Person", "status"): Status, ("Person", "leaving"): Exit, ("Person", "help"): Help,
    ("Person", "reason"): Cause, ("Account", "stage"): Stage,
}
"""State variables that hold a code."""


def state_words(record: str, field: str) -> tuple[str, str]:
    """Meaning and unit of a state variable."""
    key = f"state.{record}.{field}"
    try:
        return text(f"{key}.meaning"), text(f"{key}.unit")
    except KeyError:
        raise SystemExit(
            f"{record}.{field} has no meaning: add {key} to simlab/i18n/en/world.yaml and zh"
        ) from None


def entities() -> str:
    """A table of state variables per kind of entity."""
    lines = []
    for record, dtype in ENTITIES.items():
        lines += [f"**{record}** ({len(dtype.names or ())} variables)\n",
                  "| variable | meaning | unit | values |", "|---|---|---|---|"]
        for field in dtype.names or ():
            kind = dtype[field]
            values = {"f": "real", "i": "integer", "u": "integer"}[kind.base.kind]
            values += " x ".join(["", *map(str, kind.shape)])
            meaning, unit = state_words(record, field)
            if (record, field) in CODES:
                unit = ", ".join(f"{code.value} {code.name.lower().replace('_', ' ')}"
                                 for code in CODES[record, field])
            lines.append(f"| `{field}` | {meaning} | {unit} | {values} |")
        lines.append("")
    return "\n".join(lines)


def reached(function: Callable[..., Any], found: dict[str, Any]) -> dict[str, Any]:
    """A rule's function and the functions of the rules' room it calls, by name."""
    function = getattr(function, "py_func", function)
    if function.__name__ not in found:
        found[function.__name__] = function
        for value in inspect.getclosurevars(function).globals.values():
            plain = getattr(value, "py_func", value)
            if inspect.isfunction(plain) and plain.__module__.startswith(("simlab.rules",
                                                                          "simlab.engine")):
                reached(plain, found)
    return found


ROWS = {"person": "Person", "people": "Person", "other": "Person", "account": "Account",
        "accounts": "Account", "to": "Account", "team": "Team", "teams": "Team",
        "department": "Department", "departments": "Department", "firm": "Firm",
        "policy": "Policy", "practice": "Practice", "practices": "Practice",
        "param": "Parameter"}
"""Names under which rules hold records."""


Fields = dict[str, set[str]]


def fields_used(functions: Iterable[Callable[..., Any]]) -> tuple[Fields, Fields]:
    """Fields that the functions name, and those that they write, by record."""
    named: Fields = {}
    written: Fields = {}
    for function in functions:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        for node in ast.walk(tree):
            note_fields(node, named)
            if isinstance(node, ast.Assign | ast.AugAssign):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                        # person.skills[k] writes skills; an index only reads
                        array = part.value if isinstance(part, ast.Subscript) else part
                        note_fields(array, written)
    return named, written


def note_fields(node: ast.AST, fields: Fields) -> None:
    """Adds the field that `node` names, where it is one of a record's."""
    if not isinstance(node, ast.Attribute):
        return
    holder = node.value
    while isinstance(holder, ast.Subscript | ast.Attribute):
        holder = holder.value
    record = ROWS.get(holder.id) if isinstance(holder, ast.Name) else None
    if record:
        fields.setdefault(record, set()).add(node.attr)


def submodel(declared: Rule) -> dict[str, Any]:
    """A rule as the ODD text shows it."""
    functions = reached(declared.function, {})
    named, written = fields_used(functions.values())
    said = paragraphs(declared.function)
    listed = [
        ("Levers and figures of the policy", named.get("Policy", set())),
        ("Facts and state of the firm", named.get("Firm", set())),
        ("Figures of the role pack", named.get("Practice", set())),
        *((f"Writes ({record.lower()})", fields) for record, fields in written.items()),
    ]
    return {
        "name": declared.name, "scope": declared.scope, "brief": said.partition("\n\n")[0],
        "said": said,
        "helpers": [{"name": name, "said": paragraphs(function).replace("\n\n", " ")}
                    for name, function in functions.items()
                    if name != declared.name and function.__doc__],
        "parameters": [p for p in REGISTRY if p.name in named.get("Parameter", set())],
        "draws": ", ".join(map(_number, declared.draws)),
        "account_draws": ", ".join(map(_number, declared.account_draws)),
        "uses": [f"{title}: {', '.join(f'`{f}`' for f in sorted(fields))}.\n"
                 for title, fields in listed if fields],
    }


def paragraphs(thing: Any) -> str:
    """A docstring, its paragraphs on one line each."""
    said = inspect.getdoc(thing) or ""
    return "\n\n".join(" ".join(part.split()) for part in said.split("\n\n"))


def odd() -> str:
    """The ODD text: prose from its template, everything else from the code."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=False,
                              undefined=StrictUndefined, keep_trailing_newline=True)
    lengths = sorted({scenarios.load(name).months for name in scenarios.names()})
    month_bound = scenarios.schema()["properties"]["months"]["maximum"]
    people_bound = scenarios.schema()["$defs"]["FirmFacts"]["properties"]["people"]["maximum"]
    written = environment.get_template("odd.md.j2").render(
        entities=entities(), rules=[submodel(declared) for declared in MONTH.rules],
        couplings=[{"name": name, "meaning": state_words("Firm", name)[0],
                    "fields": ", ".join(f"`{f}`" for f in fields) or "accounts only"}
                   for name, fields in COUPLINGS.items()],
        parameters=REGISTRY, calibrated=sum(p.calibrated for p in REGISTRY),
        outcomes=[f"`{name}`" for name in OUTCOMES],
        outcome_meaning=paragraphs(Outcome).partition("\n\n")[2],
        scenario_firm=paragraphs(scenario_firm), enter=paragraphs(enter),
        clamped=", ".join(state_words("Seen", f)[0] for f in SEEN.names or ()),
        tables=", ".join(f"`{table.name}`" for table in TABLES.values()),
        most_people=f"{people_bound:,}", scenario_months=" or ".join(map(str, lengths)),
        longest=month_bound, accounts=ACCOUNTS, tasks=TASKS, kpis=KPIS, skills=SKILLS,
        departments=DEPARTMENTS, stages=STAGES,
    )
    return re.sub(r"\n{3,}", "\n\n", written)


def as_json(schema: dict[str, Any]) -> str:
    """A JSON Schema as a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "pages.md": browser,
    "parameters.md": parameters,
    "month.md": month,
    "switches.md": switches,
    "schema.md": schema,
    "odd.md": odd,
    "policies.md": policies,
    "policy.schema.json": lambda: as_json(policy_schema()),
    "scenario.schema.json": lambda: as_json(scenarios.schema()),
    "study.schema.json": lambda: as_json(scenarios.study_schema()),
    "event.schema.json": lambda: as_json(scenarios.event_schema()),
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
