"""Robust training at several sizes: how an encoder lines up after it, and what it withstands."""

import numpy as np
import pyarrow as pa
import torch
from transformers import BertForMaskedLM, PreTrainedModel

from crosslab.attacks import words
from crosslab.attacks.margins import class_margin
from crosslab.lab.items import task_items
from crosslab.lab.nli import TASK
from crosslab.lab.pairs import Pairs
from crosslab.materials.laboratory import Reader
from crosslab.methods.base import Method, pair_batch
from crosslab.models import torch_generator
from crosslab.trials.alignment import alignment_table
from crosslab.trials.classifying import answers, tuned
from crosslab.trials.exchanging import RANDOM, SYNONYMS, WORST, word_tables
from crosslab.trials.ground import Ground, Tried


def sizes(encoder: BertForMaskedLM, ground: Ground, method: Method, collected: Pairs) -> Tried:
    """Fine-tune an encoder, see how it lines up and ask it items that were made hard."""
    items = task_items(ground.lab, TASK, ground.config.items, apart=collected.identities())
    made = tuned(encoder, ground, TASK, items, method)
    test = Reader(ground.lab, items["test"], f"{TASK.key}/test")
    hard = Reader(ground.lab, collected, f"{TASK.key}/collected")
    return Tried(
        answers=answers(made.model, [test, hard], ground.languages),
        metrics={"final_loss": made.losses[-1], "updates": len(made.losses)},
        items={**items, "collected": collected},
        tables={
            "alignment": alignment_table(made.model.base_model, ground),
            "attacks": _attacked(made.model, test.few(ground.config.attack.items), ground),
        },
    )


def _attacked(model: PreTrainedModel, reader: Reader, ground: Ground) -> pa.Table:
    """Return whether items are still answered rightly when words are exchanged for synonyms."""
    config, tables, margin = ground.config.attack, [], class_margin(model)
    items = torch.arange(len(reader.items))
    for key in ground.languages:
        batch = pair_batch(reader.pairs(key, key), reader.labels)
        table = word_tables(ground.lab, key)[SYNONYMS]
        exchange = words.Exchange(margin, batch, items, table)
        chance = torch_generator(ground.seed, "attack", SYNONYMS, key)
        sought = {
            WORST: words.worst(exchange, config.budget, tries=config.tries, generator=chance),
            RANDOM: words.at_random(exchange, config.budget, generator=chance),
        }
        tables += [
            _rows(reader, key, how, budget, (margins > 0).numpy())
            for how, found in sought.items()
            for budget, margins in enumerate(found.margins)
        ]
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _rows(reader: Reader, key: str, sought: str, budget: int, right: np.ndarray) -> pa.Table:
    count = len(right)
    return pa.table(
        {
            "item": pa.array(list(reader.names)).dictionary_encode(),
            "first": pa.array([key] * count).dictionary_encode(),
            "attack": pa.array([SYNONYMS] * count).dictionary_encode(),
            "sought": pa.array([sought] * count).dictionary_encode(),
            "budget": pa.array(np.full(count, budget, dtype=np.float32)),
            "right": pa.array(right),
        }
    )
