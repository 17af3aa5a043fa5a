"""Attacks in the space of embeddings: each word is moved within a ball of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.attacks.margins import Found, Margin
from crosslab.errors import UsageError
from crosslab.methods.base import PairBatch
from crosslab.methods.embedding import (
    ball_radii,
    directions,
    projected,
    uniform_in_balls,
    word_embeddings,
)

_OVERSHOOT: Final = 1.5  # steps add up to this many radii, so that the edge can be reached


@dataclass(frozen=True, slots=True)
class Attacked:
    """Rows under attack: what is asked of them, and of which item each is."""

    model: PreTrainedModel
    margin: Margin
    batch: PairBatch
    items: Tensor


def climbed(
    cost: Callable[[Tensor], Tensor], embedded: Tensor, balls: Tensor, steps: int
) -> Tensor:
    """Return the noise that gradient steps up a cost end at, from the middle of the balls."""
    noise = torch.zeros_like(embedded)
    for _ in range(steps):
        noise = _uphill(cost, embedded, noise, balls, steps)
    return noise


def _uphill(
    cost: Callable[[Tensor], Tensor], embedded: Tensor, noise: Tensor, balls: Tensor, steps: int
) -> Tensor:
    """Return the noise one of so many steps further up."""
    moved = (embedded + noise).requires_grad_()
    (slope,) = torch.autograd.grad(cost(moved), moved)
    return projected(noise + _OVERSHOOT / steps * balls * directions(slope), balls)


def worst(attacked: Attacked, radii: Sequence[float], steps: int) -> Found:
    """Return the least margins that projected gradient steps find at every radius, and the noise.

    Radii grow, and each search begins at the worst place of the one before, which lies inside.
    """

    def behind(moved: Tensor) -> Tensor:
        return -attacked.margin(attacked.batch, attacked.items, moved).sum()

    def worse(embedded: Tensor, noise: Tensor, balls: Tensor) -> Tensor:
        return _uphill(behind, embedded, noise, balls, steps)

    return _least(attacked, radii, steps, worse)


def at_random(
    attacked: Attacked, radii: Sequence[float], steps: int, generator: torch.Generator
) -> Found:
    """Return the same of as many random draws as the attack takes steps."""

    def anywhere(embedded: Tensor, noise: Tensor, balls: Tensor) -> Tensor:  # noqa: ARG001
        return uniform_in_balls(balls, embedded.shape[-1], generator)

    return _least(attacked, radii, steps, anywhere)


def _least(
    attacked: Attacked,
    radii: Sequence[float],
    steps: int,
    next_noise: Callable[[Tensor, Tensor, Tensor], Tensor],
) -> Found:
    """Return the least margins at every radius, the worst noise of one radius kept for the next."""
    if list(radii) != sorted(radii) or min(radii, default=-1) < 0 or steps < 1:
        raise UsageError(
            f"Radii must grow from 0 or above, and steps be at least 1 (got {radii}, {steps})."
        )
    attacked.model.eval()
    batch, items = attacked.batch, attacked.items
    embedded = word_embeddings(attacked.model, batch).detach()
    lowest = torch.zeros_like(embedded)
    with torch.no_grad():
        least = attacked.margin(batch, items, embedded)
    margins_found, noise_found = [], []
    for radius in radii:
        balls = ball_radii(embedded, batch, radius)
        noise = lowest
        for _ in range(steps if radius else 0):
            noise = next_noise(embedded, noise, balls)
            with torch.no_grad():
                margins = attacked.margin(batch, items, embedded + noise)
            lower = margins < least
            least = torch.where(lower, margins, least)
            lowest = torch.where(lower[:, None, None], noise, lowest)
        margins_found.append(least)
        noise_found.append(lowest)
    return Found(torch.stack(margins_found), torch.stack(noise_found))
