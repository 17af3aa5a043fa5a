"""A bar applied to evidence: the numbers that come out, and what stands in the way of them.

Nothing is decided here and little is said: ``verdicts.py`` does both.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crosslab.claims import Bar
from crosslab.evidence import Evidence, estimate_of
from crosslab.records import Unit
from crosslab.stats.crossed import Estimate, averaged
from crosslab.stats.outcomes import Outcomes

FEWEST_SEEDS: Final = 3  # fewer, once collapsed runs are left out, decide nothing
RUNG_OF: Final = {"smoke": "lab"}  # a rehearsal is held against the bars of the real thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What came of applying a bar.

    ``found`` is nothing where an experiment of the bar has no two comparable seeds, and
    ``without_collapsed`` where nothing collapsed, or too much.
    """

    found: Estimate | None
    without_collapsed: Estimate | None
    by_language: Mapping[str, Estimate]
    collapsed: tuple[str, ...]  # runs, by name
    obstacles: tuple[str, ...]


def weighed(bar: Bar, evidence: Sequence[Evidence], *, scale: str) -> Weighed:
    """Return what comes of applying a bar to the evidence on its experiments."""
    asked = _asked(bar, evidence)
    outcomes = {name: each.outcomes for name, each in asked.items()}
    collapsed = {
        (name, arm): seeds
        for name, each in outcomes.items()
        for arm in (bar.control, bar.treated)
        if arm in each.right and (seeds := each.collapsed(arm, *_both(bar, each)))
    }
    left = {
        name: each.without({s for (of, _), seeds in collapsed.items() if of == name for s in seeds})
        for name, each in outcomes.items()
    }
    crowded = list(_crowded(outcomes, left, collapsed))
    return Weighed(
        found=estimate(bar, outcomes),
        without_collapsed=estimate(bar, left) if collapsed and not crowded else None,
        by_language=_by_language(bar, outcomes),
        collapsed=tuple(
            named_seeds(f"{name} {arm}", seeds) for (name, arm), seeds in collapsed.items()
        ),
        obstacles=(
            *_missing(bar, asked),
            *_rehearsed(bar, scale),
            *_other_seeds(bar, outcomes),
            *crowded,
            *_identical(bar, outcomes),
        ),
    )


def estimate(
    bar: Bar, outcomes: Mapping[str, Outcomes], language: str | None = None
) -> Estimate | None:
    """Return the quantity a bar is about, over all its pairs or those of one language.

    Nothing is returned, not a part, where an experiment of the bar cannot be compared.
    """
    parts = []
    for name in bar.experiments:
        each = outcomes.get(name)
        if each is None or not _comparable(bar, each):
            return None
        cells = each.cells(bar.cells)
        if language is not None:
            cells = each.of_language(language, cells)
        parts.append(estimate_of(each.gain(bar.treated, bar.control, cells)))
    return averaged(parts)


def _both(bar: Bar, outcomes: Outcomes) -> tuple[str, ...]:
    """Return those of a bar's two arms that have runs."""
    return tuple(arm for arm in (bar.control, bar.treated) if arm in outcomes.right)


def _comparable(bar: Bar, outcomes: Outcomes) -> bool:
    both = bar.treated in outcomes.right and bar.control in outcomes.right
    return both and len(outcomes.seeds) > 1


def _asked(bar: Bar, evidence: Sequence[Evidence]) -> dict[str, Evidence]:
    there = {each.experiment: each for each in evidence}
    return {name: there[name] for name in bar.experiments if name in there}


def _by_language(bar: Bar, outcomes: Mapping[str, Outcomes]) -> dict[str, Estimate]:
    """Return the quantity per target language that all experiments of a bar share."""
    targets = [each.targets for each in outcomes.values()]
    known = dict.fromkeys(key for each in targets for key in each)
    shared = [key for key in known if all(key in each for each in targets)]
    found = {key: estimate(bar, outcomes, key) for key in shared}
    return {key: each for key, each in found.items() if each is not None}


def _missing(bar: Bar, asked: Mapping[str, Evidence]) -> Iterator[str]:
    for name in bar.experiments:
        if name not in asked:
            yield f"runs are missing: no seed of {name} has a run of every arm"
            continue
        evidence = asked[name]
        if evidence.missing:
            yield f"runs are missing: {_units(evidence.missing)}"
        for arm in (bar.control, bar.treated):
            if arm not in evidence.outcomes.right:
                yield f"runs are missing: {name} has none of {arm}"


def _rehearsed(bar: Bar, scale: str) -> Iterator[str]:
    if scale != bar.rung:
        yield f"scale {scale} is a rehearsal, and the bar is for rung {bar.rung}"


def _other_seeds(bar: Bar, outcomes: Mapping[str, Outcomes]) -> Iterator[str]:
    for name, each in outcomes.items():
        if each.seeds != tuple(bar.seed_range):
            yield (
                f"{name} has {len(each.seeds)} seeds ({spans(each.seeds)}), and the bar asks for "
                f"{bar.seeds} ({spans(bar.seed_range)})"
            )


def _crowded(
    outcomes: Mapping[str, Outcomes],
    left: Mapping[str, Outcomes],
    collapsed: Mapping[tuple[str, str], tuple[int, ...]],
) -> Iterator[str]:
    """Yield where too much collapsed for the rest to speak."""
    for name, each in outcomes.items():
        lost = [arm for (of, arm), seeds in collapsed.items() if of == name and seeds == each.seeds]
        if lost:
            reached = ", ".join(f"{each.in_source(arm).mean():.1f}" for arm in lost)
            yield (
                f"every run of {' and of '.join(lost)} in {name} collapsed ({reached} % right in "
                f"the source, {100 * each.commonest_share:.1f} for the commonest answer)"
            )
        elif any(of == name for of, _ in collapsed) and len(left[name].seeds) < FEWEST_SEEDS:
            yield (
                f"{name} has {len(left[name].seeds)} seeds left without a collapsed run, and "
                f"{FEWEST_SEEDS} are needed"
            )


def _identical(bar: Bar, outcomes: Mapping[str, Outcomes]) -> Iterator[str]:
    for name, each in outcomes.items():
        if _comparable(bar, each) and not _differing(bar, each):
            yield f"both arms of {name} gave the same answers, so nothing was compared"


def _differing(bar: Bar, outcomes: Outcomes) -> bool:
    cells = outcomes.cells(bar.cells)
    return bool(outcomes.gain(bar.treated, bar.control, cells).any())


def _units(units: Collection[Unit]) -> str:
    grouped: dict[str, list[int]] = {}
    for unit in units:
        grouped.setdefault(f"{unit.experiment} {unit.arm}", []).append(unit.seed)
    return ", ".join(named_seeds(name, seeds) for name, seeds in grouped.items())


def named_seeds(name: str, seeds: Sequence[int]) -> str:
    """Return something with the seeds it is about.

    Example:
        >>> named_seeds("standard", [3, 4])
        'standard seeds 3 to 4'
    """
    return f"{name} seed{'s' if len(seeds) > 1 else ''} {spans(seeds)}"


def spans(seeds: Sequence[int]) -> str:
    """Return seeds in words, neighbours together.

    Example:
        >>> spans([7, 1, 2, 3])
        '1 to 3, 7'
    """
    spans: list[list[int]] = []
    for seed in sorted(seeds):
        if spans and seed == spans[-1][1] + 1:
            spans[-1][1] = seed
        else:
            spans.append([seed, seed])
    return ", ".join(f"{low}" if low == high else f"{low} to {high}" for low, high in spans)
