"""What an import found and did, as plain data and as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from simlab.i18n import text
from simlab.records.schema import TABLES


@dataclass(frozen=True)
class Notice:
    """Something worth knowing that stops nothing; its sentence is ``records.notice.<code>``."""

    code: str
    values: dict[str, Any]

    def explain(self, lang: str) -> str:
        """The notice as a sentence."""
        return text(f"records.notice.{self.code}", lang, **self.values)


@dataclass(frozen=True)
class FileCount:
    """One table of a file that was read."""

    file: str
    encoding: str
    rows: int


@dataclass(frozen=True)
class TableCount:
    """Rows of one canonical table: `read` = new + unchanged + changed + all dropped.

    `dropped` counts by reason, whose sentence is ``records.dropped.<reason>``.
    """

    table: str
    new: int
    unchanged: int
    changed: int
    dropped: dict[str, int] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Rows the files held for this table."""
        return self.new + self.unchanged + self.changed + sum(self.dropped.values())


@dataclass(frozen=True)
class ImportReport:
    """What an import read, what it changed (would change, in a dry run) and what it noticed."""

    profile: str
    dry_run: bool
    batch: int | None
    """Number of the import batch; None in a dry run or where nothing changed."""
    files: tuple[FileCount, ...]
    tables: tuple[TableCount, ...]
    warnings: tuple[Notice, ...]
    people: int
    months: tuple[str, str] | None
    """First and last month with results in the store afterwards; None where none has any."""
    data_hash: str
    """Hash of the whole store's content afterwards."""

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> ImportReport:
        """Again from `as_dict`, such as a job keeps it."""
        tables = tuple(TableCount(t["table"], t["new"], t["unchanged"], t["changed"],
                                  dict(t["dropped"])) for t in tree["tables"])
        return cls(
            profile=tree["profile"], dry_run=tree["dry_run"], batch=tree["batch"],
            files=tuple(FileCount(**file) for file in tree["files"]), tables=tables,
            warnings=tuple(Notice(**notice) for notice in tree["warnings"]),
            people=tree["people"], data_hash=tree["data_hash"],
            months=tuple(tree["months"]) if tree["months"] else None)

    @property
    def changes(self) -> int:
        """Rows added or changed."""
        return sum(table.new + table.changed for table in self.tables)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready data."""
        return asdict(self) | {
            "changes": self.changes,
            "tables": [asdict(table) | {"read": table.read} for table in self.tables],
        }

    def explain(self, lang: str) -> list[str]:
        """The report as lines for people, without the table of counts (see `grid`)."""
        key = "dry_run" if self.dry_run else "imported" if self.changes else "nothing_new"
        lines = [text(f"records.report.{key}", lang, changes=self.changes, batch=self.batch)]
        for table in self.tables:
            for reason, count in table.dropped.items():
                lines.append(text(f"records.dropped.{reason}", lang, count=count,
                                  table=table_title(table.table, lang)))
        return lines + [notice.explain(lang) for notice in self.warnings]

    def grid(self, lang: str) -> tuple[list[str], list[list[str]]]:
        """Header and rows of the counts by table."""
        columns = ("table", "read", "new", "changed", "unchanged", "dropped")
        header = [text(f"records.report.{column}", lang) for column in columns]
        rows = [
            [table_title(t.table, lang),
             *(f"{n:,}" for n in (t.read, t.new, t.changed, t.unchanged,
                                  sum(t.dropped.values())))]
            for t in self.tables
        ]
        return header, rows


def table_title(name: str, lang: str) -> str:
    """A canonical table's name for people."""
    table = TABLES[name]
    return table.zh if lang == "zh" else table.en
