"""The chapter on hybrid batches: what is in print, and the same comparison made here."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

import numpy as np

from crosslab.applying import Result
from crosslab.comparing import LEVEL
from crosslab.literature.references import references
from crosslab.literature.testimony import statements
from crosslab.numerals import points, with_interval
from crosslab.prose.question_tables import arms_table, measures_words
from crosslab.prose.render import source_words, table
from crosslab.published import Figure, Search, published

_HEADS: Final[dict[Figure, str]] = {
    "own": "mAP, own language",
    "other": "mAP, other language",
    "pool": "mAP, pool",
    "first_own": "R@1, own",
    "first_other": "R@1, other",
    "first_pool": "R@1, pool",
    "bias": "language bias, ranks",
    "gain": "nDCG@10",
    "recall": "R@100",
}
_DEEP: Final[tuple[Figure, ...]] = ("gain", "recall")
_HYBRID: Final = "hybrid"
_SOURCE: Final = "hybrid-batch-2024"
_FEWER: Final = ("bias",)  # less of it is better
_ARMS: Final = ("contrastive-mono", "contrastive-cross", "hybrid-batch")
_MADE: Final = (
    ("precision-own", "precision-other", "precision-pool"),
    ("first-pool", "gain-pool", "bias-pool"),
)


def published_table() -> str:
    """Return the figures in print, three kinds of batches below each other, a table per measure."""
    shown = []
    for keys in (tuple(key for key in _HEADS if key not in _DEEP), _DEEP):
        rows = [each for each in published().searches if set(keys) & set(each.figures)]
        heads = ("encoder, benchmark", "batches", *(_HEADS[key] for key in keys))
        shown.append(table(heads, [_published_row(each, keys) for each in rows]))
    return "\n\n".join(shown)


def _published_row(each: Search, keys: Sequence[Figure]) -> tuple[str, ...]:
    figures = [each.figures.get(key) for key in keys]
    return (
        f"{each.encoder}, {each.benchmark}",
        each.batches,
        *("" if value is None else f"{value:g}" for value in figures),
    )


def published_words() -> str:
    """Return by how much hybrid batches are ahead in print of the better plain kind."""
    ahead = list(_ahead())
    better = [gain for *_, gain in ahead if gain > 0]
    precise = [gain for _, key, gain in ahead if key in {"own", "other", "pool"}]
    lost = "; ".join(
        f"{what}, {_HEADS[key]}, {points(gain)}" for what, key, gain in ahead if gain < 0
    )
    source = source_words(references()[_SOURCE])
    return (
        f"From {source}. Of {len(ahead)} figures hybrid batches are ahead of the better of the two "
        f"plain kinds in {len(better)}; of mean average precision they gain {points(min(precise))} "
        f"to {points(max(precise))} points. Behind: {lost}. Neither seeds nor a spread are given."
    )


def _ahead() -> Iterator[tuple[str, Figure, float]]:
    """Yield by how much hybrid batches are better than the better plain kind, figure by figure."""

    def place(each: Search) -> tuple[str, str]:
        return each.encoder, each.benchmark

    for (encoder, benchmark), rows in groupby(published().searches, key=place):
        found = {each.batches: each.figures for each in rows}
        plain = [figures for batches, figures in found.items() if batches != _HYBRID]
        for key, value in found[_HYBRID].items():
            others = [each[key] for each in plain]
            gain = min(others) - value if key in _FEWER else value - max(others)
            yield f"{encoder} on {benchmark}", key, gain


def reviews_words() -> str:
    """Return what is known of the reviews of the paper."""
    said = [
        each
        for each in statements()
        if each.source == _SOURCE and each.locator == "reviews" and each.mark == "SEEN"
    ]
    return "Its reviews: " + " ".join(dict.fromkeys(each.says for each in said))


def made_table(found: Result) -> str:
    """Return the same comparison made here, with the share of batches swept where it was."""
    if not found.compared.runs:
        return ""
    return "\n\n".join(f"{arms_table(found, each)}\n\n{measures_words(each)}" for each in _MADE)


def made_words(found: Result) -> str:
    """Return by how much hybrid batches are ahead here of either plain kind."""
    compared = found.compared
    parts = []
    for measure, name in zip(_MADE[0], ("own language", "other language", "pool"), strict=True):
        for rival, said in zip(_ARMS[:2], ("one language", "two languages"), strict=True):
            gain = compared.difference(measure, {_ARMS[2]: 1.0, rival: -1.0})
            if gain is not None:
                parts.append(
                    f"{name}, over batches of {said} {with_interval(gain.interval(LEVEL))}"
                )
    return f"Hybrid batches here, in points of mAP: {'; '.join(parts)}." if parts else ""


def seeds_words(found: Result) -> str:
    """Return how far two runs of one arm differ here by their seed alone."""
    compared = found.compared
    spreads = []
    for arm in _ARMS:
        seeds = compared.seeds([arm])
        if len(seeds) > 1:
            means = compared.points(_MADE[0][0], arm, seeds).mean(axis=1)
            spreads.append(float(np.sqrt(2) * means.std(ddof=1)))
    if not spreads:
        return ""
    return (
        f"On rung `{found.bar.rung}` two runs of one arm that differ by their seed alone lie "
        f"{min(spreads):.1f} to {max(spreads):.1f} points of mAP apart here (own language, "
        "standard deviation of a difference), on the same queries."
    )
