"""What is measured of fine-tuning and of answering, in the laboratory and on real languages."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from crosslab.arms import CONTROL
from crosslab.baselines import Encode, Padding, answers_by_script, features, trainer
from crosslab.checkpoints import LAST
from crosslab.config import FinetuneConfig
from crosslab.data.batching import Encoded, endless_batches
from crosslab.evaluation import matrix_answers, matrix_probabilities
from crosslab.methods import METHODS
from crosslab.methods.base import Context, Method, PairBatch, Resources, pair_batch
from crosslab.models import precise, torch_generator
from crosslab.reading import Reading
from crosslab.seeding import generator
from crosslab.timing import Pace, Speed, in_turns, ratios, seconds
from crosslab.training import train, whole

_TRIAL_PAIRS: Final = 16_000
_TRIAL_SECONDS: Final = 133  # that they took in the trial, one epoch on two cores
_TRIAL_THREADS: Final = 2
PROMISED_UPDATES: Final = {"adversarial": 2.1, "smoothing-synonyms": 1.15}  # of a standard one

Loss = Callable[[PairBatch, float], Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a script that is called once for each pair of languages is given."""

    sentences: Callable[[str, str], list[str]]  # of a side, in a language
    encode: Callable[[str, str], Encode]  # for a first and a second language


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all measurements share."""

    rounds: int
    updates: int
    scratch: Path
    finetune: FinetuneConfig
    longest: int
    inputs: Encoded  # the training items in the source language
    labels: NDArray[np.integer]  # of these
    known: Resources
    model: Callable[[], PreTrainedModel]  # always the same, that nobody has trained yet
    method: Callable[[str], Method]
    pads: PreTrainedTokenizerFast  # what the Trainer pads by
    languages: tuple[str, ...]  # of the matrix, the source first
    asked: Callable[[], Reading]  # in every pair, its sentences not read yet
    script: Script


def fine_tuning(bench: Bench) -> list[Speed]:
    """Measure the throughput of fine-tuning against the ``Trainer`` of ``transformers``."""
    costs = in_turns(
        {
            "own": partial(_update_seconds, bench, CONTROL),
            "batch": partial(_trainer_seconds, bench, "batch"),
            "fixed": partial(_trainer_seconds, bench, "fixed"),
        },
        bench.rounds,
    )
    how = {"batch": "padding each batch to its longest", "fixed": "fed items of a fixed length"}
    return [
        Speed(
            name="fine-tuning",
            what=f"fine-tuning throughput / Trainer {how[padding]}",
            rounds=ratios(costs[padding], costs["own"]),
            at_least=2.5,
        )
        for padding in how
    ]


def epoch(bench: Bench) -> list[Speed]:
    """Measure how long plain fine-tuning on the trial's sixteen thousand pairs takes.

    By the clock on the wall and on as many threads as the trial had: others at work count.
    """
    updates = -(-_TRIAL_PAIRS // bench.finetune.batch)
    before = torch.get_num_threads()
    torch.set_num_threads(_TRIAL_THREADS)
    try:
        rounds = [
            updates * _update_seconds(bench, CONTROL, turn, clock=time.perf_counter)
            for turn in range(bench.rounds)
        ]
    finally:
        torch.set_num_threads(before)
    what = (
        f"fine-tuning on {_TRIAL_PAIRS:,} pairs, from {bench.updates} updates, by the clock on "
        f"{_TRIAL_THREADS} threads"
    )
    return [Speed(name="epoch", what=what, rounds=rounds, unit=" s", at_most=_TRIAL_SECONDS)]


def pair_matrix(bench: Bench) -> list[Speed]:
    """Measure the full matrix of language pairs against a script called once for each pair."""
    model = bench.model()
    checkpoint = bench.scratch / "checkpoint"
    model.save_pretrained(checkpoint)
    costs = in_turns(
        {
            "own": lambda _: _matrix_seconds(bench, model),
            "8": lambda _: _script_seconds(bench, checkpoint, 8),
            "32": lambda _: _script_seconds(bench, checkpoint, 32),
        },
        bench.rounds,
    )
    return [
        Speed(
            name="pair-matrix",
            what=f"full pair matrix / a script called once a pair, batches of {size}",
            rounds=ratios(costs[size], costs["own"]),
            at_least=5,
        )
        for size in ("8", "32")
    ]


def updates(bench: Bench) -> list[Speed]:
    """Measure what an update of each method costs beside one of plain fine-tuning."""
    works = {key: partial(_update_seconds, bench, key) for key in METHODS}
    costs = in_turns(works, bench.rounds)
    return [
        Speed(
            name="updates",
            what=f"{key} update / {CONTROL} update",
            rounds=ratios(each, costs[CONTROL]),
            at_most=PROMISED_UPDATES.get(key),
        )
        for key, each in costs.items()
        if key != CONTROL
    ]


def bucketing(bench: Bench) -> list[Speed]:
    """Measure what batches of like length save."""
    costs = in_turns(
        {
            "own": partial(_update_seconds, bench, CONTROL),
            "padded": partial(_update_seconds, bench, CONTROL, padded=True),
        },
        bench.rounds,
    )
    what = "update padded to the longest item / update on items of like length"
    rounds = ratios(costs["padded"], costs["own"])
    return [Speed(name="bucketing", what=what, rounds=rounds, at_least=1)]


def _loss_of(bench: Bench, key: str, model: PreTrainedModel) -> Loss:
    """Return the loss of a method as a run of the study has it, once it is under way."""
    made = bench.method(key)
    context = Context(bench.known, torch_generator(0, "bench", key), progress=1.0)

    def loss(batch: PairBatch, _: float) -> Tensor:
        with precise(model, bench.finetune.precision):
            return made.loss(model, batch, context)

    return loss


def _drawn(bench: Bench, turn: int) -> tuple[Encoded, NDArray[np.integer]]:
    """Return the items of a round, the same for all: training sets stand in an order of theirs."""
    count = bench.updates * bench.finetune.batch
    rows = generator(turn, "bench", "items").permutation(len(bench.inputs))[:count]
    return bench.inputs.rows(rows), bench.labels[rows]


def _update_seconds(
    bench: Bench,
    key: str,
    turn: int,
    *,
    padded: bool = False,
    clock: Callable[[], float] = time.process_time,
) -> float:
    """Return what an update costs, model and order of the items fresh, batching included."""
    inputs, labels = _drawn(bench, turn)
    if padded:
        inputs = replace(inputs, lengths=np.full_like(inputs.lengths, inputs.ids.shape[1]))
    model, pace = bench.model(), Pace(clock)
    loss_of = _loss_of(bench, key, model)

    def noted() -> Iterator[PairBatch]:
        size = bench.finetune.batch
        for rows in endless_batches(inputs.lengths, size, generator(turn, "bench")):
            pace.note()
            yield pair_batch(inputs.rows(rows), labels[rows])

    train(
        model,
        whole(noted()),
        loss_of,
        steps=bench.updates,
        optimizer=bench.finetune.optimizer,
        report=lambda **_: None,
    )
    return pace.seconds


def _trainer_seconds(bench: Bench, padding: Padding, turn: int) -> float:
    """Return what an update costs the ``Trainer``, batching included."""
    pace = Pace()
    trainer(
        bench.model(),
        features(*_drawn(bench, turn)),
        bench.pads,
        padding=padding,
        longest=bench.longest,
        steps=bench.updates,
        config=bench.finetune,
        folder=bench.scratch,
        note=pace.note,
    ).train()
    return pace.seconds


def _matrix_seconds(bench: Bench, model: PreTrainedModel) -> float:
    """Return what all pairs of languages cost, from items to a table of answers."""

    def answered() -> object:
        reading = bench.asked()
        found = matrix_probabilities(model, reading, bench.languages, bench.finetune.precision)
        return matrix_answers({LAST: found}, reading)

    return seconds(answered)


def _script_seconds(bench: Bench, checkpoint: Path, batch: int) -> float:
    """Return what all pairs of languages cost the script, which is given the sentences."""
    costs = []
    for key in bench.languages:  # a pair of one language costs it what any other pair does
        first, second = (bench.script.sentences(side, key) for side in ("first", "second"))
        answers = partial(
            answers_by_script,
            checkpoint,
            bench.script.encode(key, key),
            first,
            second,
            batch=batch,
            precision=bench.finetune.precision,
        )
        costs.append(seconds(answers))
    return sum(costs) * len(bench.languages)
