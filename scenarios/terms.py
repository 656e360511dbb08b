"""What a scenario's policies are to be judged by beside the headline, as it is written in YAML."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class TermsFile(BaseModel):
    """A target, a budget and what business is worth; what is not stated is not judged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_most: float | None = Field(default=None, ge=0)
    down_by: float | None = Field(default=None, ge=0, le=1)
    budget: float | None = Field(default=None, ge=0)
    margin: float | None = Field(default=None, ge=0, le=1)
    currency: str = ""
