"""The commands, each one a call of a job and a view of what it gives.

Heavy imports (numba, scikit-learn, Dash) happen inside commands, so that help is instant. Help
lists them in the order in which these modules are loaded.
"""

from simlab.cli.commands import whole  # isort: skip
from simlab.cli.commands import records, calibration, comparing, deciding, optimising, plans  # isort: skip
from simlab.cli.commands import stress, outlook, sensitivity, batching, jobs, library  # isort: skip
from simlab.cli.commands.app import app

__all__ = ["app", "batching", "calibration", "comparing", "deciding", "jobs", "library",
           "optimising", "outlook", "plans", "records", "sensitivity", "stress", "whole"]
