"""Token ids in tight batches: inputs of like length together, little padding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]

_BATCHES_PER_POOL: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The tokens that an encoder expects before, between and after two sentences."""

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]
    padding: int
    special: tuple[int, ...]  # no words, padding included: these are never perturbed


@dataclass(frozen=True, slots=True)
class Encoded:
    """Inputs as padded token ids, where the second sentence begins, and their lengths.

    ``words`` says which word of a table begins at each token: zero for none, -1 where the word
    before goes on. Where every word is one token the ids say it themselves.
    """

    ids: Ids  # (inputs, longest)
    lengths: NDArray[np.int32]  # (inputs,)
    second_starts: NDArray[np.int32]  # (inputs,)
    marks: Marks
    words: Ids | None = None  # (inputs, longest)

    def __len__(self) -> int:
        return int(self.lengths.shape[0])

    def rows(self, chosen: NDArray[np.intp]) -> "Encoded":
        """Return these inputs, cut to the longest of them."""
        lengths = self.lengths[chosen]
        longest = int(lengths.max(initial=1))
        return Encoded(
            self.ids[chosen, :longest],
            lengths,
            self.second_starts[chosen],
            self.marks,
            None if self.words is None else self.words[chosen, :longest],
        )

    def repeated(self, times: int) -> "Encoded":
        """Return the inputs this many times over."""
        return Encoded(
            np.tile(self.ids, (times, 1)),
            np.tile(self.lengths, times),
            np.tile(self.second_starts, times),
            self.marks,
            None if self.words is None else np.tile(self.words, (times, 1)),
        )


def encoded_pairs(
    first: Sequence[Sequence[int]],
    second: Sequence[Sequence[int]],
    marks: Marks,
    words: tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]] | None = None,
) -> Encoded:
    """Return ``before first between second after`` for every pair, padded.

    ``words`` says the same of the words of the first and of the second sentences as
    ``Encoded`` does.

    Example:
        >>> marks = Marks(before=(1,), between=(2,), after=(2,), padding=0, special=(0, 1, 2))
        >>> encoded_pairs([[7]], [[8, 9]], marks).ids
        array([[1, 7, 2, 8, 9, 2]], dtype=int32)
    """
    inputs = [
        [*marks.before, *one, *marks.between, *two, *marks.after]
        for one, two in zip(first, second, strict=True)
    ]
    lengths = np.array([len(each) for each in inputs], dtype=np.int32)
    around = len(marks.before) + len(marks.between)
    second_starts = np.array([len(one) + around for one in first], dtype=np.int32)
    ids = _padded(inputs, marks.padding)
    return Encoded(ids, lengths, second_starts, marks, words and _word_places(*words, marks))


def _word_places(
    first: Sequence[Sequence[int]], second: Sequence[Sequence[int]], marks: Marks
) -> Ids:
    before, between, after = (
        [0] * len(each) for each in (marks.before, marks.between, marks.after)
    )
    inputs = [
        [*before, *one, *between, *two, *after] for one, two in zip(first, second, strict=True)
    ]
    return _padded(inputs, 0)


def _padded(inputs: Sequence[Sequence[int]], padding: int) -> Ids:
    longest = max((len(each) for each in inputs), default=1)
    ids = np.full((len(inputs), longest), padding, dtype=np.int32)
    for row, each in enumerate(inputs):
        ids[row, : len(each)] = each
    return ids


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
