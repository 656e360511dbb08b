from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from scenarios.sample import SAMPLE_PARAMETERS, SAMPLE_SEED, sample_panel
from simlab.engine.panels import simulated_panel
from simlab.lab import Lab
from simlab.panel import SIGNS, STILL_HERE, Panel
from simlab.parameters import INDEX, prior_mean

# Compiled months of the tests stay in the checkout, not in the user's own cache.
os.environ.setdefault(
    "SIMLAB_CACHE", str(Path(__file__).resolve().parent.parent / ".pytest_cache" / "simlab")
)


@pytest.fixture(scope="session")
def recording() -> Callable[..., Panel]:
    """The function that says what a firm takes down: a record of the sample firm's people with
    the named signs (all unless named), teams, key work and courses, to be simulated under known
    parameters. Scores are those of lenient, strict, ranking and indifferent managers."""

    def make(
        people: int = 150, months: int = 24, signs: Iterable[str] = SIGNS, *,
        amounts: bool = True, key: bool = True, teams: int = 10,
    ) -> Panel:
        frame = sample_panel(people=people, months=months)
        n = len(frame.person)
        rng = np.random.default_rng(7)
        team = np.arange(n) % teams
        shape = frame.business.shape
        lenient = np.linspace(-8, 8, teams)[team][:, None]
        score = np.clip(np.round(86 + lenient + 7 * rng.standard_normal(shape)), 0, 100)
        score[team == 0] = 90
        ranked = (int((team == 1).sum()), months)
        score[team == 1] = rng.choice([60, 75, 90], ranked, p=[0.1, 0.7, 0.2])
        held = {name: np.zeros(shape, np.float32) for name in signs} | (
            {"score": score.astype(np.float32)} if "score" in signs else {})
        course = np.where(rng.random(shape) < 0.05, rng.integers(1, 7, shape), 0)
        return replace(
            frame,
            unit=tuple(f"team {k:02d}" for k in team),
            key_from=np.where(rng.random(n) < 0.35, 0, STILL_HERE).astype(np.int32)
            if key else None,
            course=course.astype(np.int8),
            exited=np.full(n, STILL_HERE, np.int32),
            last=np.full(n, months - 1, np.int32),
            observed=np.arange(months) >= frame.first[:, None],
            business=np.zeros(shape, np.float32) if amounts else np.full(
                shape, np.nan, np.float32),
            rating=frame.rating if amounts else np.zeros(shape, np.int8),
            base=frame.base if amounts else np.full(shape, np.nan, np.float32),
            **held,
        )

    return make


@pytest.fixture(scope="session")
def thin(recording: Callable[..., Panel]) -> Panel:
    """The least a firm has: people, a manager's scores, attendance, courses completed and exits,
    made by the sample firm's parameters."""
    truth = prior_mean()
    for name, value in SAMPLE_PARAMETERS.items():
        truth[INDEX[name]] = value
    frame = recording(signs=("score", "absence"), amounts=False, key=False)
    return simulated_panel(frame, truth, seed=SAMPLE_SEED)


@pytest.fixture
def lab(tmp_path) -> Lab:
    return Lab.create(tmp_path / "lab")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory):
    """The address of a PostgreSQL server of our own: f-string parts before and after the
    database name. Skipped with a reason where there is none."""
    bins = _postgres_binaries()
    if bins is None:
        if os.environ.get("SIMLAB_REQUIRE_POSTGRES") == "1":
            pytest.fail("SIMLAB_REQUIRE_POSTGRES=1, but no PostgreSQL server program is installed")
        pytest.skip("no PostgreSQL server program (initdb, pg_ctl) is installed")
    folder = Path("/tmp") / f"simlab-postgres-{os.getpid()}"  # a socket's path must be short
    folder.mkdir(mode=0o700)
    as_user = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]

    def run(*command):
        subprocess.run([*as_user, *command], check=True, cwd=folder, timeout=120,
                       stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    data = folder / "data"
    try:
        run(bins / "initdb", "-D", data, "-U", "simlab", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(bins / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o",
            f"-k {folder} -c listen_addresses='' -c fsync=off", "start")
        try:
            yield f"postgresql+psycopg://simlab@/{{database}}?host={folder}"
        finally:
            run(bins / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _postgres_binaries():
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found and shutil.which("pg_ctl") else None


@pytest.fixture
def postgres_lab(postgres_server, tmp_path) -> Lab:
    name = f"lab_{abs(hash(tmp_path)) % 10**12}"
    engine = sa.create_engine(postgres_server.format(database="postgres"),
                              isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return Lab.create(tmp_path / "postgres-lab", postgres_server.format(database=name))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_lab(request) -> Lab:
    """A lab on each kind of store."""
    return request.getfixturevalue("lab" if request.param == "sqlite" else "postgres_lab")
