"""Do the lines of the how-to about the API work as they stand, against a lab that is served?"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from simlab.api.tokens import make_token
from simlab.jobs.demo import sample_lab
from simlab.jobs.runner import Runner
from simlab.ui import create
from tests.jobs.test_reporting import keep_comparison

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "use-the-api.md"


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")),
                    reason="curl or bash is not installed")
def test_the_lines_of_the_how_to_run(tmp_path: Path) -> None:
    lab = keep_comparison(sample_lab(tmp_path / "lab")[0])
    token = make_token(lab, "notebook")
    runner = Runner(lab, with_worker=True)
    server = make_server("127.0.0.1", 0, create(lab, runner).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    lines = "".join(re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"),
                               re.MULTILINE | re.DOTALL))
    (tmp_path / "work").mkdir()
    try:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", lines], cwd=tmp_path / "work", timeout=120,
            capture_output=True, text=True, check=False, env={
                **os.environ, "SIMLAB": f"http://127.0.0.1:{server.server_port}/api",
                "AUTH": f"Authorization: Bearer {token}"})
    finally:
        server.shutdown()
        thread.join(5)
        runner.close()
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "work" / "report.xlsx").read_bytes()[:2] == b"PK"
    held = json.loads((tmp_path / "work" / "comparison.json").read_text())
    assert held["scenario"] == "sales_transition"
    assert '["plan.yaml"]' in done.stdout
