"""What if: a policy against the baseline while its levers are being moved.

A preview runs few draws once each, on a setting that is kept warm, so that it answers while a
slider moves. It is labelled as such and never stored or exported: what is saved comes from
`simlab.jobs.comparing`.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import scenarios
from simlab.decide import Comparison, compare
from simlab.engine.ensemble import Ensemble
from simlab.jobs.setting import Setting, inputs, set_up
from simlab.lab import Lab
from simlab.policy import Policy
from simlab.progress import Progress

DRAWS = 100
"""Of the parameters, a history each: enough for an interval, few enough for a slider."""
SHOWN = ("regretted", "voluntary", "exits", "headcount", "vacancies", "cost", "business")
"""Outcomes that a preview reduces."""
FRESH = 10.0
"""Seconds for which records and calibration are taken not to have changed: reading what they hash
to takes longer than the preview."""
KEPT = 4
"""Settings that are kept warm at a time."""


@dataclass(frozen=True)
class Preview:
    """One answer, and what it rests on."""

    comparison: Comparison
    """Of the baseline and the policy, in the outcomes `SHOWN`."""
    calibrated: bool
    check: Mapping[str, Any]
    """The mark of the calibration's check; empty over the prior."""
    people: int
    """At the start of a history."""


class _Warm:
    """A setting with its baseline's histories."""

    def __init__(self, lab: Lab, scenario: str, seed: int) -> None:
        self.setting: Setting = set_up(lab, scenario, draws=DRAWS, seed=seed)
        study = self.setting.study
        self.baseline = study.policies[study.baseline]
        self.histories = self._run(self.baseline, Progress())

    def preview(self, policy: Policy, progress: Progress) -> Preview:
        policy = policy.model_copy(update={"name": "preview"})
        with_policy = self._run(policy, progress)
        both = replace(
            self.histories, y=np.concatenate([self.histories.y, with_policy.y], axis=2),
            policies=(self.baseline.name, policy.name))
        return Preview(
            comparison=compare(both, self.baseline.name, outcomes=SHOWN),
            calibrated=self.setting.drawn.calibrated, check=self.setting.check,
            people=int(self.setting.firm.people.shape[-1]))

    def _run(self, policy: Policy, progress: Progress) -> Ensemble:
        run = self.setting.run([policy], progress=progress)
        places = [run.outcomes.index(name) for name in SHOWN]
        return replace(run, y=run.y[..., places], outcomes=SHOWN)


class Previews:
    """Answers what-if questions of a server's visitors; safe to use from any thread.

    Nothing is kept that cannot be made again: the settings of the labs last asked about.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._warm: OrderedDict[tuple[Any, ...], _Warm] = OrderedDict()
        self._looked: dict[tuple[Any, ...], tuple[float, Mapping[str, Any]]] = {}
        self._running: dict[str, Progress] = {}
        self._making = threading.Lock()

    def ask(
        self, lab: Lab, scenario: str, policy: Policy, *, who: str, seed: int = 1
    ) -> Preview:
        """The policy against the scenario's baseline. A question that `who` (a visitor's page)
        asked before and that is still being answered is given up: it raises `Cancelled`.

        LabError for a scenario that cannot be loaded, or records without people.
        """
        progress = Progress()
        with self._lock:
            if who in self._running:
                self._running[who].cancel()
            self._running[who] = progress
        try:
            warm = self._setting(lab, scenario, seed)
            progress.check()
            return warm.preview(policy, progress)
        finally:
            with self._lock:
                if self._running.get(who) is progress:
                    del self._running[who]

    def _setting(self, lab: Lab, scenario: str, seed: int) -> _Warm:
        """The warm setting, made where there is none of these records and this calibration. What
        others may be waiting for is not given up with one visitor's question."""
        key = (str(lab.path), scenario, seed, *self._facts(lab, scenario).values())
        with self._making:  # others wait for it instead of making it too
            warm = self._warm.pop(key, None) or _Warm(lab, scenario, seed)
            self._warm[key] = warm  # the last one asked about
            while len(self._warm) > KEPT:
                self._warm.popitem(last=False)
        return warm

    def _facts(self, lab: Lab, scenario: str) -> Mapping[str, Any]:
        """Fingerprints of what a setting rests on, looked at again after `FRESH` seconds."""
        key = (str(lab.path), scenario)
        when, facts = self._looked.get(key, (-math.inf, {}))
        if self._clock() - when > FRESH:
            facts = inputs(lab, scenarios.load(scenario))
            self._looked[key] = (self._clock(), facts)
        return facts
