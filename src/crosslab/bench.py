"""The speeds the project promises, each beside its baseline: ``make bench``.

Baseline and candidate take turns, and what is printed is their ratio with its spread:
seconds alone would say more about the machine than about the code. Nothing is written.
"""

import sys
import time
from collections.abc import Callable
from itertools import islice

import numpy as np
import torch

from crosslab.book.render import table
from crosslab.config import study_config
from crosslab.data.batching import Encoded, endless_batches
from crosslab.lab.items import task_items
from crosslab.lab.laboratory import Laboratory, laboratory, pretraining_text
from crosslab.lab.tasks import TASKS
from crosslab.methods import METHODS
from crosslab.methods.base import Method
from crosslab.models import classifier, masked_encoder, torch_generator
from crosslab.reading import Reader, lab_tokenizer, pair_batch, resources
from crosslab.seeding import generator
from crosslab.training import train

ROUNDS = 5
UPDATES = 60


def main() -> int:
    """Measure and print."""
    torch.set_num_threads(1)
    lab = laboratory(study_config("lab").lab)
    rows = [_text_row(lab), *_update_rows(lab)]
    sys.stdout.write(table(("what", "measured", "spread", "budget"), rows) + "\n")
    return 0


def _text_row(lab: Laboratory) -> tuple[str, ...]:
    """Return how many sentences of pre-training text are made per minute on one core."""
    keys = [language.key for language in lab.config.languages]
    sentences = sum(language.sentences for language in lab.config.languages)
    rates = [
        60 * sentences / _seconds(lambda: [pretraining_text(lab, key) for key in keys])
        for _ in range(ROUNDS)
    ]
    return (
        "lab text, sentences a minute",
        f"{np.median(rates):,.0f}",
        f"{min(rates):,.0f} to {max(rates):,.0f}",
        "at least 100,000",
    )


def _update_rows(lab: Laboratory) -> list[tuple[str, ...]]:
    """Return what an update costs against a standard one, and against unsorted batches."""
    sizes = study_config("lab").task
    items = task_items(lab, TASKS["paraphrase"], sizes)["train"]
    reader = Reader(lab, items, "paraphrase/train")
    pairs = reader.pairs(lab.config.source, lab.config.source)
    any_order = Encoded(
        pairs.ids, np.full_like(pairs.lengths, pairs.ids.shape[1]), pairs.second_starts
    )
    standard, smoothing = METHODS["standard"], METHODS["smoothing-synonyms"]

    def updates(method: Method, inputs: Encoded) -> float:
        return _update_seconds(lab, reader, method, inputs)

    smoothed, unsorted = [], []
    for _ in range(ROUNDS):
        base = updates(standard, pairs)
        smoothed.append(updates(smoothing, pairs) / base)
        unsorted.append(updates(standard, any_order) / base)
    return [
        _ratio_row("synonym-smoothing update / standard update", smoothed, "at most 1.15"),
        _ratio_row("update padded to the longest item / length-bucketed", unsorted, "above 1"),
    ]


def _update_seconds(lab: Laboratory, reader: Reader, method: Method, inputs: Encoded) -> float:
    """Return the seconds that a number of updates take, model and data fresh."""
    config = study_config("lab")
    encoder = masked_encoder(config.encoder, len(reader.tokenizer.get_vocab()), seed=0)
    model = classifier(encoder, len(TASKS["paraphrase"].labels), seed=0)
    known = {word: [other] for word, other in lab.lexicons[lab.config.source].synonyms().items()}
    allowed = resources(lab_tokenizer(lab), known)
    draws = torch_generator(0, "bench")
    rows = endless_batches(inputs.lengths, config.finetune.batch, generator(0, "bench"))
    batches = [
        pair_batch(inputs.rows(each), reader.items.label[each].astype(np.int64))
        for each in islice(rows, UPDATES)
    ]
    return _seconds(
        lambda: train(
            model,
            batches,
            lambda batch: method.loss(model, batch, allowed, draws),
            steps=UPDATES,
            optimizer=config.finetune.optimizer,
            report=lambda **_: None,
        )
    )


def _ratio_row(what: str, ratios: list[float], budget: str) -> tuple[str, ...]:
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    return what, f"{np.median(ratios):.2f}x", spread, budget


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
