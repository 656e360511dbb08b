"""What the API tells, as models: their schemas stand in its OpenAPI document."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from simlab.background import Job, State
from simlab.errors import LabError
from simlab.i18n import text
from simlab.jobs.kinds import KINDS


class ErrorTold(BaseModel):
    """What was wrong, in the caller's language, and what to do."""

    code: str
    message: str
    problems: list[ErrorTold] = []


class Refusal(BaseModel):
    """Every answer that is not a success."""

    error: ErrorTold


class KindTold(BaseModel):
    """A kind of job."""

    kind: str
    title: str
    arguments: dict[str, Any] = Field(description="JSON Schema")


class JobTold(BaseModel):
    """A job as it stood when it was asked for. Times are seconds since 1970, UTC."""

    id: str
    kind: str
    arguments: dict[str, Any]
    owner: str
    state: State
    stage: str = Field(description="key of what it is doing")
    done: int = Field(description="units of the stage done")
    total: int = Field(description="units of the stage in all; 0 where not known")
    created: float
    started: float | None
    finished: float | None
    attempts: int
    code: str | None = Field(description="version of simlab that ran it")
    error: ErrorTold | None


class Asked(BaseModel):
    """A job to be started."""

    kind: str
    arguments: dict[str, Any] = {}


def told_job(job: Job, lang: str) -> dict[str, Any]:
    """As the caller reads it."""
    error = None if job.error is None else told_error(job.error, lang)
    fields = {name: value for name, value in vars(job).items() if name in JobTold.model_fields}
    return JobTold(**{**fields, "arguments": dict(job.arguments), "error": error}).model_dump()


def told_error(error: LabError, lang: str) -> ErrorTold:
    """As the caller reads it."""
    return ErrorTold(**error.said(lang))


def told_kinds(lang: str) -> list[dict[str, Any]]:
    """Every kind with the schema of its arguments."""
    return [KindTold(kind=name, title=text(f"job.kind.{name}", lang),
                     arguments=kind.schema()).model_dump() for name, kind in KINDS.items()]
