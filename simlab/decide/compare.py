"""Policies against each other, from outcomes simulated under common random numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simlab.decide.advice import LeverEvidence, advise
from simlab.decide.answers import MOST_DOTS, Comparison, Dots, Effect, Total
from simlab.decide.causes import cause_shares
from simlab.decide.channels import Apart, decompose, ramp_up
from simlab.decide.effects import Beside, Outcomes, effect_of, retained_by
from simlab.decide.groups import GroupEffect, group_effects
from simlab.decide.intervals import fans_of, interval_of
from simlab.decide.outcomes import HEADLINE, outcome
from simlab.decide.precision import Precision, Reduced, over_months
from simlab.decide.terms import Terms, standings
from simlab.decide.worth import idle, worth
from simlab.errors import LabError
from simlab.panel import month_name


def compare(
    ensemble: Outcomes, baseline: str | None = None, *, beside: Beside | None = None,
    outcomes: Sequence[str] | None = None, terms: Terms | None = None,
    further: Sequence[Reduced] = (), apart: Apart | None = None,
    levers: Collection[LeverEvidence] = (), precision: Precision | None = None,
    plan: int | None = None,
) -> Comparison:
    """Compare the policies of an ensemble pair by pair.

    `baseline` is the policy the others are measured against (default: the first). `beside` holds
    the same study over other draws; with it each effect says how far the data tested it.
    `outcomes` names the last axis of ``y`` (default: the engine's). `terms` are a target, a budget
    and a value of business to judge by. `further` are more replicates of the same draws: effects
    use them all, fans those of `ensemble`. `apart` holds histories with channels switched off,
    `levers` what is known of the levers, `precision` what the replicates came to, `plan` the
    seats to be filled. A LabError where there are fewer than two policies, the baseline is not one
    of them, or a figure is not finite.
    """
    names = tuple(outcomes) if outcomes is not None else _engine_outcomes()
    policies, baseline = _checked(ensemble, baseline)
    beside, terms = beside or Beside(), terms or Terms()
    order = {name: ensemble.policies.index(name) for name in policies}
    reduced = Reduced.joined([Reduced.of(ensemble, names), *further])
    effects = _effects(reduced, _others(ensemble, beside, names, reduced), names, order, beside)
    against = {e.policy: e for e in effects if (e.against, e.outcome) == (baseline, HEADLINE)}
    y = ensemble.y
    futures = {p: y[:, :, order[p]].reshape(-1, *y.shape[3:]) for p in policies}
    added = [o for o, name in enumerate(names) if outcome(name).over_months == "sum"]
    return Comparison(
        policies=policies, baseline=baseline, headline=HEADLINE,
        months=tuple(month_name(ensemble.start + m) for m in range(y.shape[3])),
        outcomes=names, draws=y.shape[0], replicates=reduced.totals.shape[1],
        fans=tuple(fan for p in policies for fan in fans_of(p, names, futures[p])),
        running=tuple(fan for p in policies for fan in fans_of(
            p, [names[o] for o in added], futures[p][..., added].cumsum(axis=1))),
        totals=tuple(Total(p, name, interval_of(reduced.totals[:, :, order[p], o].ravel()))
                     for p in policies for o, name in enumerate(names)),
        effects=effects,
        retained=tuple(retained_by(a, b, reduced.totals, names, order)
                       for a, b in _pairs(policies) if HEADLINE in names and "cost" in names),
        provenance=dict(ensemble.provenance), terms=terms,
        standings=standings(reduced.totals, order, names, baseline, terms),
        worths=worth(reduced.monthly, order, names, baseline, terms),
        idle=idle(reduced.monthly, order, names, baseline, terms),
        groups=_groups(ensemble, reduced, order, baseline),
        channels=() if apart is None else decompose(apart, order, names, baseline),
        ramp_up=() if apart is None else ramp_up(apart, order, names, baseline),
        causes=cause_shares(reduced.totals, order, names), levers=tuple(levers),
        advice={name: advise(effect) for name, effect in against.items()},
        precision=precision, dots=_dots(reduced, order, names, baseline), plan=plan,
    )


def _pairs(policies: Sequence[str]) -> list[tuple[str, str]]:
    return [(a, b) for j, b in enumerate(policies) for a in policies[j + 1:]]


def _others(
    ensemble: Outcomes, beside: Beside, names: Sequence[str], reduced: Reduced
) -> dict[str, NDArray[np.float64]]:
    """Totals over the other draws, all replicates where they are the main ones themselves;
    LabError where they are of other policies."""
    found = {}
    for key, other in beside.named().items():
        if other.policies != ensemble.policies:
            raise LabError("prior_of_other_policies", policies=", ".join(ensemble.policies),
                           prior=", ".join(other.policies))
        found[key] = reduced.totals if other is ensemble else over_months(other.y, names)
    return found


def _effects(
    reduced: Reduced, over: Mapping[str, NDArray[np.float64]], names: tuple[str, ...],
    order: Mapping[str, int], beside: Beside,
) -> tuple[Effect, ...]:
    found: list[Effect] = []
    for a, b in _pairs(list(order)):
        pair = [order[a], order[b]]
        monthly, totals = reduced.monthly[:, pair], reduced.totals[:, :, pair]
        others = {key: each[:, :, pair] for key, each in over.items()}
        found += [effect_of((a, b), name, monthly[..., o], totals[..., o],
                            {key: each[..., o] for key, each in others.items()}, beside)
                  for o, name in enumerate(names)]
    return tuple(found)


def _dots(
    reduced: Reduced, order: Mapping[str, int], names: tuple[str, ...], baseline: str
) -> tuple[Dots, ...]:
    if HEADLINE not in names:
        return ()
    expected = reduced.totals[:MOST_DOTS].mean(axis=1)
    gap = expected - expected[:, [order[baseline]]]

    def of(policy: str, name: str) -> tuple[float, ...]:
        return tuple(gap[:, order[policy], names.index(name)].tolist()) if name in names else ()

    return tuple(Dots(policy, baseline, of(policy, HEADLINE), of(policy, "cost"))
                 for policy in order if policy != baseline)


def _groups(
    ensemble: Outcomes, reduced: Reduced, order: Mapping[str, int], baseline: str
) -> tuple[GroupEffect, ...]:
    divided = getattr(ensemble, "divided", None)
    if divided is None or reduced.groups is None:
        return ()
    return group_effects(reduced.groups, divided.groups, divided.people, order, baseline,
                         ensemble.y.shape[3])


def _engine_outcomes() -> tuple[str, ...]:
    from simlab.engine.outcomes import OUTCOMES  # compiled code: loaded only where it is needed

    return OUTCOMES


def _checked(ensemble: Outcomes, baseline: str | None) -> tuple[tuple[str, ...], str]:
    """Policies with the baseline first."""
    policies = ensemble.policies
    if len(policies) < 2:
        raise LabError("too_few_policies", count=len(policies))
    if len(set(policies)) != len(policies):
        raise LabError("policy_twice", policies=", ".join(policies))
    first = policies[0] if baseline is None else baseline
    if first not in policies:
        raise LabError("unknown_baseline", baseline=first, policies=", ".join(policies))
    if not np.isfinite(ensemble.y).all():
        raise LabError("outcomes_not_finite")
    return (first, *(p for p in policies if p != first)), first
