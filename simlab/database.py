"""A database by its URL: SQLite tuned for several readers and writers, others as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from simlab.errors import LabError


def engine_of(url: str) -> sa.Engine:
    """The engine of the database at `url`; a SQLite file is made where missing, for its owner only.

    Each use opens a connection of its own (a tenth of a millisecond, a few to a server), so that
    an engine may be kept by threads and by processes that fork. ModuleNotFoundError without the
    driver, OSError where the file cannot be made.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _tune_sqlite)
        Path(engine.url.database or "").touch(mode=0o600)
    return engine


def unreachable(code: str, url: str, error: Exception) -> LabError:
    """The error `code` about a database with what its driver said; no password is in it."""
    why = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    shown = sa.make_url(url).render_as_string(hide_password=True)
    return LabError(code, url=shown, why=why)


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
