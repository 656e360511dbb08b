"""The kinds of long work that can be given to a worker, one line each.

A kind's arguments are those of its function; what the function returns is the job's result.
"""

from __future__ import annotations

from collections.abc import Mapping

from simlab.background import Kind

KINDS: Mapping[str, Kind] = {
    "import": Kind("simlab.jobs.records:import_records", again=False),
    "roll_back": Kind("simlab.records.batches:roll_back", again=False),
    "calibrate": Kind("simlab.jobs.calibrating:calibrate"),
    "totals": Kind("simlab.jobs.aggregates:calibrate_on_totals"),
    "check": Kind("simlab.jobs.checking:check"),
    "forecast": Kind("simlab.jobs.forecasting:forecast"),
    "rolling": Kind("simlab.jobs.rolling:forecast_every_month"),
    "outlook": Kind("simlab.jobs.outlook:outlook"),
    "compare": Kind("simlab.jobs.comparing:compare"),
    "optimise": Kind("simlab.jobs.optimising:optimise"),
    "batch": Kind("simlab.jobs.batching:batch"),
    "estimate": Kind("simlab.jobs.study_estimate:estimate"),
    "sensitivity": Kind("simlab.jobs.sensitivity:sensitivity"),
    "stress": Kind("simlab.jobs.stressing:stress"),
    "incentives": Kind("simlab.jobs.incentives:incentives"),
    "courses": Kind("simlab.jobs.courses:courses"),
    "support": Kind("simlab.jobs.support:support"),
    "talent": Kind("simlab.jobs.talent:talent"),
    "answers": Kind("simlab.jobs.answering:answers"),
    "story": Kind("simlab.jobs.telling:story"),
    "backtest": Kind("simlab.jobs.events:backtest"),
    "report": Kind("simlab.jobs.reporting:report"),
}
"""By name. Each is named in both languages as ``job.kind.<name>``."""
