"""A study on disk: its design, where it comes from, and a Parquet file for each chunk that is done.

    study.json            the study, code version, fingerprints, seed, environment
    design.parquet        a row per point: policy, factors, and in full as JSON
    parameters.parquet    a row per draw: every parameter of the model
    chunks.parquet        a row per chunk: address, block, its points and histories
    runs/block=00000/ADDRESS.parquet    the figures
    failures/ADDRESS.parquet            the runs that failed
    summary.json          what policies and factors come to, once all is done

A file is written whole or not at all, so what is there is done.
"""

from __future__ import annotations

import io
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from simlab.engine.chunks import Failure, Made
from simlab.errors import LabError
from simlab.jobs.common import now
from simlab.jobs.study_plan import Plan, Planned, design_columns
from simlab.parameters import NAMES

FORMAT = 1
RUNS, FAILURES = "runs", "failures"
_STUDY, _CHUNKS, _LOCK, _SUMMARY = "study.json", "chunks.parquet", ".lock", "summary.json"
_DESIGN, _PARAMETERS = "design.parquet", "parameters.parquet"
_UNFINISHED = ".unfinished-"
_VARIES = ("made", "check", "environment", "format", "finished", "titles")
"""Keys of study.json that say nothing of what is computed."""
_FAILURE = pa.schema([
    ("point", pa.int32()), ("policy", pa.string()), ("draw", pa.int32()),
    ("replicate", pa.int32()), ("stage", pa.string()), ("type", pa.string()),
    ("message", pa.string()), ("trace", pa.string())])


class StudyFolder:
    """The folder of one study."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def describe(self) -> dict[str, Any]:
        """What study.json holds; LabError ``not_a_study`` without one."""
        try:
            tree = json.loads((self.path / _STUDY).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise LabError("not_a_study", path=self.path) from None
        if not isinstance(tree, dict) or tree.get("format") != FORMAT:
            raise LabError("not_a_study", path=self.path)
        return tree

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep others from writing here. LabError ``study_locked`` where somebody does,
        ``out_unwritable`` where nothing can be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path / _LOCK, timeout=0):
                yield
        except Timeout:
            raise LabError("study_locked", path=self.path) from None
        except PermissionError as error:
            raise LabError("out_unwritable", path=self.path, why=error.strerror) from None

    def begin(self, plan: Plan, described: Mapping[str, Any], *, fresh: bool) -> None:
        """Make ready for the chunks of `plan`; `described` goes into study.json.

        What is there of the same study stays. LabError ``study_changed`` with each difference
        where it is of another one, unless `fresh` drops it; ``study_foreign`` where the folder
        holds something else.
        """
        tree = {"format": FORMAT, **_plain(described), "environment": environment()}
        if fresh:
            self._clear()
        if (self.path / _STUDY).exists():
            differing = tuple(_differences(self.describe(), tree))
            if differing:
                raise LabError("study_changed", path=self.path, problems=differing)
        elif any(each.name != _LOCK for each in self.path.iterdir()):
            raise LabError("study_foreign", path=self.path)
        for left in self.path.rglob(f"{_UNFINISHED}*"):
            left.unlink(missing_ok=True)
        if not (self.path / _CHUNKS).exists():
            self._write(_STUDY, _as_json(tree))
            self._write_table(_DESIGN, _design(plan))
            rows = plan.setting.drawn.rows
            self._write_table(_PARAMETERS, pa.table(
                {"draw": pa.array(np.arange(len(rows)), pa.int32()),
                 **{name: rows[:, k] for k, name in enumerate(NAMES)}}))
            self._write_table(_CHUNKS, _chunk_table(plan))

    def retry(self) -> None:
        """Forget the chunks in which a run failed, so that they are computed again."""
        for failed in (self.path / FAILURES).glob("*.parquet"):
            for done in (self.path / RUNS).glob(f"*/{failed.name}"):
                done.unlink(missing_ok=True)
            failed.unlink(missing_ok=True)
            (self.path / _SUMMARY).unlink(missing_ok=True)

    def done(self) -> set[str]:
        """Addresses of the chunks that are done."""
        return {file.stem for file in self.runs()}

    def write(self, plan: Plan, planned: Planned, made: Made) -> None:
        """Keep what a chunk came to."""
        if made.failures:
            self._write_table(f"{FAILURES}/{planned.address}.parquet",
                              _failed(plan, planned, made.failures))
        self._write_table(f"{RUNS}/block={planned.block:05d}/{planned.address}.parquet",
                          _figures(plan, planned, made))

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Note that all chunks are done, and what they come to."""
        self._write(_SUMMARY, _as_json(summary))
        self._write(_STUDY, _as_json({**self.describe(), "finished": now()}))

    def summary(self) -> dict[str, Any] | None:
        """What it comes to; None while it is not complete."""
        try:
            tree: dict[str, Any] = json.loads((self.path / _SUMMARY).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return tree

    def runs(self) -> list[Path]:
        """Files of the figures that are done, in the order of their blocks."""
        return sorted((self.path / RUNS).glob("*/*.parquet"))

    def files(self) -> list[Path]:
        """All that makes up the study, in a certain order."""
        return sorted(path for path in self.path.rglob("*")
                      if path.is_file() and path.name != _LOCK
                      and not path.name.startswith(_UNFINISHED))

    def chunks(self) -> pa.Table:
        """All chunks there are to be: address, block, points, first_draw, end_draw,
        first_replicate, end_replicate, runs. LabError ``not_a_study`` where it never came to
        that."""
        try:
            return pq.read_table(self.path / _CHUNKS)
        except OSError:
            raise LabError("not_a_study", path=self.path) from None

    def failures(self) -> pa.Table:
        """Every failed run: point, policy, draw, replicate, stage, type, message, trace."""
        files = sorted((self.path / FAILURES).glob("*.parquet"))
        return (pa.concat_tables([pq.read_table(file) for file in files]) if files
                else _FAILURE.empty_table())

    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())

    def _clear(self) -> None:
        """Drop an earlier study, and nothing that is not of one."""
        if not (self.path / _STUDY).exists():
            return
        for part in (RUNS, FAILURES):
            shutil.rmtree(self.path / part, ignore_errors=True)
        for name in (_SUMMARY, _CHUNKS, _DESIGN, _PARAMETERS, _STUDY):
            (self.path / name).unlink(missing_ok=True)

    def _write_table(self, name: str, table: pa.Table) -> None:
        content = io.BytesIO()
        pq.write_table(table, content, compression="zstd")
        self._write(name, content.getbuffer())

    def _write(self, name: str, content: bytes | memoryview) -> None:
        """Write a file whole; LabError ``study_disk`` where that is impossible."""
        target = self.path / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, unfinished = tempfile.mkstemp(prefix=_UNFINISHED, dir=target.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(unfinished).chmod(0o644)
                Path(unfinished).replace(target)
            except BaseException:
                Path(unfinished).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise LabError("study_disk", path=self.path, why=error.strerror or error) from None


def environment() -> dict[str, Any]:
    """What a study was run with."""
    return {"python": platform.python_version(), "numpy": np.__version__,
            "numba": numba.__version__, "pyarrow": pa.__version__,
            "system": platform.platform(), "processor": platform.machine(),
            "processors": os.cpu_count()}


def _as_json(tree: Mapping[str, Any]) -> bytes:
    return (json.dumps(tree, indent=2, ensure_ascii=False) + "\n").encode()


def _plain(tree: Mapping[str, Any]) -> dict[str, Any]:
    """As it is read back from JSON."""
    plain: dict[str, Any] = json.loads(_as_json(tree))
    return plain


def _differences(
    before: Any, after: Any, path: str = ""
) -> Iterator[LabError]:
    """Each place in which two trees differ, as an error naming both values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            if path or key not in _VARIES:
                yield from _differences(before.get(key), after.get(key),
                                        f"{path}.{key}" if path else key)
    elif before != after:
        yield LabError("study_difference", field=path, before=before, after=after)


def _design(plan: Plan) -> pa.Table:
    columns = {}
    for name, values in design_columns(plan.points).items():
        kinds = {isinstance(value, str) + 2 * isinstance(value, bool)
                 for value in values if value is not None}
        # a factor that is now a number, now a word is text
        columns[name] = pa.array(values if len(kinds) < 2 else [str(v) for v in values])
    return pa.table(columns)


def _chunk_table(plan: Plan) -> pa.Table:
    chunks = plan.chunks
    return pa.table({
        "address": [c.address for c in chunks],
        "block": pa.array([c.block for c in chunks], pa.int32()),
        "points": pa.array([list(c.points) for c in chunks], pa.list_(pa.int32())),
        **{f"{end}_{name}": pa.array([getattr(c, f"{name}s")[k] for c in chunks], pa.int32())
           for name in ("draw", "replicate") for k, end in enumerate(("first", "end"))},
        "runs": pa.array([c.runs for c in chunks], pa.int64())})


def _figures(plan: Plan, planned: Planned, made: Made) -> pa.Table:
    """A row per run, or per run and month; in the order of histories, points and months."""
    y = made.figures
    histories, points, months, _ = y.shape
    fine = np.ones((histories, points), bool)
    for failure in made.failures:
        fine[failure.first: failure.last, failure.policy] = False
    keep = np.repeat(fine.ravel(), months)
    history = np.repeat(np.arange(histories), points * months)[keep]
    draw, replicate = planned.place(history)
    place = np.tile(np.repeat(np.arange(points), months), histories)[keep]
    names = sorted({plan.points[number].base for number in planned.points})
    code = np.array([names.index(plan.points[number].base) for number in planned.points])
    columns: dict[str, Any] = {
        "point": pa.array(np.array(planned.points)[place], pa.int32()),
        "policy": pa.DictionaryArray.from_arrays(pa.array(code[place], pa.int32()), names),
        "draw": pa.array(draw, pa.int32()), "replicate": pa.array(replicate, pa.int32()),
    }
    if plan.study.by == "month":
        month = np.tile(np.arange(1, months + 1), histories * points)[keep]
        columns["month"] = pa.array(month, pa.int16())
    rows = y.reshape(-1, y.shape[3])[keep]
    return pa.table(columns | {name: rows[:, k] for k, name in enumerate(plan.outcomes)})


def _failed(plan: Plan, planned: Planned, failures: Sequence[Failure]) -> pa.Table:
    rows = []
    for failure in failures:
        point = plan.points[planned.points[failure.policy]]
        rows += [{"point": point.number, "policy": point.base,
                  **dict(zip(("draw", "replicate"), planned.place(history), strict=True)),
                  "stage": failure.stage,
                  "type": failure.type, "message": failure.message, "trace": failure.trace}
                 for history in range(failure.first, failure.last)]
    return pa.Table.from_pylist(rows, schema=_FAILURE)
