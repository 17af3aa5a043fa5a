"""Items that fool a model, collected round after round (as adversarial NLI was, by people).

Each round has a model of its own, fine-tuned plainly on the task's items and on what fooled the
ones before it. Its encoder and its seeds are no arm's: items that are hard for a model are hard
for that model first of all, and only then for others. Labels are true by construction, so what
is kept is hard and not mislabelled.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
from transformers import BertForMaskedLM

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


_SIDES: Final = ("first", "second")


def collected(encoder: BertForMaskedLM, ground: Ground, method: Method) -> Tried:
    """Return the answers that a model of each round gave, and the items it was fooled by."""
    config, source = ground.config.collecting, ground.lab.config.source
    items = task_items(ground.lab, TASK, ground.config.items)
    seen = {key for each in items.values() for key in each.identities()}
    learned, tested, answered = items["train"], [], []
    for number in range(config.rounds):
        place = replace(ground, seed=config.first_seed + number)
        made = tuned(encoder, place, TASK, {**items, "train": learned}, method)
        drawn = _drawn(ground, number, seen)
        reader = Reader(ground.lab, drawn, f"{TASK.key}/round/{number + 1}")
        found = probabilities(made.model, reader.pairs(source, source))
        answered.append(matrix_answers({LAST: {(source, source): found}}, reader))
        wrong = np.flatnonzero(found.argmax(axis=1) != drawn.label)
        if len(wrong) < config.tested + config.learned:
            raise RunError(
                f"Round {number + 1} has {len(wrong)} items that fool its model, of "
                f"{len(drawn)}, and {config.tested + config.learned} are to be kept. Draw more "
                "candidates, or keep fewer."
            )
        kept = drawn.take(wrong[: config.tested + config.learned])
        seen.update(kept.identities())
        tested.append(kept.take(np.arange(config.tested)))
        rest = np.arange(config.tested, config.tested + config.learned)
        learned = pairs_joined([learned, kept.take(rest)])
    return Tried(
        answers=pa.concat_tables(answered).unify_dictionaries().combine_chunks(),
        metrics={"fooled": _fooled(answered)},
        items=items,
        tables={ITEMS: as_table(pairs_joined(tested))},
    )


def _drawn(ground: Ground, number: int, seen: set[bytes]) -> Pairs:
    """Return fresh items: none twice, none that a task or a round before has."""
    rng = generator(ground.lab.config.world.seed, "collecting", number)
    drawn = TASK.draw(ground.lab.world, ground.config.collecting.candidates, rng)
    keys = drawn.identities()
    first = {key: row for row, key in reversed(list(enumerate(keys))) if key not in seen}
    return drawn.take(np.array(sorted(first.values()), dtype=np.intp))


def _fooled(answered: list[pa.Table]) -> dict[str, float]:
    """Return the share of what was drawn that fooled the model, by round."""
    shares = [
        float(np.mean(each["prediction"].to_numpy() != each["gold"].to_numpy()))
        for each in answered
    ]
    return {f"round {number + 1}": round(share, 4) for number, share in enumerate(shares)}


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
