"""What an outcome of a policy is to keep to."""

from __future__ import annotations

import re
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from simlab.errors import LabError
from simlab.policy.levers import Lever, refused

_WRITTEN = re.compile(r"\s*(\w+)\s*(<=|>=)\s*(-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*")


class Threshold(Lever):
    """A bound on one outcome over the whole period, in expectation."""

    outcome: str = Field(min_length=1)
    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            raise refused("one_bound")
        return self

    @classmethod
    def parse(cls, written: str) -> Self:
        """From ``regretted<=20`` or ``business>=1e7``; LabError ``bad_threshold``."""
        parts = _WRITTEN.fullmatch(written)
        if parts is None:
            raise LabError("bad_threshold", given=written)
        bound = "at_most" if parts[2] == "<=" else "at_least"
        return cls.model_validate({"outcome": parts[1], bound: float(parts[3])})

    def met(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the values keep to it."""
        if self.at_least is not None:
            return values >= self.at_least
        assert self.at_most is not None
        return values <= self.at_most
