"""What is known about real people: canonical tables, import, the store, and panels of them."""

from simlab.records.batches import Batch, RolledBack, batches, roll_back
from simlab.records.export import export_panel, export_records
from simlab.records.importing import import_files
from simlab.records.panels import load_panel, panel
from simlab.records.report import ImportReport
from simlab.records.store import Store, data_hash, open_store
from simlab.records.template import write_template

__all__ = [
    "Batch",
    "ImportReport",
    "RolledBack",
    "Store",
    "batches",
    "data_hash",
    "export_panel",
    "export_records",
    "import_files",
    "load_panel",
    "open_store",
    "panel",
    "roll_back",
    "write_template",
]
