"""Run claim cases over the prior, or over a lab's posterior."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios import claims as library
from scenarios.claims import CaseResult
from simlab.errors import LabError
from simlab.jobs.calibrating import choose, load_posterior
from simlab.jobs.common import count_option
from simlab.lab import Lab
from simlab.progress import Progress


def claims(
    cases: Sequence[str] = (), *, lab: Lab | None = None, draws: int | None = None, seed: int = 1,
    progress: Progress | None = None,
) -> tuple[CaseResult, ...]:
    """Simulate and judge the named claim cases (none = all of them).

    With a calibrated `lab` its posterior takes the place of the prior in cases of sales staff,
    whom its records are about. Bad names are refused before any work. LabError where the lab is
    not calibrated.
    """
    progress = progress or Progress()
    chosen = [library.load(name) for name in cases or library.names()]
    if draws is not None:
        count_option("--draws", draws, 1, 100_000)
    posterior = None
    if lab is not None:
        posterior = load_posterior(lab)
        if posterior is None:
            raise LabError("not_calibrated", path=lab.path)
    results = []
    for done, case in enumerate(chosen):
        progress.advance("claims", done, len(chosen))
        rows = None
        if posterior is not None and case.firm.practice == "sales":
            rows = choose(posterior, draws or case.draws, seed)
        results.append(
            library.run(case, draws=draws, posterior=rows, seed=seed, progress=progress)
        )
    return tuple(results)
