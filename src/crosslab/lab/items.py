"""Items of the sentence-pair tasks, labels true by construction.

An item is two meanings and a label. Sentences come later, in any two languages,
so the same items serve same-language pairs, mixed-language pairs and the source.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np

from crosslab.config import TaskConfig
from crosslab.errors import UsageError
from crosslab.lab.laboratory import Laboratory
from crosslab.lab.pairs import Pairs, Task
from crosslab.seeding import generator

SPLITS: Final = ("train", "dev", "test")


def task_items(
    lab: Laboratory, task: Task, config: TaskConfig, *, apart: Iterable[bytes] = ()
) -> dict[str, Pairs]:
    """Return the items of each split; none occurs in another split, or is to be kept apart."""
    seen = set(apart)
    purpose = (task.key, lab.domain) if lab.domain else (task.key,)
    items: dict[str, Pairs] = {}
    for split in reversed(SPLITS):  # test first: its items do not depend on the other sizes
        count = getattr(config, split)
        rng = generator(config.seed, lab.config.world.seed, *purpose, split)
        drawn = task.draw(lab.world, 2 * count + 50, rng)
        keys = task.identities(drawn)
        fresh = [row for row, key in enumerate(keys) if key not in seen]
        kept = _unique(keys, fresh)[:count]
        if len(kept) < count:
            raise UsageError(
                f"The world of the laboratory offers {len(kept)} items of {task.key} for {split}, "
                f"and {count} were asked for. Ask for fewer, or for a less uneven world."
            )
        items[split] = drawn.take(np.asarray(kept))
        seen.update(task.identities(items[split]))
    return items


def _unique(keys: list[bytes], rows: list[int]) -> list[int]:
    return list({keys[row]: row for row in reversed(rows)}.values())[::-1]


def spoken(lab: Laboratory, items: Pairs, side: str, key: str, purpose: str) -> list[str]:
    """Return one side of every item, said in one language.

    The words depend on the side, the language and the purpose alone: the same
    sentence stands in every pair of the language matrix.
    """
    meanings = items.first if side == "first" else items.second
    rng = generator(lab.config.world.seed, "spoken", purpose, side, key)
    return lab.sentences(meanings, key, rng)
