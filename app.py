"""The lab in a browser: ``python app.py [LAB...]``; ``app:server`` is the WSGI entry.

The labs are the folders given, else those named by SIMLAB_LAB (several as in PATH). Without any
it is the built-in sample firm, in a folder of the user's own that is made at the first start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from simlab.cli.run import default_language
from simlab.errors import LabError
from simlab.jobs.demo import sample_lab
from simlab.lab import Lab
from simlab.ui import application, run


def chosen_labs(given: Sequence[str] = ()) -> list[Lab]:
    """The labs `given`, else those of SIMLAB_LAB, else the sample firm's."""
    named = given or [n for n in os.environ.get("SIMLAB_LAB", "").split(os.pathsep) if n]
    if named:
        return [Lab.open(name) for name in named]
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    path = Path(data) / "simlab" / "sample-firm"
    return [Lab.open(path) if path.exists() else sample_lab(path)[0]]


def main() -> None:
    """Serve it until interrupted."""
    try:
        run(chosen_labs(sys.argv[1:]), os.environ.get("SIMLAB_HOST", "127.0.0.1"),
            int(os.environ.get("PORT", "8050")), print)
    except LabError as error:
        print(error.explain(default_language()), file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
else:
    server = application(chosen_labs())
