"""Searches in real languages: an encoder is aligned on questions, and searches.

The vectors of words stay where grafting put them; what is aligned is how sentences are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
from transformers import PreTrainedModel

from crosslab.arms import Composition
from crosslab.config import ContrastConfig, Precision, SearchesConfig
from crosslab.data.sources import Source
from crosslab.methods.preparing import Aligning
from crosslab.retrieval import real
from crosslab.retrieval.asking import ranked
from crosslab.retrieval.domains import named_domains
from crosslab.retrieval.dual import trained
from crosslab.retrieval.questions import Questions
from crosslab.retrieval.vectors import embedded
from crosslab.training import Report
from crosslab.trials.attacked import Attacking, attack_table
from crosslab.vocabularies.vocabulary import Vocabulary

_LAST: Final = 10  # updates whose loss is noted


TEST, WITHIN = "test", "within"  # how names of items begin: what is asked, and what is searched


@dataclass(frozen=True, slots=True, kw_only=True)
class RealGround:
    """What a trial in real languages stands on."""

    source: Source
    vocabulary: Vocabulary
    config: SearchesConfig
    composition: Composition
    seed: int
    report: Report

    @property
    def precision(self) -> Precision:
        """How precisely sentences are read, while learning and while searching."""
        return self.config.contrast.precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a trial leaves to be recorded, and how much was learned from and asked."""

    answers: pa.Table
    counts: Mapping[str, Any]
    final_loss: float
    tables: Mapping[str, pa.Table]


def attacked(
    encoder: PreTrainedModel, ground: RealGround, aligning: tuple[Aligning, ...]
) -> Searched:
    """Align an encoder, let it search, and let its queries be attacked."""
    halves, config = real.halves(ground.source, ground.config), ground.config
    counts, final_loss = aligned(encoder, halves, ground, aligning)
    everything = real.asked(halves.asked, ground.vocabulary, config)
    few = real.attackable(halves.asked, ground.vocabulary, ground.source, config)
    how = Attacking(
        config=config.attack,
        seed=ground.seed,
        tables=few.of,
        precision=ground.precision,
        at_once=config.attacked_at_once,
    )
    return Searched(
        answers=ranked(encoder, _named(everything, TEST), precision=ground.precision),
        counts={**counts, "asked": len(everything.names), "attacked": len(few.queries.names)},
        final_loss=final_loss,
        tables={"attacks": attack_table(encoder, everything, few.queries, how)},
    )


def across_domains(
    encoder: PreTrainedModel, ground: RealGround, aligning: tuple[Aligning, ...]
) -> Searched:
    """Align an encoder on encyclopedic questions and let it search in other domains as well."""
    halves, config = real.halves(ground.source, ground.config), ground.config
    counts, final_loss = aligned(encoder, halves, ground, aligning)
    everything = real.asked(halves.asked, ground.vocabulary, config)
    tables = [ranked(encoder, _named(everything, WITHIN), precision=ground.precision)]
    searched = {WITHIN: len(everything.names)}
    for domain, pairs in real.translated(ground.source, ground.vocabulary, config):
        tables.append(ranked(encoder, pairs, precision=ground.precision))
        searched[domain] = searched.get(domain, 0) + len(pairs.names)
    return Searched(
        answers=pa.concat_tables(tables).unify_dictionaries().combine_chunks(),
        counts={**counts, "asked": searched},
        final_loss=final_loss,
        tables={"probe": _probe(encoder, halves, ground)},
    )


def aligned(
    encoder: PreTrainedModel,
    halves: real.Halves,
    ground: RealGround,
    aligning: tuple[Aligning, ...],
) -> tuple[dict[str, Any], float]:
    """Align an encoder in place on the questions learned from; return how many, and the loss."""
    pairs = real.asked(halves.learned, ground.vocabulary, ground.config)
    told = None
    if ground.composition.confused:
        told = real.told(halves.learned, ground.source, ground.vocabulary, ground.config)
    encoder.requires_grad_(True)
    encoder.get_input_embeddings().weight.requires_grad_(False)
    settings = contrast(ground, aligning)
    losses = trained(encoder, pairs, settings, seed=ground.seed, report=ground.report, told=told)
    counts = {
        "learned": len(pairs.names),
        "passages": {key: len(each) for key, each in pairs.passages.of.items()},
    }
    return counts, float(np.mean(losses[-_LAST:]))


def contrast(ground: RealGround, aligning: tuple[Aligning, ...]) -> ContrastConfig:
    """Return what an arm is aligned with: what all share, changed by each of its methods."""
    found = ground.config.contrast
    for method in aligning:
        found = method.aligning(found)
    moved: Mapping[str, Mapping[str, Any]] = {
        "": {},
        "noise": {"noise": ground.config.robust_noise},
        "adversarial": {"adversarial": ground.config.robust_adversarial},
    }
    return replace(found, **moved[ground.composition.robust])


def _named(pairs: Questions, kind: str) -> Questions:
    return replace(pairs, names=tuple(f"{kind}-{name}" for name in pairs.names))


def _probe(model: PreTrainedModel, halves: real.Halves, ground: RealGround) -> pa.Table:
    """Return which of the two known domains a probe names for sentences, language by language."""
    known = real.probed(halves.asked, ground.source, ground.vocabulary, ground.config)
    read = {
        key: embedded(model, each, precision=ground.precision)
        for key, each in known.sentences.of.items()
    }
    asked, named = named_domains(read, known.domain)
    tables = [
        pa.table(
            {
                "item": pa.array([f"probe-{row:05d}" for row in asked.tolist()]),
                "first": pa.array([key] * len(asked)).dictionary_encode(),
                "prediction": pa.array(each.astype(np.int8)),
                "gold": pa.array(known.domain[asked].astype(np.int8)),
            }
        )
        for key, each in named.items()
    ]
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()
