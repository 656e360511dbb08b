"""What every page is made of: cards, badges, jobs, help, and what stands where there is nothing."""

from simlab.ui.components.cards import card, heading, number_card, table
from simlab.ui.components.charts import Source, chart_card, graph
from simlab.ui.components.empty import failed, no_data, zero
from simlab.ui.components.help import help_tip
from simlab.ui.components.jobs import ended, job_card, job_of, start_button
from simlab.ui.components.marks import (
    answered_badge,
    calibrated_badge,
    check_badge,
    stale_badge,
    warrant_badge,
)
from simlab.ui.components.pins import address, address_of, pinnable

__all__ = [
    "Source",
    "address",
    "address_of",
    "answered_badge",
    "calibrated_badge",
    "card",
    "chart_card",
    "check_badge",
    "ended",
    "failed",
    "graph",
    "heading",
    "help_tip",
    "job_card",
    "job_of",
    "no_data",
    "number_card",
    "pinnable",
    "stale_badge",
    "start_button",
    "table",
    "warrant_badge",
    "zero",
]
