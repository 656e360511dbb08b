"""Doctors: calibrated on published totals, the next years' turnover forecast from them.

    python benchmarks/doctors.py [--simulations 4000] [--seed 1] [--write-totals FILE] [--out FILE]

Reads ../shared/data (NHS England leavers, US federal separations, US physicians by age, US quits
in health care) and writes docs/validation/doctors.md. Turnover is forecast for three years after
the last one of the file from what was known by then, beside plain baselines; the same is done
from earlier origins, where what happened is in the file. No person-level panel of doctors stands
behind any of it.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.stats import t as student

from calibration.aggregates import Aggregates
from calibration.emulator import LEARNT
from calibration.fit_aggregates import Found, settle, teach
from simlab.jobs.aggregates import learnt_rows, policy_in_force

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared/data"
PAGE = ROOT / "docs/validation/doctors.md"
HORIZON, LEAST_YEARS = 3, 4
QUANTILES = (0.05, 0.5, 0.95)
PERMANENT = {"10", "15", "30", "32", "35", "36", "38", "50", "55"}
"""Types of appointment that do not end by themselves: residents and other trainees are left out,
as are junior doctors in the NHS series."""
KINDS = {"SC": "voluntary+other", "SD": "retirement", "SE": "retirement", "SG": "retirement",
         "SI": "involuntary"}
"""Separation codes; transfers (SA) are no exits, whatever else there is (disability, death, end
of an appointment) is in a record what a shock is in the model."""
BOUNDS = (1, 3, 5, 10)
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Market:
    """Monthly log quits in US health care about their mean, known up to a month."""

    months: dict[str, float]

    @classmethod
    def known(cls, file: Path, until: str) -> Market:
        """Only months up to `until` enter, the mean included."""
        with file.open(encoding="utf-8") as lines:
            rows = [row for row in csv.DictReader(lines)
                    if row["industry_text"].startswith("Health care")
                    and row["dataelement_text"] == "Quits" and row["month"] <= until]
        logs = {row["month"]: float(np.log(float(row["value"]))) for row in rows}
        usual = float(np.mean(list(logs.values())))
        return cls({month: value - usual for month, value in logs.items()})

    def year(self, since: str) -> float:
        """Mean over the twelve months from `since` on."""
        year, month = map(int, since.split("-"))
        names = [f"{year + (month - 1 + k) // 12}-{(month - 1 + k) % 12 + 1:02d}"
                 for k in range(12)]
        return float(np.mean([self.months[name] for name in names]))

    def futures(self, n: int, horizon: int, seed: int) -> Matrix:
        """(n, horizon) yearly markets to come: an autoregression of yearly means,
        started from the last twelve months."""
        values = np.array([self.months[month] for month in sorted(self.months)])
        yearly = values[len(values) % 12:].reshape(-1, 12).mean(axis=1)
        path = _ar1_paths(yearly, horizon, n, np.random.default_rng(seed))
        return np.clip(path, -1, 1)


def doctors(shared: Path, market: Market, *, ages: bool) -> Aggregates:
    """The totals: NHS turnover with the labour market of each year, the mix of reasons and the
    service of leavers among US federal physicians and, with `ages`, US physicians by age."""
    turnover = []
    with (shared / "doctor_leavers/nhs_england_doctor_leavers.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            rate = float(row["leaver_rate_pct"]) / 100
            since = row["period"][:4] + "-07"
            turnover.append({"since": since, "rate": rate, "market": market.year(since),
                             "people": round(float(row["leavers"]) / rate)})
    folder = shared / "doctor_separations"
    with (folder / "physicians_0602_separations_fy2009.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines)
                if row["TOA"] in PERMANENT and row["SEP"] != "SA"]
    kinds = [KINDS.get(row["SEP"], "voluntary+other") for row in rows]
    shares = {kind: kinds.count(kind) / len(kinds) for kind in dict.fromkeys(KINDS.values())}
    left = [float(row["LOS"]) for row, kind in zip(rows, kinds, strict=True)
            if kind == "voluntary+other"]
    counted = np.histogram(left, [0, *BOUNDS, 100])[0]
    given: dict[str, Any] = {
        "practice": "medical",
        "source": "NHS England leavers, doctors without juniors; US federal physicians FY2009"
                  + ("; US physicians by age" if ages else ""),
        "turnover": turnover,
        "reasons": {"shares": shares, "leavers": len(rows), "tolerance": 0.2},
        "service": {"bounds": list(BOUNDS), "shares": (counted / counted.sum()).tolist(),
                    "of": ["voluntary", "other"], "leavers": len(left), "tolerance": 0.2},
    }
    if ages:
        given["age"] = _by_age(shared / "doctor_leavers/us_physician_turnover.csv")
    return Aggregates.model_validate(given)


def _by_age(file: Path) -> list[dict[str, Any]]:
    """Moved practice: left for another or for a shock; stopped practising: retired."""
    found = []
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            measure, _, age = row["measure"].partition(", age ")
            if age:
                youngest, oldest = (65, 80) if age == "65+" else map(int, age.split("-"))
                of = ["voluntary", "other"] if measure == "moved" else ["retirement"]
                if (youngest, of) != (35, ["retirement"]):  # who stops at 35 does not retire
                    found.append({"youngest": youngest, "oldest": oldest, "of": of,
                                  "rate": float(row["value_pct_per_year"]) / 100,
                                  "tolerance": 0.3})
    return found


def baselines(past: Matrix, horizon: int, n: int, seed: int) -> dict[str, Matrix]:
    """Name -> (n, horizon) draws of log turnover from the past values alone."""
    rng, size = np.random.default_rng(seed), len(past)
    logs, ahead = np.log(past), np.arange(1, horizon + 1)
    steps = np.diff(logs)
    step = np.sqrt((steps**2).sum() / len(steps))
    walk = np.cumsum(step * student.rvs(len(steps), size=(n, horizon), random_state=rng), axis=1)
    spread = logs.std(ddof=1) * np.sqrt(1 + 1 / size)
    years = np.arange(size) - (size - 1) / 2
    slope = (years * (logs - logs.mean())).sum() / (years**2).sum()
    rest = logs - logs.mean() - slope * years
    sigma = np.sqrt((rest**2).sum() / (size - 2))
    future = (size - 1) / 2 + ahead
    wide = sigma * np.sqrt(1 + 1 / size + future**2 / (years**2).sum())
    return {
        "last value": logs[-1] + walk,
        "mean": logs.mean() + spread * student.rvs(size - 1, size=(n, horizon), random_state=rng),
        "linear trend": logs.mean() + slope * future + wide * student.rvs(
            size - 2, size=(n, horizon), random_state=rng),
        "AR(1)": _ar1_paths(logs, horizon, n, rng),
    }


def _ar1_paths(values: Matrix, horizon: int, n: int, rng: np.random.Generator) -> Matrix:
    """(n, horizon) paths of a first-order autoregression about the mean, by least squares; so few
    years fix no slope near one, so it is held within -0.95..0.95."""
    gap = values - values.mean()
    slope = np.clip((gap[1:] * gap[:-1]).sum() / (gap[:-1] ** 2).sum(), -0.95, 0.95)
    free = max(len(values) - 3, 1)
    spread = np.sqrt(((gap[1:] - slope * gap[:-1]) ** 2).sum() / free)
    path, last = np.empty((n, horizon)), np.full(n, gap[-1])
    for year in range(horizon):
        last = slope * last + spread * student.rvs(free, size=n, random_state=rng)
        path[:, year] = last
    return np.asarray(values.mean() + path)


@dataclass(frozen=True)
class Forecast:
    """Turnover of one year as one method saw it from one origin: 5%, 50% and 95% points."""

    method: str
    origin: str
    since: str
    points: tuple[float, ...]
    observed: float | None


def forecasts(given: Aggregates, found: Found, market: Market, seed: int) -> list[Forecast]:
    """The lab and the baselines from the end of `given`, `HORIZON` years ahead."""
    n = len(found.point.theta)
    paths = {"simlab": np.log(found.forecast(given, market.futures(n, HORIZON, seed), seed))}
    past = np.array([row.rate for row in given.turnover])
    paths |= baselines(past, HORIZON, 20_000, seed)
    origin = given.turnover[-1].since
    years = [f"{int(origin[:4]) + k}{origin[4:]}" for k in range(1, HORIZON + 1)]
    return [
        Forecast(method, origin, since, tuple(np.exp(np.quantile(made[:, k], QUANTILES))), None)
        for method, made in paths.items() for k, since in enumerate(years)
    ]


def hindcasts(shared: Path, emulator_of: Found, seed: int) -> list[Forecast]:
    """One year ahead from each earlier origin with at least `LEAST_YEARS` years behind it, the
    labour market known only up to then."""
    found: list[Forecast] = []
    whole = doctors(shared, Market.known(_jolts(shared), "2017-06"), ages=False)
    for known in range(LEAST_YEARS, len(whole.turnover)):
        since = whole.turnover[known].since
        market = Market.known(_jolts(shared), f"{since[:4]}-06")
        part = whole.until(known)
        part = part.model_copy(update={"turnover": tuple(
            row.model_copy(update={"market": market.year(row.since)}) for row in part.turnover)})
        fitted = settle(part, emulator_of.emulator, seed=seed, simulations=0)
        for one in forecasts(part, fitted, market, seed):
            if one.since == since:
                found.append(Forecast(one.method, one.origin, since, one.points,
                                      whole.turnover[known].rate))
    return found


def _jolts(shared: Path) -> Path:
    return shared / "labour_market/us_jolts_rates.csv"


def page(shared: Path, simulations: int, seed: int) -> tuple[str, Aggregates]:
    """The text of docs/validation/doctors.md, and the totals of the pack's own posterior."""
    market = Market.known(_jolts(shared), "2017-06")
    policy = policy_in_force("medical")
    full = doctors(shared, market, ages=True)
    emulator, _ = teach(full, policy, simulations=simulations, seed=seed)
    pack = settle(full, emulator, seed=seed, simulations=simulations)
    given = doctors(shared, market, ages=False)
    blind = settle(given, _without_ages(pack).emulator, seed=seed, simulations=simulations)
    ahead = forecasts(given, blind, market, seed)
    back = hindcasts(shared, _without_ages(pack), seed)
    text = TEXT.format(
        simulations=simulations, seed=seed, forecast=_ahead(ahead), hindcast=_back(back),
        scores=_scores(back), totals=_totals(pack), parameters=_parameters(pack),
        facts="; ".join(f"{name.replace('_', ' ')} {mean:.0f} ({low:.0f} to {high:.0f})"
                        for name, mean, low, high in pack.facts),
        error=f"{emulator.overall.error:.0%}",
        slope=_slope(given), drift=f"{blind.point.drift.mean():.1%}",
        taken=f"{pack.taken:.0%}", n_learnt=len(LEARNT), bodies=_bodies(full))
    return text, full


def _without_ages(found: Found) -> Found:
    return replace(found, emulator=replace(found.emulator, by_age=()))


def _slope(given: Aggregates) -> str:
    """Least squares slope of log turnover on the log market over the years."""
    logs = np.log([row.rate for row in given.turnover])
    market = np.array([row.market for row in given.turnover])
    centred = market - market.mean()
    return f"{(centred * logs).sum() / (centred**2).sum():.2f}"


def _share(value: float) -> str:
    return f"{100 * value:.1f}%"


def _year(since: str) -> str:
    return f"{since[:4]}/{(int(since[:4]) + 1) % 100:02d}"


def _ahead(rows: list[Forecast]) -> str:
    methods = list(dict.fromkeys(row.method for row in rows))
    lines = ["| year | " + " | ".join(methods) + " | observed |",
             "|---|" + "---|" * (len(methods) + 1)]
    for since in dict.fromkeys(row.since for row in rows):
        cells = [f"{_share(r.points[1])} ({_share(r.points[0])} to {_share(r.points[2])})"
                 for method in methods for r in rows if (r.method, r.since) == (method, since)]
        lines.append(f"| {_year(since)} | " + " | ".join(cells) + " | |")
    return "\n".join(lines)


def _back(rows: list[Forecast]) -> str:
    methods = list(dict.fromkeys(row.method for row in rows))
    lines = ["| year | observed | " + " | ".join(methods) + " |",
             "|---|---|" + "---|" * len(methods)]
    for since in dict.fromkeys(row.since for row in rows):
        mine = [r for r in rows if r.since == since]
        cells = [f"{_share(r.points[1])} ({_share(r.points[0])} to {_share(r.points[2])})"
                 for method in methods for r in mine if r.method == method]
        lines.append(f"| {_year(since)} | {_share(mine[0].observed or 0)} | "
                     + " | ".join(cells) + " |")
    return "\n".join(lines)


def interval_score(points: tuple[float, ...], observed: float) -> float:
    """Width of the 90% interval and 20 times what it misses by (Gneiting, Raftery 2007)."""
    low, _, high = points
    return high - low + 20 * (max(low - observed, 0.0) + max(observed - high, 0.0))


def _scores(rows: list[Forecast]) -> str:
    lines = ["| method | mean absolute error (points) | interval score (points) | inside 90% |",
             "|---|---|---|---|"]
    for method in dict.fromkeys(row.method for row in rows):
        mine = [(r, r.observed) for r in rows if r.method == method and r.observed is not None]
        error = np.mean([abs(r.points[1] - seen) for r, seen in mine])
        score = np.mean([interval_score(r.points, seen) for r, seen in mine])
        inside = sum(r.points[0] <= seen <= r.points[2] for r, seen in mine)
        lines.append(f"| {method} | {100 * error:.2f} | {100 * score:.1f} "
                     f"| {inside} of {len(mine)} |")
    return "\n".join(lines)


def _totals(found: Found) -> str:
    lines = ["| total | published | model (90%) | inside |", "|---|---|---|---|"]
    for row in found.totals:
        lines.append(f"| {row.kind} {row.name} | {_share(row.observed)} | {_share(row.median)} "
                     f"({_share(row.lower)} to {_share(row.upper)}) "
                     f"| {'yes' if row.inside else 'no'} |")
    return "\n".join(lines)


def _parameters(found: Found) -> str:
    lines = ["| parameter | prior (90%) | posterior (90%) | contraction |", "|---|---|---|---|"]
    for row in learnt_rows(found):
        prior, after = row["prior"], row["posterior"]
        lines.append(
            f"| `{row['name']}` | {prior['mean']:.3g} ({prior['lower']:.3g} to "
            f"{prior['upper']:.3g}) | {after['mean']:.3g} ({after['lower']:.3g} to "
            f"{after['upper']:.3g}) | {row['contraction']:.2f} |")
    return "\n".join(lines)


def _bodies(given: Aggregates) -> str:
    sizes = [row.people or 0 for row in given.turnover]
    reasons = given.reasons.leavers if given.reasons else 0
    return (f"{min(sizes):,} to {max(sizes):,} doctors a year (leavers over rate); {reasons:,} "
            "federal separations of permanent physicians")


TEXT = """# Doctors: calibrated on published totals

**No person-level panel of doctors stood behind this.** What is published are totals: how many left
a year, for which kind of reason, after how long, at what age. They speak of the level and the
shape of leaving. They say nothing of what moves a doctor, so every effect of a policy on doctors
rests on priors, and no doctor can be scored from them.

`python benchmarks/doctors.py --simulations {simulations} --seed {seed}` ({bodies}).

**Method.** {simulations} simulated staffs of the medical role pack are followed from an empty house
through thirty years of joining, working and leaving; an emulator learns the expected rates, and
parameters are drawn by prior times likelihood (`calibration/fit_aggregates.py`). {n_learnt}
parameters and three facts of the staff are informed, every other one is drawn from its prior. The
likelihood knows chance, a tolerance of 20 to 30% for shapes taken from other doctors than the NHS,
and a level of turnover that wanders from year to year. Emulated turnover is {error} off on staffs
held out, luck of small staffs included; chains took {taken} of their steps. The labour market is
the log of monthly quits in US health care about its mean: a stand-in, since no British series is at
hand, and one that moved against the NHS figures (least squares slope of log turnover on it:
{slope}; the model holds it to be at or above zero).

## NHS England: forecast from data to 2016/17

Leaver rate a year, median and 90% interval. The lab knows NHS turnover to 2016/17, federal
separations of 2009 and US quits to June 2017; its labour market to come is an autoregression. The
figures after 2016/17 are not in the data, so their column is empty.

{forecast}

The lab's own interval is wide because two things are not known: how a level wanders that no cause
is recorded for ({drift} a year, mean over draws), and where the labour market goes.

## The same, one year ahead from earlier origins

{hindcast}

{scores}

Three origins of one falling series tell little. Where a plain baseline has the smaller error above,
it is the better forecast here: with totals alone the lab does not claim to forecast better, it
gives the what-if a level that fits. The priors of the wandering level were chosen with sight of the
series, and the emulator was taught around all of its years.

## The medical pack's own posterior

With US physicians by age added (from a study that reaches to 2018, therefore not used above):

{parameters}

Facts of the staff, in years (mean, 90% interval): {facts}.

{totals}

Turnover is shown as the calibrated model makes it without looking at the other years, wandering
included. Reasons and service are those of US federal physicians; retirement there and in England
differ in their rules. *Service* in the source is that in the whole federal government. A
resignation over a private event is in such a record like any other, so `voluntary+other` cannot be
told apart and the chance of a shock is learnt from service and totals alone. Separation and
appointment codes are read as the source's office publishes them, from memory.

Run premium care from this posterior:

```
python benchmarks/doctors.py --write-totals doctors.yaml
simlab calibrate LAB --aggregates doctors.yaml
simlab compare LAB premium_care
```

A hospital with totals of its own writes its own file: see
[calibrate on totals](../how-to/calibrate-on-totals.md).
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulations", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--out", type=Path, default=PAGE)
    parser.add_argument("--write-totals", type=Path, metavar="FILE",
                        help="only write the totals as a file for simlab calibrate --aggregates")
    options = parser.parse_args()
    if not (options.data / "doctor_leavers").exists():
        parser.error(f"{options.data} is missing: this benchmark needs the published totals")
    if options.write_totals:
        market = Market.known(_jolts(options.data), "2017-06")
        given = doctors(options.data, market, ages=True)
        options.write_totals.write_text(
            yaml.safe_dump(given.model_dump(mode="json", exclude_none=True), sort_keys=False),
            encoding="utf-8")
        return
    text, _ = page(options.data, options.simulations, options.seed)
    options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
