"""Which policies are not beaten in everything at once, and how sure that is.

Objectives are stated so that less is better. One policy dominates another where it is at least as
good in every objective and better in one; the front is what nothing dominates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def dominates(one: Array, other: Array) -> NDArray[np.bool_]:
    """Whether `one` dominates `other`; objectives on the last axis, broadcast over the rest."""
    return np.asarray((one <= other).all(axis=-1) & (one < other).any(axis=-1))


def front(objectives: Array) -> NDArray[np.bool_]:
    """(policy,) which of (policy, objective) nothing dominates."""
    return np.array([not dominates(objectives, each).any() for each in objectives], dtype=bool)


def best(objectives: Array, count: int) -> NDArray[np.int64]:
    """`count` policies (or all there are) of (policy, objective): the front, then the front of
    the rest, and so on (Deb and others 2002, IEEE Trans. Evol. Comput. 6:182). Of the last front
    that has no room those are taken that stand evenly along it."""
    left = np.arange(len(objectives))
    chosen: list[int] = []
    while len(left) and len(chosen) < count:
        mask = front(objectives[left])
        layer = left[mask]
        layer = layer[np.argsort(objectives[layer, 0], kind="stable")]
        room = count - len(chosen)
        if len(layer) > room:
            layer = layer[np.unique(np.linspace(0, len(layer) - 1, room).round().astype(int))]
        chosen += layer.tolist()
        left = left[~mask]
    return np.array(chosen, dtype=np.int64)


def on_front(expected: Array) -> Array:
    """(policy,) share of draws in which each is on the front, from `expected` (draw, policy,
    objective)."""
    beaten = dominates(expected[:, :, None], expected[:, None, :]).any(axis=1)
    return np.asarray(1.0 - beaten.mean(axis=0))


def without_luck(values: Array) -> Array:
    """(draw, figure) expectations by draw from `values` (draw, replicate, figure).

    Means over a finite number of replicates spread more over draws than what they estimate. They
    are moved together so that their mean stays and their covariance over draws is that of the
    expectations: covariance of the means less that of their error (Louis 1984, J. Am. Stat.
    Assoc. 79:384), by the linear map between the two that moves them least. With one replicate
    luck cannot be told from what is not known, and the means are given as they are.
    """
    means = values.mean(axis=1)
    draws, replicates = values.shape[:2]
    if replicates < 2 or draws < 3:
        return np.asarray(means)
    centre = means.mean(axis=0)
    scale = means.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    spread = (means - centre) / scale
    error = (values - means[:, None]) / scale
    noise = np.einsum("drf,drg->fg", error, error) / (draws * (replicates - 1) * replicates)
    found = spread.T @ spread / (draws - 1)
    root = _root(found)
    # of figures that move together exactly, rounding leaves 1e-8 in the root
    inverse = np.linalg.pinv(root, hermitian=True, rtol=1e-5)
    moved = inverse @ _root(root @ _positive(found - noise) @ root) @ inverse
    return np.asarray(centre + spread @ moved.T * scale)


def _positive(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)


def _root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)
