"""What comes of a run: answers, metrics, files and cards, to be written down by who asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crosslab.checkpoints import BEST_SOURCE_DEV, LAST
from crosslab.clocks import Seconds
from crosslab.config import Precision
from crosslab.evaluation import matrix_answers, matrix_probabilities
from crosslab.finetuning import Finetuned
from crosslab.reading import Reading
from crosslab.records import DataCard

WEIGHTS = "model.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a run leaves to be recorded."""

    answers: pa.Table
    metrics: Mapping[str, Any]
    data: list[DataCard]
    files: Mapping[str, bytes] = field(default_factory=dict)
    device: str = "cpu"  # what it was computed on
    earlier: Seconds = field(default_factory=Seconds)  # what sittings before this one left done


def checkpoint_answers(
    tuned: Finetuned,
    reading: Reading,
    languages: Sequence[str],
    precision: Precision = "float32",
) -> pa.Table:
    """Return what each checkpoint answers to the items asked in every pair of languages."""
    last = matrix_probabilities(tuned.model, reading, languages, precision)
    matrices = {LAST: last}
    for name, kept in tuned.kept.items():
        if kept.update == len(tuned.losses):
            matrices[name] = last
        else:
            tuned.model.load_state_dict(kept.weights, strict=False)
            matrices[name] = matrix_probabilities(tuned.model, reading, languages, precision)
    return matrix_answers(matrices, reading)


def run_metrics(tuned: Finetuned, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is worth noting about a fine-tuning run: how it went, and what was found."""
    return {
        "final_loss": float(np.mean(tuned.losses[-50:])),
        "updates": len(tuned.losses),
        "source_dev_accuracy": float(tuned.history[-1][BEST_SOURCE_DEV]),
        **found,
        "checkpoints": tuned.history,
    }


def summary(answers: pd.DataFrame, source: str) -> dict[str, float]:
    """Return the averages a person looks at first; statistics come from the answers."""
    right = answers.assign(right=answers["prediction"] == answers["gold"])
    cells = right.groupby(["first", "second"])["right"].mean().reset_index()
    same = cells["first"] == cells["second"]
    targets = same & (cells["first"] != source)
    averages = {
        "source_accuracy": cells[same & ~targets],
        "zero_shot_macro_accuracy": cells[targets],
        "mixed_pair_macro_accuracy": cells[~same],
    }
    return {name: float(each["right"].mean()) for name, each in averages.items() if len(each)}
