"""Right and wrong answers as one block per arm, and the averages cut out of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.bool_]  # (languages, languages): which pairs an average is over
Setting = Literal["same-language", "mixed-language"]

COLLAPSE_POINTS: Final = 3.0  # no further above the commonest answer, and nothing was learned
LEARNED_SHARE: Final = 0.5  # nor was the task, where the typical run went twice as far above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Which answers were right: per arm a block of (seeds, items, first, second language)."""

    languages: tuple[str, ...]  # the source first, then the targets in order
    seeds: tuple[int, ...]
    right: Mapping[str, NDArray[np.bool_]]
    commonest_share: float  # of the items: what always giving one answer would get right
    asked: NDArray[np.bool_] | None = None  # (items, first, second language); all where not said
    items: tuple[str, ...] = ()  # their names, where they are known

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

    def read_as(self) -> dict[str, Cells]:
        """Return the three ways in which results are read, by the words of the book."""
        return {
            "source": self.pair(self.source, self.source),
            "zero-shot": self.same_language(),
            "mixed pairs": self.mixed_language(),
        }

    def cells(self, setting: Setting) -> Cells:
        """Return the pairs of a setting by its name, as bars name it."""
        return self.same_language() if setting == "same-language" else self.mixed_language()

    def of_language(self, language: str, cells: Cells) -> Cells:
        """Return those of the pairs in which a language takes part, first or second."""
        takes_part = np.array([each == language for each in self.languages])
        either: Cells = takes_part[:, np.newaxis] | takes_part
        return cells & either

    def collapsed(self, arm: str, *beside: str) -> tuple[int, ...]:
        """Return the seeds under which an arm did not learn the task, not even in the source.

        Such a run is hardly better than always giving the commonest answer, or not half as far
        above it as the typical run of this arm, or of one that it stands beside. Which seeds
        do so is chance, but gains and losses of many points over them say nothing about a method.
        """
        commonest = 100 * self.commonest_share
        typical = max(float(np.median(self.in_source(each))) for each in (arm, *beside))
        limit = commonest + max(COLLAPSE_POINTS, LEARNED_SHARE * (typical - commonest))
        return tuple(
            seed
            for seed, value in zip(self.seeds, self.in_source(arm), strict=True)
            if value <= limit
        )

    def in_source(self, arm: str) -> NDArray[np.float64]:
        """Return accuracy points within the source language, per seed."""
        found: NDArray[np.float64] = self.points(arm, self.pair(self.source, self.source)).mean(1)
        return found

    def without(self, seeds: Collection[int]) -> "Outcomes":
        """Return the same with some seeds left out, in every arm."""
        kept = [place for place, seed in enumerate(self.seeds) if seed not in seeds]
        return replace(
            self,
            seeds=tuple(self.seeds[place] for place in kept),
            right={arm: block[kept] for arm, block in self.right.items()},
        )

    def points(self, arm: str, cells: Cells) -> NDArray[np.float64]:
        """Return accuracy points per seed and item, averaged over these pairs with equal weight.

        The result has shape ``(seeds, items)``; its mean is the macro accuracy. Where not every
        item is asked in every pair, items asked in none of them are left out, and an answer
        counts by how few there are in its pair.
        """
        right = self.right[arm][:, :, cells]  # (seeds, items, pairs)
        if self.asked is None or self.asked[:, cells].all():
            share: NDArray[np.float64] = right.mean(axis=2)
            return 100 * share
        asked = self.asked[:, cells]
        kept = asked.any(axis=1)
        weights = kept.sum() / asked.sum(axis=0) / asked.shape[1] * asked
        weighed: NDArray[np.float64] = (right * weights).sum(axis=2)
        return 100 * weighed[:, kept]

    def gain(self, treated: str, control: str, cells: Cells) -> NDArray[np.float64]:
        """Return how many points one arm is ahead of another, per seed and item.

        Arms are paired by seed (same head, same order of items) and by item.
        """
        return self.points(treated, cells) - self.points(control, cells)

    def gain_by_pair(self, treated: str, control: str) -> NDArray[np.float64]:
        """Return the mean gain in every ordered pair, shape ``(languages, languages)``.

        Figures and tables round these very numbers: in another order of summing, a gain halfway
        between two decimals would come out as either.
        """
        return np.array(
            [
                [
                    self.gain(treated, control, self.pair(first, second)).mean()
                    for second in self.languages
                ]
                for first in self.languages
            ]
        )
