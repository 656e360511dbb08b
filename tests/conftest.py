import os
from pathlib import Path

# Compiled months of the tests stay in the checkout, not in the user's own cache.
os.environ.setdefault(
    "SIMLAB_CACHE", str(Path(__file__).resolve().parent.parent / ".pytest_cache" / "simlab")
)
