"""Fit the model to a lab's records and keep the posterior in the lab."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.calibrate import Calibration, Method, known_until
from calibration.calibrate import calibrate as fit_panel
from calibration.packed import packed, unpacked
from calibration.reference import fingerprint_of
from calibration.rounds import Learnt
from calibration.stored import StoredTables
from simlab.errors import Cancelled, LabError
from simlab.i18n import LANGUAGES, text
from simlab.jobs.common import (
    code_version,
    count_option,
    fingerprint,
    model_version,
    month_option,
    now,
    read_json,
)
from simlab.jobs.records import load_panel
from simlab.jobs.unfinished import Unfinished
from simlab.lab import RECORDED, Lab
from simlab.panel import Panel, month_name, month_number
from simlab.parameters import INDEX, REGISTRY
from simlab.parameters.priors import PRIORS, registry_under
from simlab.posterior import Posterior
from simlab.progress import Progress
from simlab.records import data_hash
from simlab.records.schema import title
from simlab.report.contents import Check, Fit, ParameterRow

_PRESENT, _FORMER = "posterior", "former"
"""The lab's posterior, and the one given fewer months that it began from."""
_TREES = {_PRESENT: "calibration/calibration.json", _FORMER: "calibration/former.json"}
TABLES = "calibration/tables"
"""Folder of the lab's reference tables."""
_LEARNT = "calibration/learnt.npz"
"""The present posterior in a form that can be asked about other records."""


@dataclass(frozen=True)
class _Kept:
    """A posterior as a lab keeps it, with what was found with it."""

    posterior: Posterior
    tree: Mapping[str, Any]


def calibrate(
    lab: Lab, *, until: str | None = None, simulations: int = 10_000, rounds: int | None = None,
    seed: int = 1, method: Method = "amortised", fresh: bool = False, prior: str = "registry",
    progress: Progress | None = None,
) -> Fit:
    """Calibrate on the lab's records up to month `until` (default: all of them) and keep the
    posterior and what speaks for and against it in the lab.

    Simulated records are kept in the lab as they are made: a call that was stopped goes on where
    it was. Where the lab was calibrated on fewer months before, that posterior gives the first
    search (unless `fresh`), and is held against the months since. LabErrors of
    `calibration.calibrate`, ``practice_uncalibrated`` for records of others than sales staff;
    `Cancelled` ``calibration_stopped`` where it was stopped.
    """
    progress = progress or Progress()
    if lab.practice != RECORDED:
        raise LabError("practice_uncalibrated", path=lab.path, practice=lab.practice)
    panel = load_panel(lab)
    month = None if until is None else month_option("--until", until)
    count_option("--simulations", simulations, 1, 10_000_000)
    if rounds is not None:
        count_option("--rounds", rounds, 1, 5)
    registry_under(prior)  # a wrong name is refused before anything is begun
    digest = data_hash(lab)
    last = panel.start + panel.months - 1 if month is None else month
    former = _former(lab, panel.start, last, prior)
    mark = Unfinished(lab, until=month_name(last), simulations=simulations, seed=seed)
    tables = StoredTables(lab.path / TABLES, mark.add)
    try:
        with mark:
            found = fit_panel(panel, until=month, simulations=simulations, rounds=rounds,
                              seed=seed, cache=tables, fresh=fresh, method=method, prior=prior,
                              former=None if former is None else former.posterior,
                              progress=progress)
    except (Cancelled, KeyboardInterrupt):
        raise Cancelled("calibration_stopped", kept=tables.kept) from None
    tree = _tree(found, digest)
    progress.advance("write", 0, 1)
    learnt = io.BytesIO()
    np.savez_compressed(learnt, **packed(found.learnt))  # type: ignore[arg-type]
    with lab.writing():
        if former is not None:
            _keep(lab, _FORMER, former.posterior, former.tree)
        _keep(lab, _PRESENT, found.posterior, tree)
        lab.write(_LEARNT, learnt.getvalue())
        mark.remove()
        prune(tables, panel)
    return _fit(tree)


def load_posterior(lab: Lab) -> Posterior | None:
    """The lab's posterior; None where there is none. LabError ``posterior_other_version`` where it
    is of another version of the model: it says nothing about this one."""
    kept = _load(lab, _PRESENT)
    if kept is None:
        return None
    refuse_other_version(lab)
    return kept.posterior


def refuse_other_version(lab: Lab) -> None:
    """LabError ``posterior_other_version`` where the lab's calibration is of another version of
    the model; nothing where it fits, or where there is none."""
    tree = calibrated_with(lab)
    if tree is not None and not _fits(tree):
        raise LabError("posterior_other_version", path=lab.path, made=tree["made"],
                       then=tree.get("code", "?"), now=code_version())


def load_learnt(lab: Lab) -> Learnt | None:
    """The lab's posterior in a form that can be asked about other records of the same people;
    None where there is none that can be read."""
    try:
        with np.load(lab.path / _LEARNT, allow_pickle=False) as stored:
            learnt: Learnt = unpacked(Learnt, stored)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return learnt


def calibrated_with(lab: Lab) -> Mapping[str, Any] | None:
    """When and on what the lab was calibrated: ``made``, ``until``, ``simulations``, ``seed``,
    ``data``, ``code``; None where it was not."""
    return _tree_of(lab, _PRESENT)


def _tree_of(lab: Lab, which: str) -> Mapping[str, Any] | None:
    tree = read_json(lab, _TREES[which])
    return tree if isinstance(tree, dict) and "made" in tree else None


def _load(lab: Lab, which: str) -> _Kept | None:
    """A posterior of the lab whatever its version; None where there is none to be read."""
    tree = _tree_of(lab, which)
    try:
        with np.load(lab.path / f"calibration/{which}.npz", allow_pickle=False) as stored:
            names = tuple(str(name) for name in stored["names"])
            draws, prior = stored["draws"], stored["prior"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    if tree is None:
        return None
    return _Kept(Posterior(names, draws, prior, dict(tree["provenance"])), tree)


def _keep(lab: Lab, which: str, posterior: Posterior, tree: Mapping[str, Any]) -> None:
    content = io.BytesIO()
    np.savez_compressed(content, names=np.array(posterior.names), draws=posterior.draws,
                        prior=posterior.prior)
    lab.write(f"calibration/{which}.npz", content.getvalue())
    lab.write_json(_TREES[which], tree)


def _fits(tree: Mapping[str, Any]) -> bool:
    """Whether a calibration is of this version of the model."""
    return bool(tree.get("model") == model_version())


def _former(lab: Lab, first: int, last: int, prior: str) -> _Kept | None:
    """The lab's latest posterior of this version and `prior` that knew fewer months of a record
    from month `first` to `last`; never one that saw later months."""
    for which in (_PRESENT, _FORMER):
        kept = _load(lab, which)
        if kept is not None and _fits(kept.tree) \
                and kept.posterior.provenance.get("prior", PRIORS[0]) == prior \
                and first <= month_number(str(kept.tree["until"])) < last:
            return kept
    return None


def prune(tables: StoredTables, panel: Panel) -> None:
    """Drop tables that no calibration of these records can use again."""
    def current(about: Mapping[str, Any]) -> bool:
        try:
            known = known_until(panel, month_number(str(about["until"])))
        except (LabError, KeyError, ValueError):  # months that are no longer in the record
            return False
        return fingerprint_of(known) == about.get("data")

    tables.prune(current)


def posterior_fingerprint(lab: Lab) -> str | None:
    """Of the lab's posterior draws, whatever version of the model they are of; None where there
    are none."""
    kept = _load(lab, _PRESENT)
    return None if kept is None else fingerprint(kept.posterior.draws)


def load_fit(lab: Lab) -> Fit | None:
    """How the lab's calibration went, for a report; None where there is none. LabError
    ``posterior_other_version`` as `load_posterior`."""
    tree = calibrated_with(lab)
    return None if tree is None or load_posterior(lab) is None else _fit(tree)


def choose(posterior: Posterior, draws: int, seed: int) -> NDArray[np.float64]:
    """As many rows of the posterior as asked; with repetition only where it has too few."""
    rows = np.random.default_rng(seed).choice(
        len(posterior.draws), draws, replace=draws > len(posterior.draws))
    return posterior.draws[rows]


def _tree(found: Calibration, digest: str) -> dict[str, Any]:
    provenance = found.posterior.provenance
    return {
        "made": now(), "data": digest, "model": model_version(), "code": code_version(),
        "until": provenance["until"],
        "simulations": provenance["simulations"], "seed": provenance["seed"],
        "provenance": provenance, "seconds": found.seconds,
        "parameters": [asdict(row) for row in found.parameters],
        "checks": [asdict(check) | {"label": {lang: check.label(lang) for lang in LANGUAGES}}
                   for check in found.checks],
        "months": [asdict(month) for month in found.months],
        "cautions": [dict(zip(LANGUAGES, said, strict=True)) for said in
                     zip(*(found.warnings(lang) for lang in LANGUAGES), strict=True)],
        "resting": _resting(found),
        "drift": None if found.drift is None else found.drift.to_json(),
        "beside": None if found.beside is None else asdict(found.beside),
    }


def _resting(found: Calibration) -> list[dict[str, str]]:
    """Which parameters keep their prior for want of which columns, a sentence a set of columns."""
    lacking: dict[tuple[str, ...], list[str]] = {}
    for row in found.parameters:
        if row.lacking:
            lacking.setdefault(row.lacking, []).append(row.name)
    return [
        {lang: text("resting", lang,
                    columns=text("resting_join", lang).join(title(c, lang) for c in columns),
                    parameters=text("resting_list", lang).join(
                        REGISTRY[INDEX[name]].meaning(lang) for name in names))
         for lang in LANGUAGES}
        for columns, names in lacking.items()
    ]


def _fit(tree: Mapping[str, Any]) -> Fit:
    return Fit(
        until=tree["until"], simulations=tree["simulations"],
        checks=tuple(Check(c["label"], c["observed"], c["lower"], c["median"], c["upper"])
                     for c in tree["checks"]),
        parameters=tuple(_row(row) for row in tree["parameters"] if row["name"] in INDEX),
        cautions=tuple(tree["cautions"]), resting=tuple(tree.get("resting", ())),
        continued_from=tree["provenance"].get("continued_from"),
        drift=tree.get("drift"), beside=tree.get("beside"), months=tree.get("months", ()),
    )


def _row(row: Mapping[str, Any]) -> ParameterRow:
    parameter = REGISTRY[INDEX[row["name"]]]
    return ParameterRow(
        name=parameter.name, meaning={lang: parameter.meaning(lang) for lang in LANGUAGES},
        unit=parameter.unit,
        prior={"mean": row["prior_mean"], "lower": row["prior_lower"],
               "upper": row["prior_upper"]},
        posterior={"mean": row["mean"], "lower": row["lower"], "upper": row["upper"]},
        contraction=row["contraction"], source=parameter.source,
        calibrated=parameter.calibrated and not row.get("lacking"), informed=row["informed"])
