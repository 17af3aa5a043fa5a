"""What published numbers alone say of a claim: rung ``arithmetic``.

The paper's own tables were not found, so no claimed figure can be recomputed. What can be
done is to take a claimed gain at its word, as the difference of two single runs, and ask
how far such a difference moves by chance: with other test items, and with another run.
Every choice that widens or narrows an interval is named where it is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from statistics import fmean
from typing import Final, Literal

from crosslab.errors import UsageError
from crosslab.published import Benchmark, Claimed, Published, System, published
from crosslab.stats.singleruns import (
    Bounds,
    Noise,
    accuracy_error_points,
    average_error,
    detectable_points,
    difference_noise,
    disagreement,
    half_width,
    largest_rerun_points,
    p_greater,
    paired_error_points,
    power,
    rerun_noise,
    runs_needed,
)

LEVEL: Final = 0.95  # of two-sided intervals
TEST_LEVEL: Final = 0.05  # of one-sided tests
WANTED_POWER: Final = 0.8

VIEWS: Final = {
    "test-items-least": "test items, at the least",
    "test-items-cautious": "test items, cautious",
    "reruns-same-benchmark": "re-runs of this benchmark",
    "reruns-alone": "re-runs of both",
    "reruns-and-test-items": "re-runs of both and test items",
}

# A printed average may differ by half a last digit, and the mean of printed rows by as much.
ROUNDING_POINTS: Final = 0.05 + 0.05

Obstacle = Literal[
    "needs-gpu", "needs-network", "data-unavailable", "benchmark-does-not-exist", "not-measurable"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What arithmetic on published numbers says of one claim."""

    claim_id: str
    estimate_points: float | None
    interval: tuple[float, float] | None
    claimed_points: float | None
    tests: dict[str, dict[str, float]]
    power: float | None
    obstacle: Obstacle | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageCheck:
    """Whether a printed average follows from the printed rows, each language counted alike."""

    system: System
    benchmark: Benchmark
    from_rows_points: float

    @property
    def gap_points(self) -> float:
        """How far the printed average lies above the mean of the rows."""
        return (self.system.average_points or 0.0) - self.from_rows_points

    @property
    def holds(self) -> bool:
        """Whether rounding alone can explain the gap."""
        return abs(self.gap_points) <= ROUNDING_POINTS + 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsByLanguage:
    """Binomial standard errors of one system, in points."""

    system: System
    benchmark: Benchmark
    languages: dict[str, float]
    average: Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """A claimed gain taken as the difference of two single runs, and the chance in it."""

    claim_id: str
    points: float
    benchmark: Benchmark
    control: System
    stands_in: bool  # the control's average stands in for every language
    items_least: Bounds  # every changed answer changed the same way
    items_unrelated: Bounds  # the two runs agree no more than chance makes them
    items_greatest: Bounds  # no assumption on how the runs agree
    rerun: Noise  # between runs of one system, pooled over both benchmarks
    rerun_here: Noise  # the same on this benchmark alone

    @property
    def item_error(self) -> float:
        """The cautious error from test items: unrelated answers, fully parallel languages."""
        return self.items_unrelated.high

    @property
    def noise(self) -> Noise:
        """The cautious error from test items and that of re-runs, together."""
        return difference_noise(self.item_error, self.rerun)

    def interval(self, noise: Noise) -> tuple[float, float]:
        """Return the two-sided interval under some noise."""
        reach = half_width(noise, LEVEL)
        return self.points - reach, self.points + reach

    def views(self) -> dict[str, Noise]:
        """Return the noise under each reading of ``VIEWS``."""
        return {
            "test-items-least": Noise(self.items_least.low, inf),
            "test-items-cautious": Noise(self.item_error, inf),
            "reruns-same-benchmark": difference_noise(0.0, self.rerun_here),
            "reruns-alone": difference_noise(0.0, self.rerun),
            "reruns-and-test-items": self.noise,
        }

    def detectable(self, noise: Noise) -> float:
        """Return the smallest effect that one comparison finds with the wanted power."""
        return detectable_points(noise, level=TEST_LEVEL, wanted=WANTED_POWER)

    def runs_needed(self, item_error: float) -> int | None:
        """Return how many runs per arm would find a true gain of this size."""
        return runs_needed(
            self.points,
            item_error=item_error,
            rerun=self.rerun,
            level=TEST_LEVEL,
            wanted=WANTED_POWER,
        )

    @property
    def answers(self) -> float:
        """How many more right answers the gain is, over all languages."""
        return self.points / 100 * sum(self.benchmark.test_items.values())

    @property
    def mended_share(self) -> float:
        """Which share of the control's wrong answers that is."""
        return self.points / (100 - fmean(accuracies(self.control, self.benchmark).values()))

    @property
    def largest_rerun_points(self) -> float | None:
        """Above which deviation between runs the interval holds zero, test items at their least."""
        return largest_rerun_points(self.points, self.items_least.low, level=LEVEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """How many updates two schedules on one benchmark make."""

    benchmark: Benchmark
    robust: float
    plain: float

    @property
    def ratio(self) -> float:
        """How many times as many the robust one makes."""
        return self.robust / self.plain


def checks(known: Published | None = None) -> list[Check]:
    """Return what arithmetic says of every claim that has an entry, in the file's order."""
    known = known or published()
    return [
        _gain_check(gain(known, each)) if each.gain_points is not None else _figureless(each)
        for each in known.claimed
    ]


def average_checks(known: Published) -> list[AverageCheck]:
    """Return the check of every average whose rows are complete."""
    found = []
    for system in known.systems:
        benchmark = known.benchmark(system.benchmark)
        if system.average_points is not None and _complete(system, benchmark):
            mean = fmean(system.accuracy_points.values())
            found.append(AverageCheck(system=system, benchmark=benchmark, from_rows_points=mean))
    return found


def errors_by_language(system: System, benchmark: Benchmark) -> ErrorsByLanguage:
    """Return the binomial standard errors of a system in every language, and on average."""
    errors = {
        language: accuracy_error_points(accuracy, benchmark.test_items[language])
        for language, accuracy in accuracies(system, benchmark).items()
    }
    return ErrorsByLanguage(
        system=system,
        benchmark=benchmark,
        languages=errors,
        average=average_error(list(errors.values())),
    )


def accuracies(system: System, benchmark: Benchmark) -> dict[str, float]:
    """Return accuracy per language; the average for all of them where rows are missing.

    The variance of a right answer is concave in accuracy, so with the average in every
    language the errors come out too large rather than too small.
    """
    if _complete(system, benchmark):
        return {language: system.accuracy_points[language] for language in benchmark.test_items}
    if system.average_points is None:
        raise UsageError(
            f"System {system.key} has neither a row for every language of {benchmark.key} nor an "
            "average; add one of them to claims/published.yaml."
        )
    return dict.fromkeys(benchmark.test_items, system.average_points)


def gains(known: Published) -> list[Gain]:
    """Return every claimed gain that has a figure."""
    return [gain(known, each) for each in known.claimed if each.gain_points is not None]


def gain(known: Published, claimed: Claimed) -> Gain:
    """Return a claimed gain and the chance in it, the gain taken to be alike in all languages."""
    points = claimed.gain_points or 0.0
    benchmark = known.benchmark(claimed.benchmark or "")
    control = known.system(claimed.control or "")
    rows = [
        (disagreement(accuracy, points), benchmark.test_items[language])
        for language, accuracy in accuracies(control, benchmark).items()
    ]

    def averaged(disagreeing: Sequence[float]) -> Bounds:
        pairs = zip(disagreeing, rows, strict=True)
        return average_error([paired_error_points(d, points, items) for d, (_, items) in pairs])

    return Gain(
        claim_id=claimed.claim_id,
        points=points,
        benchmark=benchmark,
        control=control,
        stands_in=not _complete(control, benchmark),
        items_least=averaged([each.least for each, _ in rows]),
        items_unrelated=averaged([each.unrelated for each, _ in rows]),
        items_greatest=averaged([each.greatest for each, _ in rows]),
        rerun=reruns(known),
        rerun_here=reruns(known, benchmark.key),
    )


def reruns(known: Published, benchmark: str | None = None) -> Noise:
    """Return the standard deviation of an average between runs, on one benchmark or on all.

    The published pairs come mostly from people who could not repeat a figure, with other
    code and machines: that is more noise than two runs in one laboratory have.
    """
    return rerun_noise(
        [each.average_points for each in known.reruns if benchmark in (None, each.benchmark)]
    )


def updates(known: Published) -> list[Updates]:
    """Return the updates of both schedules on every benchmark that has them."""
    made = {
        (each.benchmark, each.key): known.benchmark(each.benchmark).training_items
        * each.copies
        * each.epochs
        / each.batch
        for each in known.schedules
    }
    return [
        Updates(
            benchmark=each,
            robust=made[each.key, "smoothing-synonyms"],
            plain=made[each.key, "plain"],
        )
        for each in known.benchmarks
        if {(each.key, "smoothing-synonyms"), (each.key, "plain")} <= set(made)
    ]


def _complete(system: System, benchmark: Benchmark) -> bool:
    return set(system.accuracy_points) == set(benchmark.test_items)


def _gain_check(found: Gain) -> Check:
    views = found.views()
    return Check(
        claim_id=found.claim_id,
        estimate_points=found.points,
        interval=found.interval(found.noise),
        claimed_points=found.points,
        tests={name: _test(found, noise) for name, noise in views.items()} | _needs(found),
        power=power(found.points, found.noise, level=TEST_LEVEL),
        obstacle="data-unavailable",
        reason=_reason(found),
    )


def _test(found: Gain, noise: Noise) -> dict[str, float]:
    low, high = found.interval(noise)
    interval = {"standard_error": noise.points, "low": low, "high": high}
    if noise.points == found.items_least.low:
        return interval  # without a gain nothing would have changed: there is no null to test
    test = {
        **interval,
        "p_one_sided": p_greater(found.points, noise),
        "power": power(found.points, noise, level=TEST_LEVEL),
        "detectable_points": found.detectable(noise),
    }
    # Where the error is taken as known there are no degrees of freedom to state.
    return test if noise.degrees == inf else {**test, "degrees_of_freedom": noise.degrees}


def _needs(found: Gain) -> dict[str, dict[str, float]]:
    """Return what a study would need; a number that does not exist is left out."""
    errors = {
        "runs_same_test_set": 0.0,
        "runs_test_items_least": found.items_least.low,
        "runs_test_items_cautious": found.item_error,
    }
    needed = {name: found.runs_needed(error) for name, error in errors.items()}
    numbers = {
        **{name: None if runs is None else float(runs) for name, runs in needed.items()},
        "largest_rerun_points": found.largest_rerun_points,
        "answers": found.answers,
        "mended_share": found.mended_share,
    }
    return {"needs": {name: value for name, value in numbers.items() if value is not None}}


def _reason(found: Gain) -> str:
    low, high = found.interval(found.noise)
    least = found.interval(found.views()["test-items-least"])
    cautious = found.interval(found.views()["test-items-cautious"])
    return (
        "the tables of the paper were not found, so the figure cannot be recomputed; the estimate "
        f"is the claimed {found.points:+.1f} itself, taken as the difference of two single runs on "
        f"{found.benchmark.name}. Counting test items alone its interval is {_range(least)} at "
        f"the narrowest and {_range(cautious)} counted cautiously; with the noise between "
        f"published re-runs added, which come from different laboratories and so are noisier than "
        f"two runs in one, it is {_range((low, high))}, which "
        f"{'holds' if low <= 0 <= high else 'leaves out'} zero"
    )


def _range(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:+.1f} to {bounds[1]:+.1f}".replace("-", "\N{MINUS SIGN}")


def _figureless(claimed: Claimed) -> Check:
    return Check(
        claim_id=claimed.claim_id,
        estimate_points=None,
        interval=None,
        claimed_points=None,
        tests={},
        power=None,
        obstacle="data-unavailable",
        reason=(
            "the claim names no figure, and the tables behind it were not found, so there is "
            "nothing to compute. In print, the abstract of the second version says that the "
            "improvement is more significant where the two sentences are in two languages; that "
            "of the first version does not say so, and neither gives a size. Published gains of "
            "another method on such pairs show that the pattern occurs, not that it holds here"
        ),
    )
