"""A study as one file to take along: its folder as it is, or its tables as CSV."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from simlab.errors import LabError
from simlab.jobs.study_folder import FAILURES, StudyFolder

Form = Literal["parquet", "csv"]
_TABLES = ("design", "parameters")


def archive(folder: StudyFolder, form: Form) -> Iterator[bytes]:
    """The bytes of a ZIP, made as they are asked for: memory does not grow with the study.

    As ``parquet`` it holds the folder as it is; as ``csv`` a table each of the figures
    (``runs.csv``), the design, the parameters and the failures. Either holds ``study.json``, which
    says what the study is, what it was computed with, and what it rests on. LabError
    ``not_a_study``.
    """
    folder.describe()
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
        for _ in _parquet(folder, packed) if form == "parquet" else _csv(folder, packed):
            yield sink.taken()
    yield sink.taken()


def write_archive(path: Path, form: Form, target: Path) -> None:
    """The study in the folder `path` as the file `target`; LabErrors ``not_a_study`` and
    ``out_unwritable``."""
    try:
        with target.open("wb") as file:
            file.writelines(archive(StudyFolder(path), form))
    except OSError as error:
        raise LabError("out_unwritable", path=target, why=error.strerror or error) from None


class _Sink(io.RawIOBase):
    """What a ZIP is written to; it is never read back."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        self._held += content
        return len(content)

    def taken(self) -> bytes:
        """What was written since it was last asked for."""
        content, self._held = bytes(self._held), bytearray()
        return content


def _parquet(folder: StudyFolder, packed: zipfile.ZipFile) -> Iterator[None]:
    """Every file of the folder; Parquet is small as it is."""
    name = folder.path.name
    for path in folder.files():
        kind = zipfile.ZIP_STORED if path.suffix == ".parquet" else zipfile.ZIP_DEFLATED
        packed.write(path, f"{name}/{path.relative_to(folder.path)}", kind)
        yield


def _csv(folder: StudyFolder, packed: zipfile.ZipFile) -> Iterator[None]:
    name = folder.path.name
    for path in folder.files():
        if path.suffix == ".json":
            packed.write(path, f"{name}/{path.name}")
    files = {"runs": folder.runs(), **{
        table: [folder.path / f"{table}.parquet"] for table in _TABLES},
        FAILURES: sorted((folder.path / FAILURES).glob("*.parquet"))}
    for table, parts in files.items():
        if parts:
            yield from _table(packed, f"{name}/{table}.csv", parts)


def _table(packed: zipfile.ZipFile, name: str, parts: list[Path]) -> Iterator[None]:
    """One table of several files with the same columns."""
    with packed.open(name, "w", force_zip64=True) as entry:
        for place, part in enumerate(parts):
            table = pq.read_table(part, partitioning=None)
            content = pa.BufferOutputStream()
            pc.write_csv(_plain(table), content,
                         pc.WriteOptions(include_header=place == 0))
            entry.write(content.getvalue().to_pybytes())
            yield


def _plain(table: pa.Table) -> pa.Table:
    """Words that stand in a dictionary written out."""
    fields = [pa.field(each.name, pa.string()) if pa.types.is_dictionary(each.type) else each
              for each in table.schema]
    return table.cast(pa.schema(fields))
