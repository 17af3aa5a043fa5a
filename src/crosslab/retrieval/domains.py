"""Domains that a dual encoder is kept from telling apart, and a probe of whether it still can.

A classifier reads the vector of a sentence and is trained to name its domain; its gradient
reaches the encoder reversed (Ganin et al. 2016). Reversal grows over the updates, so that the
classifier knows something before it is misled.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from crosslab.config import DomainAdversaryConfig
from crosslab.data.batching import Encoded
from crosslab.errors import DataError, UsageError
from crosslab.models import seeded
from crosslab.registry import lookup
from crosslab.retrieval.questions import Numbers, Sentences
from crosslab.retrieval.search import Vectors
from crosslab.seeding import generator

_QUIET: Final = 1e-3
_LEAST: Final = 1e-6  # a spread to divide by where all vectors are the same


def reversal(progress: float, steepness: float) -> float:
    """Return how strongly gradients are reversed at this share of the updates: from 0 towards 1.

    Example:
        >>> reversal(0.0, 10.0), round(reversal(1.0, 10.0), 4)
        (0.0, 0.9999)
    """
    return 2 / (1 + exp(-steepness * progress)) - 1


class _Reversed(torch.autograd.Function):
    """The identity on the way there, minus so many times the gradient on the way back."""

    @staticmethod
    def forward(context: Any, values: Tensor, strength: float) -> Tensor:
        context.strength = strength
        return values.view_as(values)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -context.strength * gradients[0], None


class DomainClassifier(nn.Module):
    """Names the domain of a sentence from its vector, and misleads whoever made the vector."""

    def __init__(self, width: int, domains: int, config: DomainAdversaryConfig, seed: int) -> None:
        super().__init__()
        if domains < 2:  # noqa: PLR2004
            raise UsageError("Domains can be told apart where there are at least two.")
        self.config = config
        with seeded(seed, "domain classifier"):
            self.layers = nn.Sequential(
                nn.Linear(width, config.hidden), nn.ReLU(), nn.Linear(config.hidden, domains)
            )

    def loss(self, vectors: Tensor, domains: Tensor, progress: float) -> Tensor:
        """Return how badly domains are told apart: the classifier lowers it, the encoder raises it.

        A classifier that lags behind is misled by vectors that tell domains apart the other way
        round, and a probe then finds more than before (LOG.md). Its scores are scaled up, so
        that the one learning rate of all moves them ``pace`` times as far; the weight is on what
        reaches the encoder. What is returned is made small, which changes nothing for the
        classifier (its optimizer knows no scale) and keeps its gradient from being what the
        gradients of all are clipped by.
        """
        strength = self.config.weight * reversal(progress, self.config.steepness)
        misled: Tensor = _Reversed.apply(  # type: ignore[no-untyped-call]
            vectors, strength / (self.config.pace * _QUIET)
        )
        scores = self.layers(misled * vectors.shape[1] ** 0.5)  # of length one: short for a layer
        found = functional.cross_entropy(self.config.pace * scores, domains.to(scores.device))
        return _QUIET * found


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Sentences of several domains, and which is which. They need not be answers to anything."""

    sentences: Sentences
    domain: Numbers

    def __post_init__(self) -> None:
        counts = {key: len(each) for key, each in self.sentences.of.items()}
        if set(counts.values()) != {len(self.domain)}:
            raise DataError(
                f"{len(self.domain)} domains are given for sentences of which there are {counts}; "
                "each needs one, the same in every language."
            )
        if len(self.domain) and set(self.domain.tolist()) != set(range(self.count)):
            there = sorted(set(self.domain.tolist()))
            raise DataError(f"Domains are numbered from 0 without gaps (got {there}).")

    @property
    def count(self) -> int:
        """How many domains there are."""
        return int(self.domain.max()) + 1

    def batches(
        self, size: int, languages: Sequence[str], seed: int
    ) -> Iterator[tuple[Encoded, Tensor]]:
        """Yield sentences for ever, domains and languages alike often."""
        there = dict(zip(self.sentences.languages, range(len(self.sentences.of)), strict=True))
        known = np.array([lookup(there, key, kind="language") for key in languages])
        rng = generator(seed, "domains")
        of_domain = [np.flatnonzero(self.domain == each) for each in range(self.count)]
        while True:
            domains = rng.integers(self.count, size=size)
            rows = np.array([rng.choice(of_domain[each]) for each in domains.tolist()])
            spoken = rng.choice(known, size=size)
            yield self.sentences.said(rows, spoken), torch.from_numpy(domains)


def named_domains(
    vectors: Mapping[str, Vectors], domain: Numbers, *, held_out: float = 0.5, seed: int = 0
) -> tuple[Numbers, dict[str, Numbers]]:
    """Return which sentences a linear probe is asked about, and the domains that it names.

    The probe learns on one part of the sentences and is asked about the other, in each language
    by itself. With domains alike often, it is right by chance for one in as many as there are.

    Raises:
        UsageError: A part has no sentence of some domain.
    """
    order = generator(seed, "probe").permutation(len(domain))
    known = order[int(held_out * len(order)) :]
    asked = order[: int(held_out * len(order))]
    every = set(domain.tolist())
    if any(set(domain[part].tolist()) != every for part in (known, asked)):
        raise UsageError(
            f"{len(domain)} sentences are too few: each half has to hold every domain."
        )
    return asked, {
        language: _probe(each[known], domain[known], each[asked])
        for language, each in vectors.items()
    }


def told_apart(
    vectors: Mapping[str, Vectors], domain: Numbers, *, held_out: float = 0.5, seed: int = 0
) -> dict[str, float]:
    """Return, by language, the share of sentences whose domain a linear probe names rightly."""
    asked, named = named_domains(vectors, domain, held_out=held_out, seed=seed)
    return {language: float((each == domain[asked]).mean()) for language, each in named.items()}


def _probe(known: Vectors, domain: Numbers, asked: Vectors) -> Numbers:
    """Return the domains that ridge regression names; its penalty is worth one sentence."""
    middle = known.mean(axis=0)
    design, queries = (np.asarray(each - middle, dtype=np.float64) for each in (known, asked))
    scale = max(np.sqrt((design**2).sum(axis=1).mean()), _LEAST)
    aims = np.eye(int(domain.max()) + 1)[domain]
    penalty = scale**2 * np.eye(design.shape[1])
    weights = np.linalg.solve(design.T @ design + penalty, design.T @ (aims - aims.mean(axis=0)))
    found: Numbers = (queries @ weights + aims.mean(axis=0)).argmax(axis=1)
    return found
