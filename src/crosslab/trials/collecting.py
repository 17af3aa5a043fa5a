"""Items that fool a model, collected round after round (as adversarial NLI was, by people).

Each round has a model of its own, fine-tuned plainly on the task's items and on what fooled the
ones before it. Its encoder and its seeds are no arm's: items that are hard for a model are hard
for that model first of all, and only then for others. Labels are true by construction, so what
is kept is hard and not mislabelled. As many of each label are tested: what fools a model is mostly
of some labels, and a set like that could be answered by naming the commonest one.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from transformers import BertForMaskedLM, PreTrainedModel

from crosslab.checkpoints import LAST
from crosslab.errors import RunError
from crosslab.evaluation import matrix_answers, probabilities
from crosslab.lab.items import task_items
from crosslab.lab.nli import TASK
from crosslab.lab.pairs import Pairs, pairs_joined
from crosslab.lab.world import ROLES, Meanings
from crosslab.materials.laboratory import Reader
from crosslab.methods.base import Method
from crosslab.seeding import generator
from crosslab.trials.classifying import tuned
from crosslab.trials.ground import Ground, Tried

ITEMS: Final = "items"  # the table of what was collected


_ANSWERED: Final = ["item", "first", "second", "prediction", "gold"]  # so many, no probabilities


_SIDES: Final = ("first", "second")


def collected(encoder: BertForMaskedLM, ground: Ground, method: Method) -> Tried:
    """Return the answers that a model of each round gave, and the items it was fooled by."""
    config = ground.config.collecting
    items = task_items(ground.lab, TASK, ground.config.items)
    seen = {key for each in items.values() for key in each.identities()}
    learned, tested, answered = items["train"], [], []
    for number in range(config.rounds):
        place = replace(ground, seed=config.first_seed + number)
        made = tuned(encoder, place, TASK, {**items, "train": learned}, method)
        asked, fooled = _round(made.model, ground, number, seen)
        answered.append(asked)
        kept = _of_each_label(fooled, config.tested)
        tested.append(fooled.take(kept))
        rest = np.setdiff1d(np.arange(len(fooled)), kept)[: config.learned]
        learned = pairs_joined([learned, fooled.take(rest)])
        seen.update(fooled.identities())
    return Tried(
        answers=pa.concat_tables(answered).unify_dictionaries().combine_chunks(),
        metrics={"fooled": _fooled(answered), "kept": _kept(tested)},
        items=items,
        tables={ITEMS: as_table(pairs_joined(tested))},
    )


def _round(
    model: PreTrainedModel, ground: Ground, number: int, seen: set[bytes]
) -> tuple[pa.Table, Pairs]:
    """Return the answers to fresh items, drawn until enough of them fool a model; and those.

    Where candidates run out before, there are fewer of some label, as many as do fool it.

    Raises:
        RunError: Nothing fools it.
    """
    config, source = ground.config.collecting, ground.lab.config.source
    rng = generator(ground.lab.config.world.seed, "collecting", number)
    known, answered, fooled = set(seen), list[pa.Table](), list[Pairs]()
    for portion in range(config.candidates // config.portion):
        drawn = _fresh(TASK.draw(ground.lab.world, config.portion, rng), known)
        reader = Reader(ground.lab, drawn, f"{TASK.key}/round/{number + 1}/{portion + 1}")
        found = probabilities(model, reader.pairs(source, source))
        rows = matrix_answers({LAST: {(source, source): found}}, reader)
        answered.append(rows.select(_ANSWERED))
        fooled.append(drawn.take(np.flatnonzero(found.argmax(axis=1) != drawn.label)))
        counts = _by_label(fooled)
        wanted = len(counts) * config.tested + config.learned
        if counts.min() >= config.tested and counts.sum() >= wanted:
            break
    if not _by_label(fooled).sum():
        raise RunError(
            f"Round {number + 1}: none of {config.candidates} items fools its model. Draw more "
            "candidates."
        )
    table = pa.concat_tables(answered).unify_dictionaries().combine_chunks()
    return table, pairs_joined(fooled)


def _by_label(items: Sequence[Pairs]) -> NDArray[np.intp]:
    """Return how many items there are of each label."""
    return np.bincount(np.concatenate([each.label for each in items]), minlength=len(TASK.labels))


def _fresh(drawn: Pairs, known: set[bytes]) -> Pairs:
    """Return the items that were not there yet, each once, and take note of them."""
    keys = drawn.identities()
    first = {key: row for row, key in reversed(list(enumerate(keys))) if key not in known}
    known.update(first)
    return drawn.take(np.array(sorted(first.values()), dtype=np.intp))


def _of_each_label(items: Pairs, count: int) -> NDArray[np.intp]:
    """Return the rows of the first so many items of each label, in the order they were drawn."""
    rows = [np.flatnonzero(items.label == label)[:count] for label in range(len(TASK.labels))]
    return np.sort(np.concatenate(rows))


def _fooled(answered: list[pa.Table]) -> dict[str, float]:
    """Return the share of what was drawn that fooled the model, by round."""
    shares = [
        float(np.mean(each["prediction"].to_numpy() != each["gold"].to_numpy()))
        for each in answered
    ]
    return {f"round {number + 1}": round(share, 4) for number, share in enumerate(shares)}


def _kept(tested: Sequence[Pairs]) -> dict[str, int]:
    """Return how many test items of each label there are, all rounds together."""
    return dict(zip(TASK.labels, _by_label(tested).tolist(), strict=True))


def as_table(items: Pairs) -> pa.Table:
    """Return items as a table: what both sentences mean, the label, the rule it follows from."""
    columns = {
        f"{side}_{role}": getattr(getattr(items, side), role) for side in _SIDES for role in ROLES
    }
    return pa.table({**columns, "label": items.label, "rule": items.rule.tolist()})


def from_table(table: pa.Table) -> Pairs:
    """Return the items that a table was made of."""
    first, second = (
        Meanings(**{role: table[f"{side}_{role}"].to_numpy() for role in ROLES}) for side in _SIDES
    )
    return Pairs(
        first=first,
        second=second,
        label=table["label"].to_numpy(),
        rule=np.array(table["rule"].to_pylist()),
    )
