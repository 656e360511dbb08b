"""Plain data -> plotly figures.

Every figure names its unit, its interval and its n in the title or on an axis, reads well in
grey, and carries its texts in the language asked for (plotly itself localises nothing).
"""

from simlab.report.figures.calibration import (
    calibration_curve,
    contraction,
    coverage,
    months_fan,
    observed_months,
    predictive_check,
    recovery,
)
from simlab.report.figures.causes import cause_waterfall, causes, largest_cause, voluntary
from simlab.report.figures.comparing import (
    fan,
    find_effect,
    paired_difference,
    policy_colour,
    probability_bars,
)
from simlab.report.figures.courses import avoided, cost_and_exits, course_name, learnt
from simlab.report.figures.dark import darkened, darker
from simlab.report.figures.detail import (
    channel_bars,
    cost_effect,
    difference_dots,
    net_value,
    staffing,
)
from simlab.report.figures.groups import group_effects
from simlab.report.figures.incentives import bonus_curve, pay_gap, percent, weights_and_effort
from simlab.report.figures.optimising import pareto
from simlab.report.figures.stress import box_figure, loss_map, named_loss_map
from simlab.report.figures.support import still_open
from simlab.report.figures.talent import fit_distribution, skill_gaps

__all__ = [
    "avoided",
    "bonus_curve",
    "box_figure",
    "calibration_curve",
    "cause_waterfall",
    "causes",
    "channel_bars",
    "contraction",
    "cost_and_exits",
    "cost_effect",
    "course_name",
    "coverage",
    "darkened",
    "darker",
    "difference_dots",
    "fan",
    "find_effect",
    "fit_distribution",
    "group_effects",
    "largest_cause",
    "learnt",
    "loss_map",
    "months_fan",
    "named_loss_map",
    "net_value",
    "observed_months",
    "paired_difference",
    "pareto",
    "pay_gap",
    "percent",
    "policy_colour",
    "predictive_check",
    "probability_bars",
    "recovery",
    "skill_gaps",
    "staffing",
    "still_open",
    "voluntary",
    "weights_and_effort",
]
