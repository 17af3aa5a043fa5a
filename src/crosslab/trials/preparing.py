"""How an encoder is prepared before any task: adapted to a domain, aligned, or both."""

from dataclasses import replace
from typing import Final

from transformers import BertForMaskedLM, PreTrainedModel

from crosslab.config import ContrastConfig
from crosslab.lab.domains import specialized
from crosslab.methods.preparing import Aligning
from crosslab.models import seeded, settle
from crosslab.recipes import masked_batches, masked_word_loss
from crosslab.retrieval.domains import Told
from crosslab.retrieval.dual import trained
from crosslab.retrieval.material import lab_questions
from crosslab.retrieval.questions import Questions
from crosslab.seeding import generator
from crosslab.training import train, whole
from crosslab.trials.ground import Ground, queries

_COHERENT: Final = "adapting"


def prepared(
    encoder: BertForMaskedLM, ground: Ground, aligning: tuple[Aligning, ...]
) -> PreTrainedModel:
    """Return the encoder of an arm, adapted and aligned as it is composed of.

    ``aligning`` are the methods that align it, the first one first; none where nothing does.
    """
    if ground.composition.adapted:
        adapted(encoder, ground)
    if aligning:
        pairs = lab_questions(
            queries(ground.lab, ground.config)["train"], ground.languages, ground.longest
        )
        aligned(encoder.base_model, pairs, ground, aligning)
    return encoder.base_model


def adapted(encoder: BertForMaskedLM, ground: Ground) -> list[float]:
    """Train an encoder further on text of the new domain, in every language; return the losses.

    Text in several languages is not parallel, and nobody mixes languages in it.
    """
    config = replace(ground.config.adapting, seed=ground.seed)
    settle(config.threads)
    lab = specialized(ground.lab, ground.config.new_domain)
    text = {}
    for key in ground.languages:
        rng = generator(lab.config.world.seed, _COHERENT, lab.domain, key)
        meanings = lab.world.discourse(ground.config.domain_sentences, lab.config.coherence, rng)
        text[key] = lab.sentences(meanings, key, rng)
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
