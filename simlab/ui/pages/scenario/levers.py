"""The form of a policy: a control for each field, made from its description.

Every control has the id ``control(path, key)`` and says what it holds in ``value``; `gathered`
turns all of them into fields of a policy again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc

from simlab.policy import Policy, field_of
from simlab.policy.form import Entry, Section, form
from simlab.ui.visit import Visit

STAGES = 3
"""Stages of an incentive scheme that can be set."""
POINTS = 10
"""Importance points that a KPI can have."""
_STEPS = 50
_ON, _OFF = "on", "off"


def control(path: str, key: str = "") -> dict[str, str]:
    """Id of a control: the field's path, and the part of it where it has several."""
    return {"scenario": path.replace(".", "/"), "key": key}


def levers(visit: Visit, policy: Policy, start: Policy) -> Any:
    """All levers of `policy`; what `start` has is marked."""
    sections = form(policy.practice, visit.lang)
    return dmc.Accordion([
        dmc.AccordionItem([
            dmc.AccordionControl(dmc.Text(section.meaning, fw=550, size="sm")),
            dmc.AccordionPanel(dmc.Stack(list(_controls(visit, section, policy, start)), gap="lg")),
        ], value=section.name) for section in sections
    ], multiple=True, value=["training"], variant="default", className="lab-levers")


def gathered(values: Sequence[Mapping[str, Any]], practice: str) -> dict[str, Any]:
    """Path -> value from all controls: a list of ``{"id", "value"}``. An empty control counts as
    not set: none where the field may be, else left out."""
    said: dict[str, dict[str, Any]] = {}
    for each in values:
        path = each["id"]["scenario"].replace("/", ".")
        said.setdefault(path, {})[each["id"]["key"]] = each["value"]
    entries = {e.path: e for section in form(practice, "en") for e in section.entries}
    return {path: value for path, parts in said.items()
            if (value := _field(entries[path], parts)) is not None or entries[path].optional}


def shares(values: Sequence[Mapping[str, Any]], practice: str) -> dict[int, Mapping[str, float]]:
    """Number of a stage -> the weights that its points come to; a stage left out is not there."""
    entry = next(e for section in form(practice, "en") for e in section.entries
                 if e.kind == "stages")
    parts = {each["id"]["key"]: each["value"] for each in values
             if each["id"] == control(entry.path, each["id"]["key"])}
    return {number: stage["weights"] for number, stage in _stages(entry, parts).items()}


def _field(entry: Entry, parts: Mapping[str, Any]) -> Any:
    value = parts.get("")
    if entry.kind == "switch":
        return value == _ON
    if entry.kind == "amounts":
        return {key: float(amount) for key, amount in parts.items() if amount}
    if entry.kind == "stages":
        return [stage for _, stage in sorted(_stages(entry, parts).items())]
    if value in ("", None):
        return None
    return int(value) if entry.kind == "whole" else value if entry.kind == "choice" \
        else float(value)


def _stages(entry: Entry, parts: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Number -> stage. Importance points become weights that sum to 1; a stage that is off, or
    without any point, is left out."""
    found = {}
    for stage in range(STAGES):
        points = {kpi: float(parts.get(f"{stage}/{kpi}") or 0) for kpi, _ in entry.choices}
        total = sum(points.values())
        if total > 0 and (stage == 0 or parts.get(f"{stage}/on") == _ON):
            found[stage] = {"from_month": int(parts.get(f"{stage}/from") or 0), "weights": {
                kpi: given / total for kpi, given in points.items() if given}}
    return found


def _controls(
    visit: Visit, section: Section, policy: Policy, start: Policy
) -> Iterator[Any]:
    for entry in section.entries:
        value, before = field_of(policy, entry.path), field_of(start, entry.path)
        if entry.kind == "stages":
            yield _stage_controls(visit, entry, value)
        elif entry.kind == "amounts":
            yield dmc.Fieldset(dmc.SimpleGrid([
                dmc.NumberInput(id=control(entry.path, key), label=name, min=0, step=1, size="xs",
                                value=value.get(key, 0), hideControls=True)
                for key, name in entry.choices], cols=2, spacing="xs"),
                legend=_label(entry), className="lab-fields")
        else:
            yield _one(visit, entry, value, before)


def _label(entry: Entry) -> str:
    return f"{entry.meaning[:1].upper()}{entry.meaning[1:]}"


def _one(visit: Visit, entry: Entry, value: Any, before: Any) -> Any:
    """A field with one value."""
    name, looks = control(entry.path), {"label": _label(entry), "description": entry.unit}
    if entry.kind == "switch":
        return dmc.InputWrapper(dmc.SegmentedControl(
            id=name, value=_ON if value else _OFF, size="xs", fullWidth=True,
            data=[{"value": _OFF, "label": visit.text("page.scenario.off")},
                  {"value": _ON, "label": visit.text("page.scenario.on")}]),
            label=looks["label"])
    if entry.kind == "choice":
        return dmc.Select(id=name, value=value, allowDeselect=False, size="sm",
                          data=[{"value": k, "label": said} for k, said in entry.choices],
                          comboboxProps={"shadow": "md"}, label=looks["label"])
    if entry.optional or entry.lower is None or entry.upper is None:
        return dmc.NumberInput(id=name, value="" if value is None else value, min=entry.lower,
                               **({} if entry.upper is None else {"max": entry.upper}),
                               size="sm", **looks)
    return _slider(visit, entry, value, before)


def _slider(visit: Visit, entry: Entry, value: float, before: float) -> Any:
    lower, upper = entry.lower or 0.0, entry.upper or 1.0
    step = 1.0 if entry.kind == "whole" else round((upper - lower) / _STEPS, 4)
    ends = [] if before in (lower, upper) else [{"value": before, "label": ""}]
    return dmc.InputWrapper(
        dmc.Slider(
            id=control(entry.path), value=value, min=lower, max=upper, step=step,
            updatemode="drag", size="sm", mt=32, mb=18, labelAlwaysOn=True,
            thumbLabel=_label(entry),
            marks=[{"value": lower, "label": f"{lower:g}"}, *ends,
                   {"value": upper, "label": f"{upper:g}"}]),
        label=_label(entry), description=visit.text(
            "page.scenario.unit_and_start", unit=entry.unit,
            value=f"{before:g}"))


def _stage_controls(visit: Visit, entry: Entry, stages: Sequence[Mapping[str, Any]]) -> Any:
    """Importance points per KPI and stage, with the share that they come to."""
    def points(stage: int, kpi: str) -> float:
        weights = stages[stage]["weights"] if stage < len(stages) else {}
        return round(POINTS * float(weights.get(kpi, 0.0)), 4)

    blocks = []
    for stage in range(STAGES):
        here = stage < len(stages)
        when = [] if stage == 0 else [dmc.SimpleGrid([
            dmc.SegmentedControl(
                id=control(entry.path, f"{stage}/on"), value=_ON if here else _OFF, size="xs",
                data=[{"value": _OFF, "label": visit.text("page.scenario.off")},
                      {"value": _ON, "label": visit.text("page.scenario.on")}]),
            dmc.NumberInput(
                id=control(entry.path, f"{stage}/from"), min=0, max=120, step=1, size="xs",
                value=stages[stage]["from_month"] if here else 12 * stage,
                **{"aria-label": visit.text("page.scenario.from_month")}),
        ], cols=2, spacing="xs")]
        rows = [dmc.NumberInput(
            id=control(entry.path, f"{stage}/{kpi}"), label=name, size="xs", min=0, max=POINTS,
            step=1, value=points(stage, kpi), hideControls=True) for kpi, name in entry.choices]
        blocks.append(dmc.Fieldset([
            *when, dmc.SimpleGrid(rows, cols=2, spacing="xs"),
            dmc.Text("", id={"scenario-shares": str(stage)}, size="xs", c="dimmed", mt=6),
        ], legend=visit.text("page.scenario.stage", number=stage + 1), className="lab-fields"))
    return dmc.Stack([
        dmc.Text(_label(entry), size="sm", fw=500),
        dmc.Text(visit.text("page.scenario.points"), size="xs", c="dimmed"), *blocks], gap="sm")
