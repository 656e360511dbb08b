"""What a person-month of the reference month costs at the least: its parts, timed alone.

    python benchmarks/reference_month/limit.py

Each part is a loop of its own over people, compiled as the lab's kernel is, with the lab's
addressed random numbers: five random words are two Philox blocks, the exponential is one log, the
normal one quantile (a log in its tails), the decision one exp, and ten float32 states are read
and written. A figure of an engine below the sum means that parts overlap in the processor (they
do, to some extent); a figure far above it is what the engine itself costs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray
from spec import STATES

from simlab.draws import fill
from simlab.engine.generate import TILE
from simlab.numeric import exp, log, normal_quantile

PEOPLE = 156 * TILE


@njit
def draw(numbers: NDArray[np.float64]) -> None:
    """Five random words: two Philox blocks, made in vectors for a tile of people at a time."""
    entity = np.zeros(TILE, np.uint32)
    for first in range(0, PEOPLE, TILE):
        for j in range(TILE):
            entity[j] = first + j
        fill(entity, entity, entity, TILE, np.uint32(1), np.uint32(2), np.uint32(3), numbers, 0)
        fill(entity, entity, entity, TILE, np.uint32(4), np.uint32(2), np.uint32(3), numbers, 4)


@njit
def normal(u: NDArray[np.float64]) -> float:
    """One normal quantile."""
    total = 0.0
    for i in range(len(u)):
        total += normal_quantile(u[i])
    return total


@njit
def exponential(u: NDArray[np.float64]) -> float:
    """One log."""
    total = 0.0
    for i in range(len(u)):
        total += log(u[i])
    return total


@njit
def decision(u: NDArray[np.float64]) -> float:
    """One exp."""
    total = 0.0
    for i in range(len(u)):
        total += exp(u[i])
    return total


@njit
def memory(x: NDArray[np.float32]) -> None:
    """Ten float32 states read and written: 80 bytes."""
    for i in range(len(x)):
        for k in range(x.shape[1]):
            x[i, k] += np.float32(1.0)


def parts(repeats: int = 200) -> dict[str, float]:
    """Nanoseconds a person of each part: the best of many passes over everybody."""
    uniforms = np.random.default_rng(1).random(PEOPLE)
    made: dict[str, tuple[Callable[..., object], object]] = {
        "5 random words (2 Philox blocks)": (draw, np.zeros((8, TILE))),
        "1 normal quantile": (normal, uniforms),
        "1 log": (exponential, uniforms),
        "1 exp": (decision, uniforms),
        "80 bytes moved": (memory, np.zeros((PEOPLE, len(STATES)), np.float32)),
    }
    found = {}
    for name, (part, given) in made.items():
        part(given)  # compiles
        best = float("inf")
        for _ in range(repeats):
            begin = time.process_time()
            part(given)
            best = min(best, time.process_time() - begin)
        found[name] = round(best / PEOPLE * 1e9, 1)
    return found


if __name__ == "__main__":
    print(json.dumps(parts()))
