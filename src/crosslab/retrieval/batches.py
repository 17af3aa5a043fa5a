"""Which items meet in a batch, and in which languages.

A batch is all of one language, query and passage alike, or all of pairs of two languages (arXiv
2408.10536; ``X-X-mono`` and ``X-Y`` of LAReQA). What is in print leaves open whether the pairs of
a batch are of the same two languages, and samples data sets by their size; here each pair draws
its own two, and languages come up alike. No passage stands in a batch twice: a second right
answer would be counted as a wrong one.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosslab.errors import RunError

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The items of a batch, and the languages, by number, that each is asked and answered in."""

    rows: Numbers
    asked: Numbers
    answered: Numbers


def drawn_batches(
    together: Numbers,
    languages: int,
    *,
    size: int,
    same_share: float,
    rng: np.random.Generator,
) -> Iterator[Drawn]:
    """Yield batches for ever, epoch after epoch; what does not fill a batch is left out.

    A passage that answers many queries has one of them in a batch, so that they come up less
    often than others where other passages run out first.

    ``together`` has a number for each item, the same for those that share a passage.

    Raises:
        RunError: There are fewer passages than a batch has items, or too few languages.
    """
    if (there := len(np.unique(together))) < size:
        raise RunError(f"A batch of {size} items needs as many passages, and there are {there}.")
    if same_share < 1 and languages < 2:  # noqa: PLR2004
        raise RunError("Pairs of two languages need training pairs in at least two languages.")
    while True:
        for rows in _apart(together, size, rng):
            if rng.random() < same_share:
                asked = np.full(size, rng.integers(languages))
                answered = asked
            else:
                asked = rng.integers(languages, size=size)
                answered = (asked + rng.integers(1, languages, size=size)) % languages
            yield Drawn(rows, asked, answered)


def _apart(together: Numbers, size: int, rng: np.random.Generator) -> Iterator[Numbers]:
    """Yield full batches of a random order in which no passage occurs twice.

    An item whose passage is there already waits for the next batch.
    """
    coming = deque(rng.permutation(len(together)).tolist())
    while len(coming) >= size:
        batch: list[int] = []
        there: set[int] = set()
        later: list[int] = []
        while coming and len(batch) < size:
            row = coming.popleft()
            if together[row] in there:
                later.append(row)
                continue
            batch.append(row)
            there.add(int(together[row]))
        if len(batch) < size:
            return
        yield np.array(batch, dtype=np.intp)
        coming.extendleft(reversed(later))
