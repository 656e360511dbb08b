"""Studies by name: the built-in ones, and those that a lab keeps as they were written."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

import scenarios
from scenarios.study import StudyFile, load_study, parse_study, study_names, study_text
from simlab.errors import LabError
from simlab.jobs.common import fingerprint
from simlab.lab import Lab

FOLDER = "studies"
LARGEST = 100_000
"""Bytes of a study file that is still read from elsewhere."""


def find_study(lab: Lab | None, study: str) -> StudyFile:
    """A built-in study, one that the lab keeps, or one from the path of a file; LabError names
    file and field of what is wrong."""
    if lab is not None and study in own_studies(lab):
        return load_study(str(lab.path / FOLDER / f"{study}.yaml"))
    return load_study(study)


def own_studies(lab: Lab) -> tuple[str, ...]:
    """Names of the studies that the lab keeps."""
    return tuple(sorted(path.stem for path in (lab.path / FOLDER).glob("*.yaml")))


def written_studies(lab: Lab) -> Mapping[str, str]:
    """Name -> the study as it is written; the built-in ones first."""
    return {name: study_text(name) for name in study_names()} | {
        name: (lab.path / FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
        for name in own_studies(lab)}


def version_of(written: str) -> str:
    """Changes with every change of a study as it is written."""
    return fingerprint(written.encode())


def read_study(written: str, source: str = "YAML") -> StudyFile:
    """The study that somebody wrote or sent. LabErrors ``not_yaml``, those of a study file, and
    ``not_offered`` where it names a file: whoever writes on a page may not read this machine's."""
    try:
        tree = yaml.safe_load(written)
    except yaml.YAMLError as error:
        raise LabError("not_yaml", file=source, detail=str(error)[:200]) from None
    study = parse_study(tree, source)
    known = dict.fromkeys([*scenarios.built_in(study.scenario).policies, *scenarios.policies()])
    for each in study.policies:
        if isinstance(each, str) and each not in known:
            raise LabError("not_offered", name=each, known=", ".join(known))
    return study


def save_study(lab: Lab, written: str, *, replaces: str | None = None) -> StudyFile:
    """Keep a study in the lab under its name, as it is written.

    `replaces` is the version that was edited; None = it is new. LabErrors of `read_study`;
    ``study_built_in`` and ``study_kept`` where the name is taken, ``study_edited`` where someone
    has changed it since.
    """
    study = read_study(written)
    with lab.writing():
        before = written_studies(lab).get(study.name)
        if before == written:
            return study
        if study.name in study_names():
            raise LabError("study_built_in", name=study.name)
        if before is not None and replaces is None:
            raise LabError("study_kept", name=study.name)
        if before is not None and replaces != version_of(before):
            raise LabError("study_edited", name=study.name)
        lab.write(f"{FOLDER}/{study.name}.yaml", written.encode())
    return study
