"""What the speeds on real languages are measured on: data from a folder, an English encoder.

Which words a language has matters for speed, what they mean does not: their vectors are drawn.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import torch
from transformers import BertModel, PreTrainedModel, PreTrainedTokenizerFast

from crosslab.baselines import Encode
from crosslab.bench.measures import Bench, Script
from crosslab.config import RealStudyConfig
from crosslab.data.folder import folder_source
from crosslab.data.folder_and_hub import source_of
from crosslab.data.loading import dictionary, texts
from crosslab.data.rows import LabelledPairs
from crosslab.data.sources import Source
from crosslab.grafting.english import english_encoder, english_folder
from crosslab.grafting.graft import with_rows
from crosslab.grafting.saved import vocabulary_of
from crosslab.grafting.steps import first_step
from crosslab.materials.real import RealReader, real_material
from crosslab.methods import method
from crosslab.models import classifier, seeded
from crosslab.scales import study_config
from crosslab.timing import Speed, seconds
from crosslab.vocabularies.choosing import chosen_words, lexicon
from crosslab.vocabularies.grafted import GraftedVocabulary

TASK: Final = "nli"
ITEMS: Final = 400  # asked in every pair; with more, loading the model would weigh less
_GRAFT_SECONDS: Final = 120
LANGUAGES: Final = 4  # beside English: fewer than the study's, which shortens what is kept


def real_bench(scale: str, data: Path, *, rounds: int, updates: int, scratch: Path) -> Bench:
    """Return what the measurements of a scale on real languages share."""
    config = study_config(scale)
    assert isinstance(config, RealStudyConfig)
    assert config.graft is not None
    source, task = source_of(folder_source(data)), config.tasks[TASK]
    task = replace(task, targets=task.targets[:LANGUAGES])
    english = english_folder(config.graft.english)
    words = partial(_words, source, count=config.graft.words)
    vocabulary = vocabulary_of(english, {key: words(key) for key in task.targets})
    material = real_material(
        task,
        vocabulary,
        source,
        longest=config.longest_input,
        known=("neighbours", "dictionaries"),
        matching="handled",
    )
    training = material.split("train")
    test = material.splits["test"].take(range(min(ITEMS, task.test)))

    frozen = task.finetune.frozen_embeddings
    return Bench(
        rounds=rounds,
        updates=updates,
        scratch=scratch,
        finetune=task.finetune,
        longest=config.longest_input,
        inputs=training.pairs(material.source, material.source),
        labels=training.labels,
        known=material.resources,
        model=partial(_untrained, english, vocabulary, len(material.labels), frozen),
        method=partial(method, chosen=config.methods),
        pads=_pads(vocabulary),
        languages=(material.source, *material.targets),
        asked=partial(RealReader, test, vocabulary, longest=config.longest_input),
        script=Script(
            sentences=partial(_sentences, test),
            encode=partial(_encode, vocabulary, config.longest_input),
        ),
    )


def grafting(scale: str, data: Path, rounds: int) -> list[Speed]:
    """Measure what it takes to put the words of every language in place."""
    config = study_config(scale)
    assert isinstance(config, RealStudyConfig)
    assert config.graft is not None
    english, source = english_folder(config.graft.english), source_of(folder_source(data))
    work = partial(first_step, config.graft, english, source)
    what = f"grafting {len(config.graft.languages)} languages, one thread"
    spent = [seconds(work) for _ in range(rounds)]
    return [Speed(name="grafting", what=what, rounds=spent, unit=" s", at_most=_GRAFT_SECONDS)]


def _sentences(test: LabelledPairs, side: str, key: str) -> list[str]:
    return list((test.first if side == "first" else test.second)[key])


def _words(source: Source, key: str, count: int) -> Sequence[str]:
    return chosen_words(texts(source, key).lines(), lexicon(dictionary(source, key)), count)


def _untrained(
    english: Path, vocabulary: GraftedVocabulary, labels: int, frozen: bool
) -> PreTrainedModel:
    encoder: BertModel = english_encoder(english)
    width = encoder.config.hidden_size
    with seeded(0, "bench", "rows"):
        rows = [torch.randn(len(own), width) for own in vocabulary.words_of.values()]
    made = classifier(with_rows(encoder, rows), labels, seed=0)
    made.get_input_embeddings().requires_grad_(not frozen)
    return made


def _pads(vocabulary: GraftedVocabulary) -> PreTrainedTokenizerFast:
    """Return a tokenizer that is asked to pad and for nothing else."""
    return PreTrainedTokenizerFast(
        tokenizer_object=vocabulary.pieces,
        pad_token="[PAD]",
        model_input_names=["input_ids", "attention_mask", "token_type_ids"],
    )


def _encode(vocabulary: GraftedVocabulary, longest: int, first: str, second: str) -> Encode:
    """Return what turns a pair of sentences into ids of a fixed length, one pair at a time."""
    marks = vocabulary.marks
    around = len(marks.before) + len(marks.between) + len(marks.after)

    def encoded(one: str, other: str) -> dict[str, list[int]]:
        (own,), (its,) = vocabulary.ids([one], first), vocabulary.ids([other], second)
        own, its = list(own), list(its)
        while len(own) + len(its) > longest - around:
            (own if len(own) > len(its) else its).pop()  # the longer one gives way
        begin = [*marks.before, *own, *marks.between]
        ids = [*begin, *its, *marks.after]
        rest = longest - len(ids)
        return {
            "input_ids": ids + [marks.padding] * rest,
            "attention_mask": [1] * len(ids) + [0] * rest,
            "token_type_ids": [0] * len(begin) + [1] * (longest - len(begin)),
        }

    return encoded
