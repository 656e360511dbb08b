"""What readers keep of their own in a lab: addresses under a name, and cards to see on every visit.

Both are addresses and never results: a kept view is a page with its query, a pinned card is that
and the card's name, so that what is shown is always drawn from what the lab then holds. A reader
is the random name of a browser (`simlab.ui.owner`). Everything that is kept was sent by somebody:
it is limited in length and number, and only its owner is ever given it.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from simlab.database import engine_of, unreachable
from simlab.errors import LabError
from simlab.lab import Lab

MOST_VIEWS, MOST_PINS = 50, 12
"""Of one reader in one lab."""
LONGEST_NAME, LONGEST_QUERY = 80, 8000
"""Characters."""
_PAGE, _CARD = re.compile(r"[a-z][a-z0-9_]{0,39}"), re.compile(r"[a-z][\w.:-]{0,119}", re.ASCII)

_metadata = sa.MetaData()
_VIEWS = sa.Table(
    "saved_views", _metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("page", sa.Text, nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("kept", sa.Double, nullable=False),
    sa.UniqueConstraint("owner", "name"),
)
_PINS = sa.Table(
    "pinned_cards", _metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False, index=True),
    sa.Column("page", sa.Text, nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("card", sa.Text, nullable=False),
    sa.Column("kept", sa.Double, nullable=False),
)


@dataclass(frozen=True)
class View:
    """A page at an address, under a name of the reader's own."""

    id: str
    name: str
    page: str
    query: str
    """What stands behind the ``?``, without it."""


@dataclass(frozen=True)
class Pin:
    """A card of a page at an address."""

    id: str
    page: str
    query: str
    card: str


class Desk:
    """What the readers of one lab keep; safe to use from any thread and process.

    It lies beside the records: in a file of its own where those are SQLite, in the same database
    where it is a server.
    """

    def __init__(self, lab: Lab) -> None:
        """Makes the tables where they are missing; LabError ``desk_unreachable``."""
        self._url = lab.description.get("store") or f"sqlite:///{lab.path / 'readers.sqlite'}"
        with self._said():
            self._engine = engine_of(self._url)
            with self._engine.begin() as connection:
                _metadata.create_all(connection)

    def views(self, owner: str) -> list[View]:
        """The reader's views by name."""
        return [View(**row) for row in self._rows(_VIEWS, owner, _VIEWS.c.name)]

    def save_view(self, owner: str, name: str, page: str, query: str) -> None:
        """Keep an address under a name. LabErrors ``view_name``, ``view_taken``, ``view_address``,
        ``views_full``."""
        name = _named(name)
        _check(page, query)
        with self._said(), self._engine.begin() as connection:
            self._room(connection, _VIEWS, owner, MOST_VIEWS, "views_full")
            self._free(connection, owner, name)
            connection.execute(sa.insert(_VIEWS).values(
                id=secrets.token_urlsafe(9), owner=owner, name=name, page=page, query=query,
                kept=time.time()))

    def rename_view(self, owner: str, view: str, name: str) -> None:
        """Give a view of the reader's another name; one that is not there any more is left alone.
        LabErrors ``view_name``, ``view_taken``."""
        name = _named(name)
        with self._said(), self._engine.begin() as connection:
            self._free(connection, owner, name, but=view)
            connection.execute(sa.update(_VIEWS).where(
                _VIEWS.c.owner == owner, _VIEWS.c.id == view).values(name=name))

    def delete_view(self, owner: str, view: str) -> None:
        """Take a view of the reader's away, if it is there."""
        self._forget(_VIEWS, owner, view)

    def pins(self, owner: str) -> list[Pin]:
        """The reader's pinned cards, the first pinned first."""
        return [Pin(**row) for row in self._rows(_PINS, owner, _PINS.c.kept)]

    def pin(self, owner: str, page: str, query: str, card: str) -> None:
        """Pin a card; one that is pinned stays so. LabErrors ``view_address``, ``pins_full``."""
        _check(page, query)
        if not _CARD.fullmatch(card):
            raise LabError("view_address")
        same = (_PINS.c.owner == owner, _PINS.c.page == page, _PINS.c.query == query,
                _PINS.c.card == card)
        with self._said(), self._engine.begin() as connection:
            if connection.execute(sa.select(_PINS.c.id).where(*same)).first() is not None:
                return
            self._room(connection, _PINS, owner, MOST_PINS, "pins_full")
            connection.execute(sa.insert(_PINS).values(
                id=secrets.token_urlsafe(9), owner=owner, page=page, query=query, card=card,
                kept=time.time()))

    def unpin(self, owner: str, pin: str) -> None:
        """Take a pin of the reader's away, if it is there."""
        self._forget(_PINS, owner, pin)

    def _rows(
        self, table: sa.Table, owner: str, order: sa.Column[str] | sa.Column[float]
    ) -> list[dict[str, str]]:
        shown = [column for column in table.c if column.name not in ("owner", "kept")]
        query = sa.select(*shown).where(table.c.owner == owner).order_by(order, table.c.id)
        with self._said(), self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _forget(self, table: sa.Table, owner: str, which: str) -> None:
        with self._said(), self._engine.begin() as connection:
            connection.execute(sa.delete(table).where(
                table.c.owner == owner, table.c.id == which))

    @staticmethod
    def _room(
        connection: sa.Connection, table: sa.Table, owner: str, most: int, code: str
    ) -> None:
        held = connection.execute(sa.select(sa.func.count()).select_from(table).where(
            table.c.owner == owner)).scalar_one()
        if held >= most:
            raise LabError(code, most=most)

    @staticmethod
    def _free(connection: sa.Connection, owner: str, name: str, but: str = "") -> None:
        taken = sa.select(_VIEWS.c.id).where(
            _VIEWS.c.owner == owner, _VIEWS.c.name == name, _VIEWS.c.id != but)
        if connection.execute(taken).first() is not None:
            raise LabError("view_taken", name=name)

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.IntegrityError:  # a second tab was faster by a moment
            raise LabError("view_again") from None
        except (sa.exc.SQLAlchemyError, ModuleNotFoundError, OSError) as error:
            raise unreachable("desk_unreachable", self._url, error) from None


def _named(name: str) -> str:
    """The name as it is kept: trimmed, printable, not too long."""
    said = " ".join(name.split())
    if not said or len(said) > LONGEST_NAME or not said.isprintable():
        raise LabError("view_name", most=LONGEST_NAME)
    return said


def _check(page: str, query: str) -> None:
    if not _PAGE.fullmatch(page) or len(query) > LONGEST_QUERY or not query.isprintable():
        raise LabError("view_address")
