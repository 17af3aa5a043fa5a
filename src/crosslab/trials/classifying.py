"""Fine-tuning within a trial, and the answers to items in every language by itself."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
from transformers import PreTrainedModel

from crosslab.checkpoints import LAST
from crosslab.evaluation import matrix_answers, probabilities
from crosslab.finetuning import Finetuned, finetuned
from crosslab.lab.pairs import Pairs, Task
from crosslab.materials.laboratory import LabMaterial, Reader
from crosslab.methods.base import Method
from crosslab.trials.ground import Ground


def tuned(
    encoder: PreTrainedModel,
    ground: Ground,
    task: Task,
    items: Mapping[str, Pairs],
    method: Method,
) -> Finetuned:
    """Return an encoder fine-tuned on the source language."""
    return finetuned(
        encoder,
        method,
        LabMaterial(ground.lab, task, items),
        config=ground.config.finetune,
        seed=ground.seed,
        report=ground.report,
    )


def answers(
    model: PreTrainedModel, readers: Sequence[Reader], languages: Sequence[str]
) -> pa.Table:
    """Return the answers to items with both sentences in one language, in each language."""
    tables = [
        matrix_answers(
            {LAST: {(key, key): probabilities(model, each.pairs(key, key)) for key in languages}},
            each,
        )
        for each in readers
    ]
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()
