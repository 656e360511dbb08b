"""The month: its rules in order. A new behaviour is one line here."""

from __future__ import annotations

from simlab.engine.outcomes import record
from simlab.rules import Rule, as_rule
from simlab.rules.enter import enter
from simlab.rules.feel import feel
from simlab.rules.hire import assign, hand_over, hire
from simlab.rules.learn import learn
from simlab.rules.leave import leave
from simlab.rules.pay import pay
from simlab.rules.reduce import reduce
from simlab.rules.score import score
from simlab.rules.show import show
from simlab.rules.support import support
from simlab.rules.warn import give_help, warn
from simlab.rules.work import work

MONTH: tuple[Rule, ...] = tuple(
    as_rule(function)
    for function in (
        # people act
        enter,
        work,
        support,
        score,
        pay,
        learn,
        # group figures are reduced
        reduce,
        # people react
        feel,
        show,
        warn,
        # HR ranks and helps
        give_help,
        # people leave
        leave,
        # the firm hands over, the month is recorded, people move and are hired
        hand_over,
        record,
        assign,
        hire,
    )
)
"""Two phases: no rule sees another person's half-updated state."""
