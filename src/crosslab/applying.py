"""The bar of a question applied to its runs: what comes out, and what stands in the way.

Nothing is decided here but by the rule itself, and little is said: ``answering.py`` does both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crosslab.comparing import Comparison, comparison
from crosslab.questions import Part, QuestionBar, question_bars
from crosslab.records import Store
from crosslab.stats.crossed import Estimate
from crosslab.stats.decision import Outcome, joint_outcome
from crosslab.stats.multiplicity import holm
from crosslab.weighing import FEWEST_SEEDS, RUNG_OF, named_seeds, spans


class Weighed(NamedTuple):
    """A part of a bar, and what the runs come to."""

    part: Part
    found: Estimate


@dataclass(frozen=True, kw_only=True)
class Result:
    """What comes of applying the bar of a question to its runs."""

    bar: QuestionBar
    compared: Comparison
    parts: tuple[Weighed, ...]  # empty where some part has no two seeds
    beside: tuple[Weighed, ...]
    collapsed: Mapping[str, tuple[int, ...]]
    without_collapsed: tuple[Weighed, ...]
    obstacles: tuple[str, ...]

    @property
    def telling(self) -> Weighed | None:
        """The part that stands for all: the one that contradicts, or else the least certain one."""
        if self.outcome == "contradicted":
            level = 1 - (1 - self.bar.level) / len(self.parts)
            return min(self.parts, key=lambda each: each.found.interval(level).high)
        return max(self.parts, key=lambda each: each.found.p_greater(), default=None)

    @property
    def outcome(self) -> Outcome | None:
        """What the bar calls it, were there no obstacles."""
        return outcome_of(self.bar, self.parts)

    @property
    def deciding(self) -> dict[str, Estimate]:
        """What decides, by name."""
        return {each.part.name: each.found for each in self.parts}

    @property
    def standing_beside(self) -> dict[str, Estimate]:
        """What stands beside it, by name."""
        return {each.part.name: each.found for each in self.beside}

    def corrected(self) -> dict[str, float]:
        """Return the two-sided p of what stands beside, by name, after Holm.

        What cannot be told for want of runs was asked all the same, and counts as well.
        """
        found = {name: _two_sided(each) for name, each in self.standing_beside.items()}
        adjusted = holm({**{each.name: 1.0 for each in self.bar.beside}, **found})
        return {name: adjusted[name] for name in found}


def results(store: Store, scale: str) -> list[Result]:
    """Return what comes of every bar on the rung of a scale."""
    return [
        result(bar, comparison(store, scale, bar.experiment))
        for bar in question_bars(RUNG_OF.get(scale, scale))
    ]


def result(bar: QuestionBar, compared: Comparison) -> Result:
    """Return what comes of applying a bar to the runs of its question."""
    collapsed = compared.collapsed(bar.arms)
    lost = {seed for seeds in collapsed.values() for seed in seeds}
    crowded = list(_crowded(bar, compared, collapsed))
    parts = _weighed(bar.parts, compared)
    return Result(
        bar=bar,
        compared=compared,
        parts=parts,
        beside=_weighed(bar.beside, compared, every=False),
        collapsed=collapsed,
        without_collapsed=_weighed(bar.parts, compared, lost) if lost and not crowded else (),
        obstacles=(
            *_missing(bar, compared),
            *_rehearsed(bar, compared.scale),
            *crowded,
            *_identical(parts, compared),
        ),
    )


def _weighed(
    parts: Sequence[Part], compared: Comparison, without: set[int] | None = None, every: bool = True
) -> tuple[Weighed, ...]:
    """Return parts and what they come to: all of them or none, or those that can be told."""
    found = [
        (part, compared.difference(part.measure, part.weights, without or ())) for part in parts
    ]
    if every and any(each is None for _, each in found):
        return ()
    return tuple(Weighed(part, each) for part, each in found if each is not None)


def outcome_of(bar: QuestionBar, parts: Sequence[Weighed]) -> Outcome | None:
    """Return what a bar calls these parts; nothing where there are none."""
    if not parts:
        return None
    return joint_outcome([each.found for each in parts], bar.smallest_effect_points, bar.level)


def _missing(bar: QuestionBar, compared: Comparison) -> Iterator[str]:
    absent: dict[str, list[int]] = {}
    for unit in compared.missing:
        if unit.arm in bar.arms:
            absent.setdefault(unit.arm, []).append(unit.seed)
    if absent:
        listed = ", ".join(named_seeds(arm, seeds) for arm, seeds in absent.items())
        yield f"runs are missing: {listed}"
    unknown = [arm for arm in bar.arms if arm not in {*compared.arms, *absent}]
    if unknown:
        yield f"runs are missing: {compared.experiment} has none of {', '.join(unknown)}"
    seeds = compared.seeds(bar.arms)
    if seeds and seeds != tuple(bar.seed_range):
        yield (
            f"{len(seeds)} seeds ({spans(seeds)}) have a run of every arm, and the bar asks for "
            f"{bar.seeds} ({spans(bar.seed_range)})"
        )


def _rehearsed(bar: QuestionBar, scale: str) -> Iterator[str]:
    if scale != bar.rung:
        yield f"scale {scale} is a rehearsal, and the bar is for rung {bar.rung}"


def _crowded(
    bar: QuestionBar, compared: Comparison, collapsed: Mapping[str, tuple[int, ...]]
) -> Iterator[str]:
    """Yield where too much collapsed for the rest to speak."""
    seeds = compared.seeds(bar.arms)
    lost = {seed for each in collapsed.values() for seed in each}
    every = [arm for arm, each in collapsed.items() if each == seeds]
    if every:
        yield f"every run of {' and of '.join(every)} collapsed"
    elif lost and len(seeds) - len(lost) < FEWEST_SEEDS:
        yield (
            f"{len(seeds) - len(lost)} seeds are left without a collapsed run, and {FEWEST_SEEDS} "
            "are needed"
        )


def _identical(parts: Sequence[Weighed], compared: Comparison) -> Iterator[str]:
    for each in parts:
        if compared.same(each.part.measure, each.part.weights):
            yield f"{each.part.name}: both sides came to the same, so nothing was compared"


def _two_sided(found: Estimate) -> float:
    return min(1.0, 2 * min(found.p_greater(), found.p_less(0.0)))
