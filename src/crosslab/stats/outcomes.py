"""Right and wrong answers as one block per arm, and the averages cut out of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.bool_]  # (languages, languages): which pairs an average is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Which answers were right: per arm a block of (seeds, items, first, second language)."""

    languages: tuple[str, ...]  # the source first, then the targets in order
    seeds: tuple[int, ...]
    right: Mapping[str, NDArray[np.bool_]]

    @property
    def source(self) -> str:
        """The language of fine-tuning."""
        return self.languages[0]

    @property
    def targets(self) -> tuple[str, ...]:
        """The languages that were never fine-tuned on."""
        return self.languages[1:]

    def pair(self, first: str, second: str) -> Cells:
        """Return the single cell of one ordered pair."""
        cells = np.zeros((len(self.languages),) * 2, dtype=np.bool_)
        cells[self.languages.index(first), self.languages.index(second)] = True
        return cells

    def same_language(self) -> Cells:
        """Return the pairs within one target language: zero-shot transfer proper."""
        cells = np.eye(len(self.languages), dtype=np.bool_)
        cells[0, 0] = False
        return cells

    def mixed_language(self) -> Cells:
        """Return the pairs of two different languages: the generalized setting."""
        return ~np.eye(len(self.languages), dtype=np.bool_)

    def points(self, arm: str, cells: Cells) -> NDArray[np.float64]:
        """Return accuracy points per seed and item, averaged over these pairs with equal weight.

        The result has shape ``(seeds, items)``; its mean is the macro accuracy.
        """
        share: NDArray[np.float64] = self.right[arm][:, :, cells].mean(axis=2)
        return 100 * share

    def gain(self, treated: str, control: str, cells: Cells) -> NDArray[np.float64]:
        """Return how many points one arm is ahead of another, per seed and item.

        Arms are paired by seed (same head, same order of items) and by item.
        """
        return self.points(treated, cells) - self.points(control, cells)
