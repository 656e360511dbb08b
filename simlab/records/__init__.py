"""What is known about real people: canonical tables, import, the store, and panels of them."""

from simlab.records.importing import import_files
from simlab.records.panels import export_panel, load_panel, panel
from simlab.records.report import ImportReport
from simlab.records.store import Store, data_hash, open_store
from simlab.records.template import write_template

__all__ = [
    "ImportReport",
    "Store",
    "data_hash",
    "export_panel",
    "import_files",
    "load_panel",
    "open_store",
    "panel",
    "write_template",
]
