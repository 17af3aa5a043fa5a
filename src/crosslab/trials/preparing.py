"""How an encoder is prepared before any task: adapted to a domain, aligned, or both."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import numpy as np
from transformers import BertForMaskedLM, PreTrainedModel

from crosslab.arms import DOMAIN
from crosslab.config import ContrastConfig
from crosslab.lab.domains import specialized
from crosslab.lab.laboratory import Laboratory
from crosslab.lab.world import Meanings
from crosslab.methods.preparing import Aligning
from crosslab.models import seeded, settle
from crosslab.recipes import masked_batches, masked_word_loss
from crosslab.retrieval.domains import Told
from crosslab.retrieval.dual import trained
from crosslab.retrieval.questions import Questions
from crosslab.seeding import generator
from crosslab.training import train, whole
from crosslab.trials.ground import Ground, asked, queries

_TEXT: Final = "further text"


def prepared(
    encoder: BertForMaskedLM,
    ground: Ground,
    aligning: tuple[Aligning, ...],
    apart: Collection[bytes] = (),
) -> PreTrainedModel:
    """Return the encoder of an arm, adapted and aligned as it is composed of.

    ``aligning`` are the methods that align it, the first one first; none where nothing does.
    Meanings that are to be kept ``apart`` are in no text that it reads.
    """
    if ground.composition.text:
        adapted(encoder, ground, apart)
    if aligning:
        pairs = asked([queries(ground.lab, ground.config)["train"]], ground)
        aligned(encoder.base_model, pairs, ground, aligning)
    return encoder.base_model


def adapted(encoder: BertForMaskedLM, ground: Ground, apart: Collection[bytes] = ()) -> list[float]:
    """Train an encoder further on text of the new domain, or as much of none; return the losses.

    Text in several languages is not parallel, and nobody mixes languages in it.
    """
    config = replace(ground.config.adapting, seed=ground.seed)
    settle(config.threads)
    lab = ground.lab
    if ground.composition.text == DOMAIN:
        lab = specialized(lab, ground.config.new_domain)
    text = {}
    for key in ground.languages:
        rng = generator(lab.config.world.seed, _TEXT, lab.domain, key)
        text[key] = lab.sentences(_discourse(lab, ground, set(apart), rng), key, rng)
    encoder.train()
    with seeded(config.seed, "dropout"):
        return train(
            encoder,
            whole(masked_batches(ground.tokenizer, text, config)),
            lambda batch, _: masked_word_loss(encoder, batch),
            steps=config.steps,
            optimizer=config.optimizer,
            report=ground.report,
        )


def _discourse(
    lab: Laboratory, ground: Ground, apart: set[bytes], rng: np.random.Generator
) -> Meanings:
    """Return what a text says, two sentences at a time; a pair with one to be kept apart is out."""
    wanted = ground.config.domain_sentences // 2 * 2
    drawn = lab.world.discourse(2 * wanted, lab.config.coherence, rng)
    known = np.array([row.tobytes() in apart for row in drawn.matrix()])
    pairs = np.flatnonzero(~known.reshape(-1, 2).any(axis=1))[: wanted // 2]
    return drawn.take(np.stack([2 * pairs, 2 * pairs + 1], axis=1).ravel())


def aligned(
    encoder: PreTrainedModel,
    pairs: Questions,
    ground: Ground,
    aligning: tuple[Aligning, ...],
    told: Told | None = None,
) -> list[float]:
    """Align an encoder in place on queries and passages; return the losses."""
    settings = contrast(ground, aligning)
    return trained(encoder, pairs, settings, seed=ground.seed, report=ground.report, told=told)


def contrast(ground: Ground, aligning: tuple[Aligning, ...]) -> ContrastConfig:
    """Return what an arm is aligned with: what all share, changed by each of its methods."""
    found = ground.config.contrast
    for method in aligning:
        found = method.aligning(found)
    robust = ground.composition.robust
    if robust == "noise":
        found = replace(found, noise=ground.config.robust_noise)
    elif robust == "adversarial":
        found = replace(found, adversarial=ground.config.robust_adversarial)
    return found
