"""The reference month in mesa-frames: a Polars agent set, the month as column expressions."""

from __future__ import annotations

import numpy as np
import polars as pl
import spec
from mesa_frames import AgentSetPolars, ModelDF

START = {name: pl.lit(value, pl.Float32) for name, value in spec.START.items()}


class People(AgentSetPolars):
    """Everybody, a row each."""

    def __init__(self, model: ModelDF, people: int) -> None:
        super().__init__(model)
        self.quits = 0
        self.add(pl.DataFrame({"unique_id": np.arange(people, dtype=np.int64)})
                 .with_columns(**START))

    def step(self) -> None:
        """One month: expressions that do not wait for one another share a `with_columns`."""
        n, rng = len(self.agents), self.model.random
        a, b, c = rng.random((3, n), np.float32)
        drawn = self.agents.with_columns(
            z=pl.Series(rng.standard_normal(n, np.float32)),
            e=pl.Series(rng.standard_exponential(n, np.float32)),
            a=pl.Series(a), b=pl.Series(b), c=pl.Series(c),
        )
        at = pl.col
        moved = (
            drawn.lazy()
            .with_columns(
                sales=at("skill") * (1 + spec.LUCK * at("z")),
                support=at("support") + spec.SUPPORT * (
                    1 - (spec.WAITING * at("e")).clip(upper_bound=1) - at("support")),
                skill=at("skill") + spec.LEARNING * at("a") * (1 - at("skill")),
                tenure=at("tenure") + 1,
            )
            .with_columns(
                surprise=1 + spec.COMMISSION * at("sales") - at("expected"),
                efficacy=at("efficacy") + spec.EFFICACY * (
                    at("sales").clip(0, 1) - at("efficacy")),
                stress=at("stress") + spec.STRESS * (
                    0.5 + spec.CALM * (0.5 - at("support"))
                    + spec.UPSET * (at("b") < spec.COMPLAINT).cast(pl.Float32) - at("stress")),
                belonging=at("belonging") + spec.BELONGING * (at("support") - at("belonging")),
            )
            .with_columns(
                reward=at("reward") + spec.REWARD * (
                    0.5 + at("surprise").clip(-0.5, 0.5) - at("reward")),
                expected=at("expected") + spec.EXPECTED * at("surprise"),
            )
            .with_columns(
                morale=at("morale") + spec.MORALE * (
                    (at("efficacy") + at("reward") + at("belonging")) * (1 / 3) - at("morale")),
            )
            .with_columns(
                quits=at("c") * (1 + (-(
                    spec.LEVEL
                    - spec.MORALE_SLOPE * at("morale")
                    + spec.STRESS_SLOPE * at("stress")
                    - spec.REWARD_SLOPE * at("reward")
                    - spec.TENURE * at("tenure")
                )).exp()) < 1,
            )
            .with_columns(
                pl.when("quits").then(START[name]).otherwise(name).alias(name)
                for name in spec.STATES
            )
            .select("unique_id", *spec.STATES, "quits")
            .collect()
        )
        self.quits += int(moved["quits"].sum())
        self.agents = moved.drop("quits")


class Staff(ModelDF):
    """The model around the one agent set."""

    def __init__(self, people: int, seed: int) -> None:
        super().__init__(seed)
        self.people = People(self, people)
        self.agents += self.people

    def advance(self, months: int) -> int:
        """Run the months; how many quit."""
        before = self.people.quits
        for _ in range(months):
            self.step()
        return self.people.quits - before

    def states(self) -> dict[str, np.ndarray]:
        """The columns."""
        frame = self.people.agents
        return {name: frame[name].to_numpy() for name in spec.STATES}
