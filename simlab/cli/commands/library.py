"""Commands that list what can be run, and how its files are written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from simlab.cli.commands.app import AsJson, Lang, app
from simlab.cli.run import at_work, out, print_json, say


@app.command(help=say("help.scenarios"))
def scenarios(lang: Lang, as_json: AsJson = False) -> None:
    """What can be run, one line each."""
    _list(lang, as_json, lambda study: [{"name": study.name, "title": study.title,
                                         "question": study.question,
                                         "policies": list(study.policies)}])


@app.command(help=say("help.policies"))
def policies(
    lang: Lang,
    scenario: Annotated[str | None, typer.Argument(metavar="[SCENARIO]",
                                                   help=say("help.scenario"))] = None,
    lab: Annotated[Path | None, typer.Option("--lab", metavar="LAB",
                                             help=say("help.policies_lab"))] = None,
    as_json: AsJson = False,
) -> None:
    """The policies of one scenario or of all, and those a lab keeps, one line each."""
    _list(lang, as_json, lambda study: [
        {"scenario": study.name, "name": policy.name, "title": dict(policy.title),
         "baseline": policy.name == study.baseline} for policy in study.policies.values()
    ], scenario, lab)


def _list(
    lang: str, as_json: bool, rows_of: Any, only: str | None = None, lab: Path | None = None
) -> None:
    with at_work(lang, as_json, stages=False):
        import scenarios as library
        from simlab.report.wording import pick

        names = library.names() if only is None else (only,)
        rows = [row for name in names for row in rows_of(library.load(name))]
        rows += [] if lab is None else _kept(lab)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        name = " ".join(str(row[key]) for key in ("scenario", "name") if row.get(key))
        mark = f" ({say('baseline', lang)})" if row.get("baseline") else ""
        out.print(f"{name}: {pick(row['title'], lang)}{mark}", markup=False)


def _kept(lab: Path) -> list[dict[str, Any]]:
    """Policies of the lab itself, which belong to no scenario."""
    from simlab.jobs.saving import saved_policies
    from simlab.lab import Lab

    return [{"scenario": None, "name": name, "title": dict(each.policy.title), "baseline": False}
            for name, each in saved_policies(Lab.open(lab)).items()]


@app.command(help=say("help.schema"))
def schema(
    kind: Annotated[Literal["policy", "scenario", "event", "study"],
                    typer.Argument(help=say("help.schema_kind"))],
    lang: Lang,
) -> None:
    """The form of a policy, scenario, event or study file."""
    with at_work(lang, True, stages=False):
        from scenarios import event_schema, study_schema
        from scenarios import schema as scenario_schema
        from simlab.policy import policy_schema

        forms = {"policy": policy_schema, "scenario": scenario_schema, "event": event_schema,
                 "study": study_schema}
        made = forms[kind](lang)
    print_json(made)
