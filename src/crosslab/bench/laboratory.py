"""What the speeds of the laboratory are measured on."""

from functools import partial
from pathlib import Path
from typing import Final

from transformers import PreTrainedModel

from crosslab.baselines import Encode, pair_tokenizer
from crosslab.bench.measures import Bench, Script
from crosslab.config import EncoderConfig
from crosslab.lab.items import spoken
from crosslab.lab.laboratory import laboratory, pretraining_text
from crosslab.lab.tasks import TASKS
from crosslab.materials.laboratory import lab_material, lab_tokenizer
from crosslab.methods import method
from crosslab.models import classifier, masked_encoder
from crosslab.scales import lab_config
from crosslab.timing import Speed, seconds

_TASK: Final = TASKS["paraphrase"]


def lab_bench(scale: str, *, rounds: int, updates: int, scratch: Path) -> Bench:
    """Return what the measurements of a scale of the laboratory share."""
    config = lab_config(scale)
    lab = laboratory(config.lab)
    material = lab_material(lab, _TASK, config.task)
    training, tokenizer = material.split("train"), lab_tokenizer(lab)
    longest = config.encoder.longest_input
    pairs = pair_tokenizer(tokenizer)

    def encode(*_: str) -> Encode:
        return partial(pairs, padding="max_length", truncation=True, max_length=longest)

    def sentences(side: str, key: str) -> list[str]:
        return spoken(lab, material.items["test"], side, key, f"{_TASK.key}/test")

    return Bench(
        rounds=rounds,
        updates=updates,
        scratch=scratch,
        finetune=config.finetune,
        longest=longest,
        inputs=training.pairs(material.source, material.source),
        labels=training.labels,
        known=material.resources,
        model=partial(_untrained, config.encoder, len(tokenizer.get_vocab())),
        method=partial(method, chosen=config.methods),
        pads=pairs,
        languages=(material.source, *material.targets),
        asked=partial(material.split, "test"),
        script=Script(sentences=sentences, encode=encode),
    )


def _untrained(encoder: EncoderConfig, vocabulary: int) -> PreTrainedModel:
    return classifier(masked_encoder(encoder, vocabulary, seed=0), len(_TASK.labels), seed=0)


def lab_text(scale: str, rounds: int) -> list[Speed]:
    """Measure how many sentences of pre-training text are made in a minute."""
    lab = laboratory(lab_config(scale).lab)
    languages = lab.config.languages
    count = sum(each.sentences for each in languages)

    def text() -> list[list[str]]:
        return [pretraining_text(lab, each.key) for each in languages]

    rates = [60 * count / seconds(text) for _ in range(rounds)]
    what = "sentences of pre-training text a minute"
    return [Speed(name="lab-text", what=what, rounds=rates, unit="", at_least=100_000)]
