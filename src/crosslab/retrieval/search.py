"""Exact search, block by block: the whole table of scores is never there at once.

Vectors are of length one, so a score is a cosine. For a rank, scores no further apart than
``EQUAL`` count as equal, and of equals the wrong one comes first: an encoder that gives every
sentence the same vector has found nothing. The nearest candidates are in no order among equals.
"""

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crosslab.errors import RunError

Vectors = NDArray[np.float32]
Places = NDArray[np.int64]

EQUAL: Final = 1e-6  # rounding moves a score by less, differently in every block

_QUERIES: Final = 256
_CANDIDATES: Final = 8192  # a block of scores is 8 MiB and stays in a processor's cache


def ranks(queries: Vectors, candidates: Vectors, right: Places) -> NDArray[np.int64]:
    """Return the rank of every right answer among all candidates, shape as ``right``.

    ``right`` holds, per query, the places of its right answers among the candidates; these do
    not push one another back for being equal.

    Raises:
        RunError: A vector is not a number, a query has the same right answer twice, or one that
            is no candidate.
    """
    _check(queries, candidates)
    if right.size and not 0 <= right.min() <= right.max() < len(candidates):
        raise RunError(f"A right answer lies beyond the {len(candidates)} candidates.")
    if any(len(set(row)) < len(row) for row in right.tolist()):
        raise RunError("A query names the same right answer twice; each may stand there once.")
    found = np.empty(right.shape, dtype=np.int64)
    for begin in range(0, len(queries), _QUERIES):
        rows = slice(begin, begin + _QUERIES)
        found[rows] = _ranks(
            torch.from_numpy(queries[rows]),
            torch.from_numpy(candidates),
            torch.from_numpy(right[rows]),
        ).numpy()
    return found


def _ranks(queries: Tensor, candidates: Tensor, right: Tensor) -> Tensor:
    """Return ranks: one, and the wrong answers at least as good, and the right ones before."""
    own = torch.einsum("qd,qrd->qr", queries, candidates[right])
    order = own.argsort(dim=1, descending=True, stable=True)
    before = torch.empty_like(order).scatter_(1, order, torch.arange(own.shape[1]).expand_as(order))
    wrong = torch.zeros_like(right)
    for begin in range(0, len(candidates), _CANDIDATES):
        block = candidates[begin : begin + _CANDIDATES]
        scores = queries @ block.T
        inside = (right >= begin) & (right < begin + len(block))
        query, _ = inside.nonzero(as_tuple=True)
        scores[query, right[inside] - begin] = -torch.inf
        for column in range(own.shape[1]):
            wrong[:, column] += (scores >= own[:, column, None] - EQUAL).sum(dim=1)
    return 1 + before + wrong


def nearest(queries: Vectors, candidates: Vectors, count: int) -> tuple[Places, Vectors]:
    """Return the places and the scores of the best so many candidates of every query, best first.

    Raises:
        RunError: A vector is not a number, or there are fewer candidates.
    """
    _check(queries, candidates)
    if not 1 <= count <= len(candidates):
        raise RunError(f"{count} of {len(candidates)} candidates were asked for.")
    pool = torch.from_numpy(candidates)
    places, scores = [], []
    for begin in range(0, len(queries), _QUERIES):
        best = _nearest(torch.from_numpy(queries[begin : begin + _QUERIES]), pool, count)
        places.append(best[0].numpy())
        scores.append(best[1].numpy())
    return np.concatenate(places), np.concatenate(scores)


def nearest_without_hubs(queries: Vectors, candidates: Vectors, *, around: int) -> Places:
    """Return the best candidate of every query, by cosine less its mean nearness (CSLS).

    A candidate that is near to everything is nobody's translation: what counts is by how much a
    query is nearer than its ``around`` nearest queries are on average (Conneau et al. 2018).

    Raises:
        RunError: A vector is not a number, or there are fewer queries.
    """
    _, near = nearest(candidates, queries, around)
    crowded = torch.from_numpy(near).mean(dim=1) / 2
    pool = torch.from_numpy(candidates)
    found = [
        _nearest(torch.from_numpy(queries[begin : begin + _QUERIES]), pool, 1, crowded)[0]
        for begin in range(0, len(queries), _QUERIES)
    ]
    places: Places = torch.cat(found).squeeze(1).numpy()
    return places


def _nearest(
    queries: Tensor, candidates: Tensor, count: int, less: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return the best of what is kept and each block in turn; ``less`` is taken off scores."""
    kept = torch.full((len(queries), 0), -torch.inf)
    where = torch.zeros((len(queries), 0), dtype=torch.int64)
    for begin in range(0, len(candidates), _CANDIDATES):
        scores = queries @ candidates[begin : begin + _CANDIDATES].T
        if less is not None:
            scores = scores - less[begin : begin + _CANDIDATES]
        best, at = scores.topk(min(count, scores.shape[1]), dim=1)
        kept, where = torch.cat([kept, best], dim=1), torch.cat([where, at + begin], dim=1)
        kept, order = kept.topk(min(count, kept.shape[1]), dim=1)
        where = where.gather(1, order)
    return where, kept


def _check(queries: Vectors, candidates: Vectors) -> None:
    for name, vectors in (("queries", queries), ("candidates", candidates)):
        if not np.isfinite(vectors).all():
            raise RunError(f"Some {name} have vectors that are no numbers; nothing can be ranked.")
