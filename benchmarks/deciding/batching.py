"""Studies: histories a second into Parquet, memory, size on disk, and two Dask workers against one.

Each study is run by a process of its own, so that the memory is that of a study and of nothing
that was measured before.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

import scenarios

PEOPLE, MONTHS = 200, 36
HISTORIES, SHARED = 100_000, 6_400
"""In the study of one machine, and in the one that workers share: eight chunks."""
ROUNDS = 3
"""One worker and two take turns so often, and the best of each counts: what else a machine does
only ever adds to their times."""
_DRAWS = 200
_RUN = """
import json, os, resource, sys
from pathlib import Path
from simlab.jobs.batching import batch
study, out, scheduler = sys.argv[1:]
state = batch(None, study, out=Path(out), scheduler=scheduler or None)
print(json.dumps({"seconds": state.seconds, "runs": state.computed, "bytes": state.bytes,
                  "failed": state.failed, "cpu": sum(os.times()[:2]),
                  "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def measure(quick: bool) -> dict[str, float]:
    """Seconds are those of the runs, from the first chunk handed out to the last file written;
    ``batch_cpu_s`` is the processor time of all of it, which a busy machine does not stretch."""
    people, months = (40, 6) if quick else (PEOPLE, MONTHS)
    histories, shared = (4_000, 4_000) if quick else (HISTORIES, SHARED)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _run(_study(folder, people, months, 2 * _DRAWS), folder / "warm")  # compiles
        whole = _run(_study(folder, people, months, histories), folder / "out")
        speedup = dask_speedup(folder, _study(folder, people, months, shared), ROUNDS)
    assert whole["failed"] == 0
    return {"histories_per_s": round(whole["runs"] / whole["seconds"], 1),
            "batch_histories": whole["runs"], "batch_s": round(whole["seconds"], 1),
            "batch_cpu_s": round(whole["cpu"], 1),
            "batch_peak_mb": round(whole["peak_mb"]),
            "batch_disk_mb": round(whole["bytes"] / 1e6, 1),
            "dask_speedup_2": round(speedup, 2)}


def dask_speedup(folder: Path, study: str, rounds: int) -> float:
    """Seconds of one worker over those of two."""
    with _cluster(folder, 1) as one, _cluster(folder, 2) as two:
        best: dict[str, float] = {}
        for turn in range(-1, rounds):  # the first one loads the kernel
            for address in (one, two):
                ran = _run(study, folder / f"{turn} {address[-5:]}", address)
                assert ran["failed"] == 0
                if turn >= 0:
                    best[address] = min(best.get(address, ran["seconds"]), ran["seconds"])
    return best[one] / best[two]


def _study(folder: Path, people: int, months: int, histories: int) -> str:
    """A study of one policy, month by month, with five outcomes."""
    tree = {"name": "firm", "title": {"en": "A firm", "zh": "一家企业"},
            "question": {"en": "How long does it take?", "zh": "需要多久？"}, "start": "2026-01",
            "months": months, "current": "before_transition", "policies": ["train_and_help"],
            "baseline": "train_and_help",
            "firm": scenarios.load("sales_transition").facts.model_dump(mode="json")
            | {"people": people}}
    (folder / "firm.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    study = {"name": "measured", "title": tree["title"], "scenario": str(folder / "firm.yaml"),
             "draws": _DRAWS, "replicates": histories // _DRAWS,
             "outcomes": ["headcount", "voluntary", "regretted", "business", "cost"]}
    file = folder / f"study{histories}.yaml"
    file.write_text(yaml.safe_dump(study), encoding="utf-8")
    return str(file)


def _run(study: str, out: Path, scheduler: str = "") -> dict[str, float]:
    ran = subprocess.run([sys.executable, "-c", _RUN, study, str(out), scheduler], check=True,
                         stdout=subprocess.PIPE, text=True)
    made: dict[str, float] = json.loads(ran.stdout)
    return made


@contextlib.contextmanager
def _cluster(folder: Path, workers: int) -> Iterator[str]:
    """A scheduler and workers of one thread each."""
    file = folder / f"scheduler{workers}.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1",
               "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    running = [subprocess.Popen(command, **quiet)]
    try:
        while not file.exists() or not file.read_text():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        for _ in range(workers):
            running.append(subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1",
                 "--no-nanny", "--no-dashboard", "--local-directory", str(folder / "dask")],
                env={**os.environ, "OMP_NUM_THREADS": "1"}, **quiet))
        yield address
    finally:
        for process in running:
            process.kill()
            process.wait()
