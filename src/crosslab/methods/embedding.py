"""Noise on input word embeddings: the balls it lives in, and draws from them.

A word's ball is as large as ``radius`` times the length of its own embedding, so one
number means the same for every encoder. Padding and special tokens have a ball of
radius zero: they stay where they are.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.methods.base import PairBatch

_LEAST = 1e-12  # a length to divide by where there is none


def word_embeddings(model: PreTrainedModel, batch: PairBatch) -> Tensor:
    """Return the embeddings of the words of a batch, shape ``(batch, length, hidden)``."""
    embedded: Tensor = model.get_input_embeddings()(batch.input_ids.to(model.device))
    return embedded


def ball_radii(embedded: Tensor, batch: PairBatch, radius: float) -> Tensor:
    """Return how far each word may move, shape ``(batch, length, 1)``."""
    lengths = _lengths(embedded.detach())
    movable = batch.movable.unsqueeze(-1).to(lengths.device)
    return radius * lengths * movable


def uniform_in_balls(radii: Tensor, hidden: int, generator: torch.Generator) -> Tensor:
    """Return one uniform draw from every ball, shape ``(batch, length, hidden)``.

    A normal vector gives the direction; the length is a uniform number to the power of
    one over the dimension, or most draws would sit in the middle.
    """
    normal = torch.randn((*radii.shape[:-1], hidden), generator=generator)
    share = torch.rand(radii.shape, generator=generator) ** (1 / hidden)
    drawn = directions(normal) * share  # where chance is drawn: the same on every device
    return drawn.to(radii.device) * radii


def projected(noise: Tensor, radii: Tensor) -> Tensor:
    """Return the noise, pulled back to the edge of its ball wherever it lies outside."""
    return noise * (radii / _lengths(noise).clamp_min(_LEAST)).clamp(max=1.0)


def directions(vectors: Tensor) -> Tensor:
    """Return the direction of every word's vector, zero where the vector is."""
    return vectors / _lengths(vectors).clamp_min(_LEAST)


def _lengths(vectors: Tensor) -> Tensor:
    lengths: Tensor = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True)
    return lengths


@contextmanager
def dropout_held() -> Iterator[None]:
    """Run a pass whose dropout mask the pass after it will have again (FreeLB, issue 14).

    Dropout draws from the global generator, so its state is put back.
    """
    with torch.random.fork_rng():
        yield
