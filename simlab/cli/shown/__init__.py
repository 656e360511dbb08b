"""Results as tables and sentences in a terminal."""

from simlab.cli.shown.batches import batches, rolled_back
from simlab.cli.shown.calibration import (
    calibrated,
    calibrated_on_totals,
    checked,
    mark,
    verdict,
)
from simlab.cli.shown.comparing import compared
from simlab.cli.shown.deciding import answered
from simlab.cli.shown.forecasts import claimed, forecasted, replayed, rolled
from simlab.cli.shown.jobs import job, listed
from simlab.cli.shown.optimising import optimised
from simlab.cli.shown.outlook import foreseen
from simlab.cli.shown.plans import rewarded, suited, taught, waited
from simlab.cli.shown.records import imported, standing
from simlab.cli.shown.sensitivity import weighed
from simlab.cli.shown.stories import told
from simlab.cli.shown.stress import stressed
from simlab.cli.shown.studies import estimated, studied
from simlab.cli.shown.tables import table

__all__ = [
    "answered",
    "batches",
    "calibrated",
    "calibrated_on_totals",
    "checked",
    "claimed",
    "compared",
    "estimated",
    "forecasted",
    "foreseen",
    "imported",
    "job",
    "listed",
    "mark",
    "optimised",
    "replayed",
    "rewarded",
    "rolled",
    "rolled_back",
    "standing",
    "stressed",
    "studied",
    "suited",
    "table",
    "taught",
    "told",
    "verdict",
    "waited",
    "weighed",
]
