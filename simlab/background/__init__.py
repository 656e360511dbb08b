"""Long work apart from who asked for it: the table of jobs, the queue of their ids, the worker.

What kinds of work there are is not known here: see `simlab.jobs.kinds`.
"""

from simlab.background.kinds import Kind
from simlab.background.queue import Queue
from simlab.background.table import EVERYBODY, Job, JobTable, State
from simlab.background.worker import Worker, at_work, take_up

__all__ = ["EVERYBODY", "Job", "JobTable", "Kind", "Queue", "State", "Worker", "at_work", "take_up"]
