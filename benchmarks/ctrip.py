"""The Ctrip trial of working from home: calibrated on the control arm, the treated one predicted.

    python benchmarks/ctrip.py [--draws 2500] [--seed 1] [--out FILE]
    python benchmarks/ctrip.py --observed SHARE [--thirds LOW MIDDLE HIGH] [--predictions FILE]

The first writes docs/validation/ctrip.md and, beside it, the predictions as ctrip.json. The second
scores them and two plain rules against shares of the treated arm that left, which are not in the
data and are never filled in here.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.trial import Arm, fit, predict
from simlab.parameters import INDEX, REGISTRY
from simlab.policy import Policy

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared/data/ctrip_trial"
PAGE = ROOT / "docs/validation/ctrip.md"
MONTHS, DAYS_AT_HOME = 9, 4
"""Of the trial: its length, and days of a working week spent at home in the treated arm."""
FEWER = 1 / 3
"""By how much hybrid work cut quits in the literature (Bloom, Han, Liang 2024, from memory)."""
GROUPS = ("all", "low", "middle", "high")
LEVELS = tuple(np.linspace(0.005, 0.995, 199))
Matrix = NDArray[np.float64]


def read_arm(file: Path, *, outcome: bool) -> Arm:
    """One arm: tenure in months, base wage, results before the trial; with `outcome` those during
    it, and who left. The treated arm's results during the trial are an outcome and never read."""
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))

    def column(name: str) -> Matrix:
        return np.array([float(row[name]) for row in rows])

    return Arm(
        tenure=column("tenure"), base=column("basewage"), results=column("perform10"),
        later=column("perform11") if outcome else None,
        left=column("quitjob") > 0 if outcome else None,
    )


def thirds(results: Matrix) -> NDArray[np.int64]:
    """(n,) third of the arm by results before the trial: 0 lowest."""
    order = np.argsort(np.argsort(results, kind="stable"), kind="stable")
    return np.asarray(order * 3 // len(results))


def groups(arm: Arm) -> dict[str, NDArray[np.bool_]]:
    """Everybody, and the thirds."""
    third = thirds(arm.results)
    rows = {name: third == k for k, name in enumerate(GROUPS[1:])}
    return {"all": np.ones(len(third), bool), **rows}


def plain_rules(control: Arm, treated: Arm, seed: int) -> dict[str, dict[str, Matrix]]:
    """Shares that leave under two rules that need no model, the chance of both arms included: as
    many as in the control arm ("no effect"), and a third fewer ("literature mean")."""
    assert control.left is not None
    rng = np.random.default_rng(seed)
    found: dict[str, dict[str, Matrix]] = {"no effect": {}, "literature mean": {}}
    there, here = groups(control), groups(treated)
    for name in GROUPS:
        left = control.left[there[name]]
        level = rng.beta(left.sum() + 0.5, (~left).sum() + 0.5, 20_000)
        size = int(here[name].sum())
        found["no effect"][name] = rng.binomial(size, level) / size
        found["literature mean"][name] = rng.binomial(size, level * (1 - FEWER)) / size
    return found


def quantiles(draws: Matrix) -> list[float]:
    """A predictive distribution as 199 even quantiles, which `score` takes."""
    return [float(q) for q in np.quantile(draws, LEVELS)]


def score(predicted: list[float], observed: float) -> dict[str, float]:
    """CRPS (Gneiting, Raftery 2007) and absolute error of the median, in points, and whether the
    90% interval holds the observed share."""
    draws = np.array(predicted)
    crps = np.abs(draws - observed).mean() - 0.5 * np.abs(draws[:, None] - draws).mean()
    low, middle, high = np.interp([0.05, 0.5, 0.95], LEVELS, draws)
    return {"crps": 100 * float(crps), "error": 100 * abs(float(middle) - observed),
            "inside": float(low <= observed <= high)}


def run(data: Path, draws: int, seed: int) -> dict[str, Any]:
    """Everything the page says, as plain data."""
    control = read_arm(data / "control_arm.csv", outcome=True)
    treated = read_arm(data / "treated_arm_without_outcome.csv", outcome=False)
    home = Policy.model_validate({
        "name": "home", "title": {"en": "Four days at home", "zh": "每周居家四天"},
        "practice": "general", "conditions": {"remote_days": DAYS_AT_HOME}})
    fitted = fit(control, MONTHS, draws=draws, seed=seed)
    made = predict(treated, fitted, home, MONTHS, seed=seed)
    rows = groups(treated)
    predictions: dict[str, dict[str, list[float]]] = {"simlab": {}}
    rng = np.random.default_rng(seed)
    for name, here in rows.items():
        chance = np.repeat(made.chance[:, here], 20, axis=0)
        predictions["simlab"][name] = quantiles((rng.random(chance.shape) < chance).mean(axis=1))
    for rule, shares in plain_rules(control, treated, seed).items():
        predictions[rule] = {name: quantiles(shares[name]) for name in GROUPS}
    assert control.left is not None
    there = groups(control)
    ratio = made.chance.mean(axis=1) / made.usual.mean(axis=1)
    return {
        "draws": draws, "seed": seed, "effective": fitted.effective,
        "prior_share": fitted.simulated_share,
        "people": {name: int(here.sum()) for name, here in rows.items()},
        "control": {name: float(control.left[there[name]].mean()) for name in GROUPS},
        "control_people": len(control.left),
        "usual": float(made.usual.mean()),
        "ratio": [float(q) for q in np.quantile(ratio, [0.05, 0.5, 0.95])],
        "expected": {name: [float(q) for q in np.quantile(
            made.chance[:, here].mean(axis=1), [0.05, 0.5, 0.95])] for name, here in rows.items()},
        "predictions": predictions,
    }


def _cell(predicted: list[float]) -> str:
    low, middle, high = np.interp([0.05, 0.5, 0.95], LEVELS, predicted)
    return f"{100 * middle:.0f}% ({100 * low:.0f} to {100 * high:.0f})"


def text(found: dict[str, Any]) -> str:
    """The page."""
    rules = list(found["predictions"])
    lines = ["| treated arm | n | " + " | ".join(rules) + " | observed |",
             "|---|---|" + "---|" * (len(rules) + 1)]
    named = {"all": "everybody", "low": "lowest third of results before",
             "middle": "middle third", "high": "highest third"}
    for name in GROUPS:
        cells = [_cell(found["predictions"][rule][name]) for rule in rules]
        lines.append(f"| {named[name]} | {found['people'][name]} | " + " | ".join(cells) + " | |")
    home = REGISTRY[INDEX["remote_exit"]]
    low, middle, high = found["ratio"]
    expected = found["expected"]["all"]
    return PAGE_TEXT.format(
        table="\n".join(lines), draws=found["draws"], seed=found["seed"],
        effective=round(found["effective"]), prior=f"{100 * found['prior_share']:.0f}%",
        control=f"{100 * found['control']['all']:.1f}%", people=found["control_people"],
        control_thirds=", ".join(f"{100 * found['control'][name]:.0f}%" for name in GROUPS[1:]),
        usual=f"{100 * found['usual']:.0f}%", mean=home.mean, sd=home.sd, source=home.source,
        ratio=f"{middle:.2f} ({low:.2f} to {high:.2f})", days=DAYS_AT_HOME,
        expected=f"{100 * expected[1]:.0f}% ({100 * expected[0]:.0f} to {100 * expected[2]:.0f})")


PAGE_TEXT = """# The Ctrip trial: working from home

Bloom, Liang, Roberts, Ying 2015 (QJE): call-centre staff of a Chinese travel agency, half of them
at home four days of the week for nine months. **Not blind:** the trial is published, and whoever
wrote this model may have read its result. The outcome of the treated arm is not in the data here;
its column is empty until somebody fills it in with the command below.

`python benchmarks/ctrip.py --draws {draws} --seed {seed}`

## Predicted share of the treated arm that leaves in nine months

Median and 90% interval, the chance of so few people included.

{table}

Sampling alone gives the observed share of 131 people about +/- 7 points (95%), a third of them
+/- 12: **thirds are descriptive only**, and a good score on one number says little. *No effect*:
as many leave as in the control arm. *Literature mean*: a third fewer. Without that chance the lab
expects {expected} of the treated arm to leave, and {usual} of the same people had they stayed in
the office.

Score all three against observed shares, as fractions:

```
python benchmarks/ctrip.py --observed SHARE --thirds LOW MIDDLE HIGH
```

It prints the absolute error of the median, the CRPS (both in points; smaller is better) and whether
the 90% interval holds the share.

## How

- **Calibrated on the control arm alone** ({people} people, {control} left; by third of results
  before the trial, lowest first: {control_thirds}). Each person is simulated in 60 copies through
  six months before the trial and the nine of it. From every draw of the prior a logistic model of
  leaving by tenure, earlier results and base pay is read off the copies and weighs the draw by who
  did leave, together with the correlation of results before and during the trial. {draws} draws,
  {effective} effective. Before any of these data the model had {prior} leave. Bonus and gross pay
  hold results and are not used; family, age and commute are not in the model.
- **Working from home is the lever `remote_days` = {days}.** Its effect on leaving rests on other
  evidence than this trial: `remote_exit`, prior mean {mean} and SD {sd} a day on the log hazard
  ({source}). That field trial is of the same company, years later, with graduates and two days a
  week: going on to four days in a straight line, and from graduates to call-centre staff, is our
  assumption. On it rests the ratio of expected leavers, {ratio}. The control arm says nothing
  about it.
- `perform10` is read as results before the trial and `perform11` as results during it: both arms
  have the same mean in the first and part in the second. The treated arm's `perform11` is an
  outcome of the treatment and is not read.
- Every exit counts as quitting, and nobody is dismissed.
"""


def show_scores(predictions: dict[str, dict[str, list[float]]], observed: dict[str, float]) -> None:
    """One line a group and rule."""
    print(f"{'group':8} {'rule':16} {'error':>6} {'CRPS':>6}  90% holds it")
    for name, share in observed.items():
        for rule, shares in predictions.items():
            found = score(shares[name], share)
            print(f"{name:8} {rule:16} {found['error']:6.1f} {found['crps']:6.2f}  "
                  f"{'yes' if found['inside'] else 'no'}")
    print("131 people: sampling alone is +/- 7 points, thirds +/- 12 and descriptive only.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=PAGE)
    parser.add_argument("--observed", type=float, help="share of the treated arm that left, 0 to 1")
    parser.add_argument("--thirds", type=float, nargs=3, metavar=("LOW", "MIDDLE", "HIGH"))
    parser.add_argument("--predictions", type=Path, default=PAGE.with_suffix(".json"))
    options = parser.parse_args()
    if options.observed is not None:
        if not options.predictions.exists():
            parser.error(f"{options.predictions} is missing: run python benchmarks/ctrip.py first")
        shares = [options.observed, *(options.thirds or [])]
        if not all(0 <= share <= 1 for share in shares):
            parser.error("shares are fractions from 0 to 1")
        stored = json.loads(options.predictions.read_text(encoding="utf-8"))
        show_scores(stored["predictions"], dict(zip(GROUPS, shares, strict=False)))
        return
    if not options.data.exists():
        parser.error(f"{options.data} is missing: this benchmark needs the trial")
    found = run(options.data, options.draws, options.seed)
    options.out.write_text(text(found), encoding="utf-8")
    options.out.with_suffix(".json").write_text(
        json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(text(found))


if __name__ == "__main__":
    main()
