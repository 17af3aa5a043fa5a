"""Token ids in tight batches: inputs of like length together, little padding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]

_BATCHES_PER_POOL: Final = 50


@dataclass(frozen=True, slots=True)
class Encoded:
    """Inputs as padded token ids, where the second sentence begins, and their lengths."""

    ids: Ids  # (inputs, longest)
    lengths: NDArray[np.int32]  # (inputs,)
    second_starts: NDArray[np.int32]  # (inputs,)

    def __len__(self) -> int:
        return int(self.lengths.shape[0])

    def rows(self, chosen: NDArray[np.intp]) -> "Encoded":
        """Return these inputs, cut to the longest of them."""
        lengths = self.lengths[chosen]
        longest = int(lengths.max(initial=1))
        return Encoded(self.ids[chosen, :longest], lengths, self.second_starts[chosen])

    def repeated(self, times: int, ids: Ids | None = None) -> "Encoded":
        """Return the inputs this many times over, perhaps with other words in their places."""
        return Encoded(
            np.tile(self.ids, (times, 1)) if ids is None else ids,
            np.tile(self.lengths, times),
            np.tile(self.second_starts, times),
        )


def encoded_pairs(
    first: Sequence[Sequence[int]],
    second: Sequence[Sequence[int]],
    *,
    start: int,
    separator: int,
    padding: int,
) -> Encoded:
    """Return ``[start] first [separator] second [separator]`` for every pair, padded.

    Example:
        >>> encoded_pairs([[7]], [[8, 9]], start=1, separator=2, padding=0).ids
        array([[1, 7, 2, 8, 9, 2]], dtype=int32)
    """
    inputs = [
        [start, *one, separator, *two, separator] for one, two in zip(first, second, strict=True)
    ]
    lengths = np.array([len(each) for each in inputs], dtype=np.int32)
    ids = np.full((len(inputs), int(lengths.max(initial=1))), padding, dtype=np.int32)
    for row, each in enumerate(inputs):
        ids[row, : len(each)] = each
    second_starts = np.array([len(one) + 2 for one in first], dtype=np.int32)
    return Encoded(ids, lengths, second_starts)


def shuffled_batches(
    lengths: NDArray[np.integer], size: int, rng: np.random.Generator
) -> list[NDArray[np.intp]]:
    """Return every row once, in batches of like length, in random order.

    Rows are shuffled, then sorted by length within pools of some fifty batches: a
    batch is nearly free of padding and still a different one in every epoch.
    """
    order = rng.permutation(lengths.shape[0])
    batches: list[NDArray[np.intp]] = []
    for begin in range(0, order.size, size * _BATCHES_PER_POOL):
        pool = order[begin : begin + size * _BATCHES_PER_POOL]
        by_length = pool[np.argsort(lengths[pool], kind="stable")]
        batches += [by_length[at : at + size] for at in range(0, by_length.size, size)]
    return [batches[number] for number in rng.permutation(len(batches))]


def endless_batches(
    lengths: NDArray[np.integer], size: int, rng: np.random.Generator
) -> Iterator[NDArray[np.intp]]:
    """Yield shuffled batches for ever, epoch after epoch."""
    while True:
        yield from shuffled_batches(lengths, size, rng)


def ordered_batches(lengths: NDArray[np.integer], size: int) -> list[NDArray[np.intp]]:
    """Return every row once, shortest first: the order in which answers are computed."""
    order = np.argsort(lengths, kind="stable")
    return [order[begin : begin + size] for begin in range(0, order.size, size)]
