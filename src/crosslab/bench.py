"""The speeds the project promises, each beside its baseline: ``make bench``.

What is printed are ratios with their spread, measured side by side on one thread:
seconds alone would say more about the machine than about the code. An encoder that
learned nothing is as fast as one that did. Nothing is written but the JSON asked for.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, NamedTuple

import numpy as np
import typer
from torch import Tensor
from transformers import PreTrainedModel
from transformers.utils import logging

from crosslab.baselines import Padding, answers_by_script, features, pair_tokenizer, trainer
from crosslab.book.render import table
from crosslab.checkpoints import LAST
from crosslab.config import StudyConfig
from crosslab.data.batching import Encoded, endless_batches
from crosslab.errors import CrosslabError, RunError
from crosslab.evaluation import matrix_answers, matrix_probabilities
from crosslab.lab.items import spoken
from crosslab.lab.laboratory import laboratory, pretraining_text
from crosslab.lab.tasks import TASKS
from crosslab.layout import CACHE, keep_inside
from crosslab.materials.laboratory import LabMaterial, lab_material, lab_tokenizer
from crosslab.methods import METHODS, method
from crosslab.methods.base import Context, PairBatch, Resources, pair_batch
from crosslab.models import classifier, masked_encoder, settle, torch_generator
from crosslab.provenance import interpreter, machine
from crosslab.records import write_text
from crosslab.registry import lookup
from crosslab.scales import lab_config
from crosslab.seeding import generator
from crosslab.timing import Pace, Speed, in_turns, ratios, seconds
from crosslab.training import train, whole

REPORTS: Final = {"smoke": 20, "lab": 10_000}
PROMISED_UPDATES: Final = {"adversarial": 2.1, "smoothing-synonyms": 1.15}  # of a standard one

_TASK: Final = TASKS["paraphrase"]

Loss = Callable[[PairBatch, float], Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all measurements share."""

    config: StudyConfig
    rounds: int
    updates: int
    scratch: Path
    material: LabMaterial
    inputs: Encoded  # the training items in the source language
    known: Resources

    def model(self) -> PreTrainedModel:
        """Return a classifier, always the same, that nobody has trained yet."""
        vocabulary = len(lab_tokenizer(self.material.lab).get_vocab())
        encoder = masked_encoder(self.config.encoder, vocabulary, seed=0)
        return classifier(encoder, len(_TASK.labels), seed=0)

    @property
    def languages(self) -> tuple[str, ...]:
        """All languages, the source first."""
        return (self.material.source, *self.material.targets)


def bench_of(scale: str, *, rounds: int, updates: int, scratch: Path) -> Bench:
    """Return what the measurements of a scale share."""
    config = lab_config(scale)
    material = lab_material(laboratory(config.lab), _TASK, config.task)
    return Bench(
        config=config,
        rounds=rounds,
        updates=updates,
        scratch=scratch,
        material=material,
        inputs=material.split("train").pairs(material.source, material.source),
        known=material.resources,
    )


def lab_text(bench: Bench) -> list[Speed]:
    """Measure how many sentences of pre-training text are made in a minute."""
    lab = bench.material.lab
    languages = lab.config.languages
    count = sum(each.sentences for each in languages)

    def text() -> list[list[str]]:
        return [pretraining_text(lab, each.key) for each in languages]

    rates = [60 * count / seconds(text) for _ in range(bench.rounds)]
    what = "sentences of pre-training text a minute"
    return [Speed(name="lab-text", what=what, rounds=rates, unit="", at_least=100_000)]


def fine_tuning(bench: Bench) -> list[Speed]:
    """Measure the throughput of fine-tuning against the ``Trainer`` of ``transformers``."""
    costs = in_turns(
        {
            "own": partial(_update_seconds, bench, "standard", bench.inputs),
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


def pair_matrix(bench: Bench) -> list[Speed]:
    """Measure the full matrix of language pairs against a script called once for each pair."""
    model = bench.model()
    checkpoint = bench.scratch / "checkpoint"
    model.save_pretrained(checkpoint)
    costs = in_turns(
        {
            "own": partial(_matrix_seconds, bench, model),
            "8": partial(_script_seconds, bench, checkpoint, 8),
            "32": partial(_script_seconds, bench, checkpoint, 32),
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
    works = {key: partial(_update_seconds, bench, key, bench.inputs) for key in METHODS}
    costs = in_turns(works, bench.rounds)
    return [
        Speed(
            name="updates",
            what=f"{key} update / standard update",
            rounds=ratios(each, costs["standard"]),
            at_most=PROMISED_UPDATES.get(key),
        )
        for key, each in costs.items()
        if key != "standard"
    ]


def bucketing(bench: Bench) -> list[Speed]:
    """Measure what batches of like length save."""
    lengths = np.full_like(bench.inputs.lengths, bench.inputs.ids.shape[1])
    padded = replace(bench.inputs, lengths=lengths)
    costs = in_turns(
        {
            "own": partial(_update_seconds, bench, "standard", bench.inputs),
            "padded": partial(_update_seconds, bench, "standard", padded),
        },
        bench.rounds,
    )
    what = "update padded to the longest item / update on items of like length"
    rounds = ratios(costs["padded"], costs["own"])
    return [Speed(name="bucketing", what=what, rounds=rounds, at_least=1)]


def auditing(bench: Bench) -> list[Speed]:
    """Measure what it takes to audit many reports in one call, and half of them.

    The command runs as a person runs it, so that starting is counted and memory is its own.
    """
    many = REPORTS[bench.config.scale]
    costs = [(_audit_cost(bench, many // 2), _audit_cost(bench, many)) for _ in range(bench.rounds)]
    return [
        Speed(
            name="auditing",
            what=f"seconds to audit {many:,} reports",
            rounds=[most.seconds for _, most in costs],
            unit=" s",
            at_most=60,
        ),
        Speed(
            name="auditing",
            what=f"time for {many:,} reports / twice that for {many // 2:,}",
            rounds=[most.seconds / (2 * least.seconds) for least, most in costs],
            at_most=1.1,
        ),
        Speed(
            name="auditing",
            what=f"memory for {many:,} reports / that for {many // 2:,}",
            rounds=[most.mebibytes / least.mebibytes for least, most in costs],
            at_most=1.1,
        ),
    ]


MEASUREMENTS: Final[Mapping[str, Callable[[Bench], list[Speed]]]] = {
    "lab-text": lab_text,
    "fine-tuning": fine_tuning,
    "pair-matrix": pair_matrix,
    "updates": updates,
    "bucketing": bucketing,
    "auditing": auditing,
}


def main(
    only: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(MEASUREMENTS)}; repeatable.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds that count.")] = 5,
    scale: Annotated[str, typer.Option(help="smoke or lab; promises are made for lab.")] = "lab",
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write JSON to this file; '-' is standard output.")
    ] = None,
) -> None:
    """Measure the speeds the project promises and print them."""
    chosen = [lookup(MEASUREMENTS, each, kind="speed") for each in only or MEASUREMENTS]
    lab_config(scale)  # an unknown scale is refused before anything is written
    keep_inside()
    settle(threads=1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    with TemporaryDirectory(dir=CACHE) as scratch:
        bench = bench_of(scale, rounds=rounds, updates=60, scratch=Path(scratch))
        found = [speed for measure in chosen for speed in measure(bench)]
    if json_file is None:
        typer.echo(table(("speed", "median", "spread", "promised", ""), map(Speed.row, found)))
        return
    _write_json({"scale": scale, "machine": machine(), "speeds": found}, json_file)


def _write_json(value: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(value, indent=1, default=Speed.plain) + "\n"
    if str(path) == "-":
        typer.echo(text, nl=False)
    else:
        write_text(path, text)


def _loss_of(bench: Bench, key: str, model: PreTrainedModel) -> Loss:
    """Return the loss of a method as a run of the study has it, once it is under way."""
    made = method(key, bench.config.methods)
    context = Context(bench.known, torch_generator(0, "bench", key), progress=1.0)
    return lambda batch, _: made.loss(model, batch, context)


def _update_seconds(bench: Bench, key: str, inputs: Encoded) -> float:
    """Return what an update costs, model and order of the items fresh, batching included."""
    model, pace = bench.model(), Pace()
    loss_of = _loss_of(bench, key, model)

    def noted() -> Iterator[PairBatch]:
        labels, size = bench.material.split("train").labels, bench.config.finetune.batch
        for rows in endless_batches(inputs.lengths, size, generator(0, "bench")):
            pace.note()
            yield pair_batch(inputs.rows(rows), labels[rows])

    optimizer = bench.config.finetune.optimizer
    train(
        model,
        whole(noted()),
        loss_of,
        steps=bench.updates,
        optimizer=optimizer,
        report=lambda **_: None,
    )
    return pace.seconds


def _trainer_seconds(bench: Bench, padding: Padding) -> float:
    """Return what an update costs the ``Trainer``, batching included."""
    pace = Pace()
    rows = np.arange(min(len(bench.inputs), bench.updates * bench.config.finetune.batch))
    trainer(
        bench.model(),
        features(bench.inputs.rows(rows), bench.material.split("train").labels[rows]),
        pair_tokenizer(lab_tokenizer(bench.material.lab)),
        padding=padding,
        longest=bench.config.encoder.longest_input,
        steps=bench.updates,
        config=bench.config.finetune,
        folder=bench.scratch,
        note=pace.note,
    ).train()
    return pace.seconds


def _matrix_seconds(bench: Bench, model: PreTrainedModel) -> float:
    """Return what all pairs of languages cost, from meanings to a table of answers."""

    def answered() -> object:
        reader = bench.material.split("test")
        found = matrix_probabilities(model, reader, bench.languages)
        return matrix_answers({LAST: found}, reader)

    return seconds(answered)


def _script_seconds(bench: Bench, checkpoint: Path, batch: int) -> float:
    """Return what all pairs of languages cost the script, which is given the sentences."""
    script = partial(
        answers_by_script,
        checkpoint,
        pair_tokenizer(lab_tokenizer(bench.material.lab)),
        batch=batch,
        longest=bench.config.encoder.longest_input,
    )
    lab, items = bench.material.lab, bench.material.items["test"]
    costs = []
    for key in bench.languages:  # a pair of one language costs it what any other pair does
        first, second = (
            spoken(lab, items, side, key, f"{_TASK.key}/test") for side in ("first", "second")
        )
        costs.append(seconds(partial(script, first, second)))
    return sum(costs) * len(bench.languages)


class Cost(NamedTuple):
    """What a command took."""

    seconds: float  # of the processor
    mebibytes: float  # at its largest


def _audit_cost(bench: Bench, count: int) -> Cost:
    """Return what it takes to audit some reports, no two alike, and to write what was found."""
    folder = bench.scratch / f"reports-{count}"
    folder.mkdir(exist_ok=True)
    paths = []
    for number in range(count):
        paths.append(folder / f"{number:05d}.txt")
        paths[-1].write_text(made_up_report(number), encoding="utf-8")
    files = ("--jsonl", str(folder / "found.jsonl"), "--csv", str(folder / "found.csv"))
    command = [interpreter(), "-m", "crosslab", "audit", *map(str, paths), *files]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert started.stderr is not None
    said = started.stderr.read().decode()
    _, status, usage = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    started.stderr.close()
    if started.returncode:
        raise RunError(said.splitlines() or ["The audit ended without a word."])
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def made_up_report(number: int) -> str:
    """Return a report of the usual form and length about nothing; each number gives another.

    Example:
        >>> made_up_report(1) == made_up_report(2)
        False
    """
    rng = generator(number, "bench", "report")
    words = "training transfer noise encoder benchmark language pairs robust words gain".split()

    def sentence(length: int) -> str:
        return f"{' '.join(rng.choice(words, length)).capitalize()} {rng.integers(1000)}."

    rows = [
        f"{sentence(int(rng.integers(6, 16)))}\t{'✓' if sure > 0.15 else '×'}\t{sure:.2f}"  # noqa: PLR2004 - the cut of the family
        for sure in rng.uniform(0.07, 0.25, 12)
    ]
    paragraphs = [sentence(9), "A machine", "June 25, 2026", "## Abstract"]
    paragraphs += [" ".join(sentence(20) for _ in range(5)), "## 1 Introduction"]
    paragraphs += [f"Research question: {sentence(20).rstrip('.')}?", "## 3 Results"]
    paragraphs += ["13 papers retrieved. 12 claims extracted; 9 verified.", "## 4 Limitations"]
    paragraphs += [" ".join(sentence(14) for _ in range(3)), "## 5 Extracted Claims"]
    paragraphs += ["Claim\tVerified\tConfidence\n" + "\n".join(rows), "## References"]
    identifiers = rng.integers(10_000, size=3)
    return "\n\n".join(
        [*paragraphs, *(f"- <http://arxiv.org/abs/2101.{n:05d}>" for n in identifiers)]
    )


def cli() -> int:
    """Measure, and turn every error into lines and an exit status."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(main)
    try:
        app(prog_name="python -m crosslab.bench")
    except CrosslabError as error:
        for problem in error.problems:
            typer.echo(f"crosslab: {problem}", err=True)
        return error.exit_status
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    sys.exit(cli())
