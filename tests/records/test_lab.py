"""Is a lab folder whole, guarded and honest about what it is?"""

import json
import os
import subprocess
import sys

import pytest

from simlab.errors import LabError
from simlab.lab import FORMAT, Lab


def test_a_created_lab_opens(tmp_path):
    made = Lab.create(tmp_path / "a" / "lab")
    again = Lab.open(made.path)
    assert again.secret() == made.secret()
    assert again.store_url == f"sqlite:///{made.path / 'store.sqlite'}"
    assert made.path.stat().st_mode & 0o777 == 0o700
    assert (made.path / "person_keys.secret").stat().st_mode & 0o777 == 0o600


def test_a_lab_may_fill_an_empty_folder_but_no_other(tmp_path):
    (tmp_path / "empty").mkdir()
    Lab.create(tmp_path / "empty")
    with pytest.raises(LabError) as caught:
        Lab.create(tmp_path / "empty")
    assert caught.value.code == "lab_exists"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(LabError) as caught:
        Lab.create(tmp_path / "full")
    assert caught.value.code == "lab_not_empty"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"format": "new"}', "\x00\x01"])
def test_a_folder_that_is_no_lab_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "lab.json").write_text(content)
    with pytest.raises(LabError) as caught:
        Lab.open(tmp_path)
    assert caught.value.code == "not_a_lab"
    assert str(tmp_path) in str(caught.value)


def test_a_lab_that_cannot_be_made_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError) as caught:
        Lab.create(tmp_path / "file" / "lab")
    assert caught.value.code == "lab_unwritable"

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Lab, "write_json", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Lab.create(tmp_path / "lab")
    assert not (tmp_path / "lab").exists()


def test_a_newer_format_is_refused(lab):
    lab.write_json("lab.json", {"format": FORMAT + 1})
    with pytest.raises(LabError) as caught:
        Lab.open(lab.path)
    assert caught.value.code == "lab_newer"


def test_a_second_writer_learns_who_holds_the_lab(lab):
    attempt = ("import sys; from simlab.lab import Lab\n"
               "try:\n    with Lab.open(sys.argv[1]).writing(): pass\n"
               "except Exception as error: print(error)")
    with lab.writing(), lab.writing():
        out = subprocess.run([sys.executable, "-c", attempt, lab.path], check=True, text=True,
                             capture_output=True).stdout
        assert f"pid {os.getpid()}" in out
        with pytest.raises(LabError) as caught, Lab.open(lab.path).writing():
            pass
        assert caught.value.code == "lab_locked"
    with Lab.open(lab.path).writing():
        pass


def test_the_lock_falls_with_an_interrupted_writer(lab):
    with pytest.raises(KeyboardInterrupt), lab.writing():
        raise KeyboardInterrupt
    with Lab.open(lab.path).writing():
        assert json.loads((lab.path / "writer.json").read_text())["pid"] == os.getpid()
    assert not (lab.path / "writer.json").exists()


def test_a_write_that_fails_leaves_the_old_file(lab, monkeypatch):
    lab.write_json("deep/down/figures.json", {"a": 1})
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        lab.write_json("deep/down/figures.json", {"a": 2})
    assert lab.read_json("deep/down/figures.json") == {"a": 1}
    assert [path.name for path in (lab.path / "deep/down").iterdir()] == ["figures.json"]


def test_a_lost_secret_is_said(lab):
    (lab.path / "person_keys.secret").unlink()
    with pytest.raises(LabError) as caught:
        lab.secret()
    assert caught.value.code == "lab_secret_missing"
