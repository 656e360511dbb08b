"""A lab: one folder with a format version, a writer lock and atomic writes."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from simlab.errors import LabError
from simlab.practice import NAMES

FORMAT = 2
"""The lab format this version writes; labs of earlier ones are brought to it when their records
are opened (`simlab.records.store.open_store`)."""

RECORDED = "sales"
"""The practice of the people in a lab's records where it says nothing else: the one whose records
can be calibrated on, person by person."""
_DESCRIPTION = "lab.json"
_SECRET = "person_keys.secret"
_LOCK = "writer.lock"
_HOLDER = "writer.json"


class Lab:
    """A lab folder. `path` is absolute; `store_url` is the SQLAlchemy URL of its records."""

    def __init__(self, path: Path, description: dict[str, Any], patience: float = 0.0) -> None:
        """Use :meth:`create` or :meth:`open`; `description` is the content of ``lab.json``."""
        self.path = path
        self.description = description
        self._lock = FileLock(path / _LOCK, timeout=patience)

    @classmethod
    def create(
        cls, path: Path | str, store_url: str | None = None, *, practice: str = RECORDED
    ) -> Lab:
        """A new lab in `path`, which must be missing or an empty folder.

        `store_url` names another store than the SQLite file of the folder (PostgreSQL; leave
        the password to the server's own means, the URL is written into ``lab.json``).
        `practice` is that of the people whose records it is to hold.
        Raises LabError ``unknown_practice``, ``lab_exists``, ``lab_not_empty`` or
        ``lab_unwritable``; a lab that could not be finished is taken away again. A new folder is
        for its owner only.
        """
        if practice not in NAMES:
            raise LabError("unknown_practice", practice=practice, known=", ".join(NAMES))
        path = Path(path).absolute()
        if (path / _DESCRIPTION).exists():
            raise LabError("lab_exists", path=path)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise LabError("lab_not_empty", path=path)
        created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        description = {"format": FORMAT, "created": created, "store": store_url,
                       "practice": practice}
        lab = cls(path, description)
        fresh = not path.exists()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lab.write(_SECRET, secrets.token_hex(32).encode("ascii"))
            lab.write_json(_DESCRIPTION, description)
        except BaseException as error:
            if path.is_dir():
                for name in (_DESCRIPTION, _SECRET):
                    (path / name).unlink(missing_ok=True)
                if fresh:
                    path.rmdir()
            if isinstance(error, OSError):
                raise LabError("lab_unwritable", path=path, why=error.strerror) from None
            raise
        return lab

    @classmethod
    def open(cls, path: Path | str, *, patience: float = 0.0) -> Lab:
        """The lab in `path`; `patience` is how many seconds it waits for another writer. Raises
        LabError ``not_a_lab`` (no folder, no readable ``lab.json``) or ``lab_newer`` (written by
        a later version)."""
        path = Path(path).absolute()
        try:
            description = json.loads((path / _DESCRIPTION).read_text(encoding="utf-8"))
            version = int(description["format"])
        except (OSError, ValueError, KeyError, TypeError):
            raise LabError("not_a_lab", path=path) from None
        if version > FORMAT:
            raise LabError("lab_newer", path=path, found=version, known=FORMAT)
        return cls(path, description, patience)

    @property
    def format(self) -> int:
        """The format that the lab is in: this version's, or an earlier one until its records are
        next opened."""
        return int(self.description["format"])

    @property
    def practice(self) -> str:
        """The practice of the people in the lab's records (`simlab.practice`)."""
        return str(self.description.get("practice", RECORDED))

    def upgraded(self) -> None:
        """Note that the lab is now in this version's format."""
        self.description = {**self.description, "format": FORMAT}
        self.write_json(_DESCRIPTION, self.description)

    @property
    def store_url(self) -> str:
        """SQLAlchemy URL of the store: ``store.sqlite`` of the folder unless set otherwise."""
        return self.description.get("store") or f"sqlite:///{self.path / 'store.sqlite'}"

    def secret(self) -> bytes:
        """The key that turns employee numbers into pseudonyms; readable by the owner only.

        Raises LabError ``lab_secret_missing``: without it people would get new pseudonyms.
        """
        try:
            return bytes.fromhex((self.path / _SECRET).read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            raise LabError("lab_secret_missing", path=self.path / _SECRET) from None

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lab's writer lock; may be entered again by the thread that holds it.

        Raises LabError ``lab_locked`` naming the holder (process id and since when). The lock
        is the operating system's: it falls with its process, also when that is killed.
        """
        try:
            self._lock.acquire()
        except Timeout:
            holder = self._holder()
            raise LabError("lab_locked", path=self.path, **holder) from None
        outermost = self._lock.lock_counter == 1
        try:
            if outermost:
                since = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
                self.write_json(_HOLDER, {"pid": os.getpid(), "since": since})
            yield
        finally:
            if outermost:
                (self.path / _HOLDER).unlink(missing_ok=True)
            self._lock.release()

    def _holder(self) -> dict[str, Any]:
        try:
            holder = self.read_json(_HOLDER)
            return {"pid": holder["pid"], "since": holder["since"]}
        except (OSError, ValueError, KeyError, TypeError):
            return {"pid": "?", "since": "?"}

    def write(self, relative: str | Path, content: bytes) -> Path:
        """Write a file of the lab so that readers see the old or the new one, never a part;
        folders on the way are made. The file is for the lab's owner only. Returns its path."""
        target = self.path / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return target

    def read_json(self, relative: str | Path) -> Any:
        """The JSON file `relative`; OSError where missing, ValueError where not JSON."""
        return json.loads((self.path / relative).read_text(encoding="utf-8"))

    def write_json(self, relative: str | Path, value: Any) -> Path:
        """Write `value` as JSON, atomically."""
        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
        return self.write(relative, (text + "\n").encode("utf-8"))
