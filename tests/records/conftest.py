"""Labs on SQLite and on a real PostgreSQL server, and small files to import."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from simlab.lab import Lab

ROOT = Path(__file__).resolve().parents[2]
PANEL = ROOT.parent / "shared/data/sales_panel/sales_panel_2016-01_2017-06.csv"

HEADER = ("MMM-YY,Emp_ID,Age,Gender,City,Education_Level,Salary,Dateofjoining,LastWorkingDate,"
          "Joining Designation,Designation,Total Business Value,Quarterly Rating")


@pytest.fixture(scope="session")
def sales_panel() -> Path:
    if not PANEL.exists():
        pytest.skip(f"the sales panel is not at {PANEL}")
    return PANEL


@pytest.fixture
def row():
    """A row of a sales panel, with what a test cares about put in."""

    def make(month, person="0042", hired="2015-11-02", last="", business="1000", rating="2",
             grade="1", salary="50000", age="30"):
        return (f"{month},{person},{age},Female,C1,Master,{salary},{hired},{last},1,{grade},"
                f"{business},{rating}")

    return make


@pytest.fixture
def sheet(tmp_path):
    """Writes a sales-panel CSV file of the given rows."""

    def make(*rows, name="panel.csv", header=HEADER, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
        return path

    return make


@pytest.fixture
def files(tmp_path):
    """Writes canonical CSV files: files(employees="...", exits="...")."""

    def make(encoding="utf-8", **tables):
        paths = []
        for name, text in tables.items():
            path = tmp_path / f"{name}.csv"
            lines = [line.strip() for line in text.strip().splitlines()]
            path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
            paths.append(path)
        return paths

    return make


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
