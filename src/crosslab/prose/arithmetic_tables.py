"""Tables and sentences of the chapter on arithmetic, all from ``claims/published.yaml``."""

from math import inf
from typing import Final

from crosslab.arithmetic import (
    LEVEL,
    TEST_LEVEL,
    VIEWS,
    WANTED_POWER,
    Check,
    Gain,
    accuracies,
    average_checks,
    errors_by_language,
    gains,
    reruns,
    updates,
)
from crosslab.claims import Claim
from crosslab.numerals import points, with_interval
from crosslab.prose.render import literature_words, table
from crosslab.published import Published, System
from crosslab.stats.crossed import Interval
from crosslab.stats.singleruns import Noise

_NONE: Final = "\N{EN DASH}"


def accuracy_table(known: Published, benchmark_key: str) -> str:
    """Return the published accuracies of a benchmark, a system a column, with their averages."""
    benchmark = known.benchmark(benchmark_key)
    systems = [each for each in known.systems if each.benchmark == benchmark_key]
    rows = [
        (language, f"{items:,}", *(_value(each.accuracy_points.get(language)) for each in systems))
        for language, items in benchmark.test_items.items()
    ]
    checked = {each.system.key: each for each in average_checks(known)}
    found = [checked.get(each.key) for each in systems]
    rows += [
        ("**average, as printed**", "", *(_value(each.average_points) for each in systems)),
        (
            "mean of the rows",
            "",
            *(_value(each.from_rows_points if each else None, 2) for each in found),
        ),
        (
            "printed one follows",
            "",
            *(_NONE if each is None else "yes" if each.holds else "**no**" for each in found),
        ),
    ]
    header = ("language", "test items", *(each.name for each in systems))
    sources = "; ".join(f"{each.name}: {each.source} ({each.mark})" for each in systems)
    return (
        f"{table(header, rows)}\n\n{benchmark.name}, points. Items: {benchmark.source} "
        f"({benchmark.mark}). Accuracies: {sources}."
    )


def _value(value: float | None, digits: int = 1) -> str:
    return _NONE if value is None else f"{value:.{digits}f}"


def averages_words(known: Published) -> str:
    """Return whether the printed averages follow from the printed rows."""
    found = average_checks(known)
    holding = sum(each.holds for each in found)
    largest = max(found, key=lambda each: abs(each.gap_points))
    return (
        f"Of {len(found)} systems with complete rows, the printed average of {holding} follows "
        "from them, rounding allowed for and every language counted alike. The largest gap is "
        f"{abs(largest.gap_points):.2f} points ({largest.system.name}, {largest.benchmark.name})."
    )


def error_table(known: Published) -> str:
    """Return the binomial standard errors of single accuracies and of averages."""
    systems = [each for each in known.systems if _usable(known, each)]
    rows = []
    for system in systems:
        found = errors_by_language(system, known.benchmark(system.benchmark))
        least, most = min(found.languages.values()), max(found.languages.values())
        one = f"{least:.2f}" if least == most else f"{least:.2f} to {most:.2f}"
        average = found.average
        rows.append(
            (system.name, found.benchmark.name, one, f"{average.low:.2f}", f"{average.high:.2f}")
        )
    header = ("system", "benchmark", "one language", "average, independent", "average, parallel")
    return table(header, rows)


def _usable(known: Published, system: System) -> bool:
    complete = set(system.accuracy_points) == set(known.benchmark(system.benchmark).test_items)
    return complete or system.key in {each.control for each in known.claimed}


def difference_table(known: Published) -> str:
    """Return the standard error of each claimed gain from test items, between its bounds."""
    rows = []
    for gain in gains(known):
        readings = {
            "every changed answer changed the same way": gain.items_least,
            "the runs agree no more than by chance": gain.items_unrelated,
            "the runs agree as little as they can": gain.items_greatest,
        }
        rows += [
            (
                f"{points(gain.points)}, {gain.benchmark.name}",
                words,
                f"{b.low:.2f}",
                f"{b.high:.2f}",
            )
            for words, b in readings.items()
        ]
    return table(("gain", "how two runs agree", "languages independent", "parallel"), rows)


def rerun_table(known: Published) -> str:
    """Return the published figures that somebody repeated, and by how much they differ."""
    rows = [
        (
            each.system,
            known.benchmark(each.benchmark).name,
            each.average_points[0],
            ", ".join(str(value) for value in each.average_points[1:]),
            ", ".join(points(value - each.average_points[0]) for value in each.average_points[1:]),
            f"{each.source} ({each.mark})",
        )
        for each in known.reruns
    ]
    return table(("system", "benchmark", "published", "re-run", "difference", "source"), rows)


def rerun_words(known: Published) -> str:
    """Return the standard deviation between runs, on both benchmarks and on each."""
    both = reruns(known)
    apart = ", ".join(
        f"{_deviation(reruns(known, each.key))} on {each.name} alone"
        for each in known.benchmarks
        if any(run.benchmark == each.key for run in known.reruns)
    )
    return (
        f"Between runs of one system an average moves with a standard deviation of "
        f"{_deviation(both)}; {apart}."
    )


def _deviation(noise: Noise) -> str:
    return f"{noise.points:.2f} points ({noise.degrees:.0f} degrees of freedom)"


def interval_table(known: Published) -> str:
    """Return each claimed gain under every reading of the chance in it, the figure in numbers."""
    rows = [
        (
            f"{points(gain.points)}, {gain.benchmark.name}",
            VIEWS[name],
            f"{noise.points:.2f}",
            _NONE if noise.degrees == inf else f"{noise.degrees:.0f}",
            with_interval(Interval(gain.points, *gain.interval(noise))),
        )
        for gain in gains(known)
        for name, noise in gain.views().items()
    ]
    header = ("gain", "what counts as chance", "standard error", "d. f.", "95 % interval")
    return table(header, rows)


def need_table(known: Published) -> str:
    """Return what one comparison can detect and what each claimed gain would need."""
    found = gains(known)
    header = ("", *(f"{points(gain.points)}, {gain.benchmark.name}" for gain in found))
    return table(
        header,
        [
            ("smallest effect one comparison detects, re-runs counted", *map(_reruns_find, found)),
            ("the same, re-runs and test items counted", *map(_both_find, found)),
            ("seeds per arm, the test set taken as given", *(_runs(g, 0.0) for g in found)),
            (
                "seeds per arm, test items counted at their least",
                *(_runs(g, g.items_least.low) for g in found),
            ),
            (
                "seeds per arm, test items counted cautiously",
                *(_runs(g, g.item_error) for g in found),
            ),
            ("answers that must turn right, net", *(f"{gain.answers:,.0f}" for gain in found)),
            (
                "as a share of the wrong answers of the control",
                *(f"{100 * gain.mended_share:.1f} %" for gain in found),
            ),
            (
                "standard deviation between runs from which the interval holds zero",
                *(_value(gain.largest_rerun_points, 2) for gain in found),
            ),
        ],
    )


def need_words() -> str:
    """Return at which level and with what power the needs are stated."""
    return (
        f"Tests are one-sided at {100 * TEST_LEVEL:.0f} %, the wanted power is "
        f"{100 * WANTED_POWER:.0f} %, intervals are two-sided at {100 * LEVEL:.0f} %. “None” means "
        "that no number of seeds is enough, because the error of the test items alone is too large."
    )


def _reruns_find(gain: Gain) -> str:
    return f"{gain.detectable(gain.views()['reruns-alone']):.1f} points"


def _both_find(gain: Gain) -> str:
    return f"{gain.detectable(gain.noise):.1f} points"


def _runs(gain: Gain, item_error: float) -> str:
    needed = gain.runs_needed(item_error)
    return "None" if needed is None else f"{needed}"


def update_table(known: Published) -> str:
    """Return how many updates the two sides of the comparison make (marked DERIVED)."""
    rows = [
        (each.benchmark.name, f"{each.robust:,.0f}", f"{each.plain:,.0f}", f"{each.ratio:.1f}")
        for each in updates(known)
    ]
    header = ("benchmark", "synonym smoothing, released", "plain, as in XTREME", "ratio")
    sources = "; ".join(dict.fromkeys(f"{each.source} ({each.mark})" for each in known.schedules))
    return (
        f"{table(header, rows)}\n\nUpdates, DERIVED from items, copies, epochs, batch: {sources}."
    )


def generalized_table(known: Published) -> str:
    """Return what is in print on pairs of two languages, about other methods."""
    rows = [
        (
            each.what,
            each.benchmark,
            f"{each.one_language_points:.1f}",
            f"{each.two_languages_points:.1f}",
            f"{each.source} ({each.mark})",
        )
        for each in known.generalized
    ]
    return table(("what", "benchmark", "one language", "two languages", "source"), rows)


def not_found(known: Published) -> str:
    """Return what was looked for in vain, a line each."""
    return "\n".join(f"- {each}" for each in known.not_found)


def check_words(claim: Claim, check: Check) -> str:
    """Return what arithmetic says of one claim, beside what the literature says."""
    if check.estimate_points is None or check.interval is None:
        measured = "nothing to compute"
    else:
        found = Interval(check.estimate_points, *check.interval)
        measured = f"{with_interval(found)} points, the claim taken at its word"
    return "\n\n".join(
        [
            f"> {claim.quote}",
            f"**Arithmetic**: {measured}. Reason: {check.reason}. What stands in the way: "
            f"`{check.obstacle}`.",
            literature_words(claim.claim_id),
        ]
    )


def checks_words(claims: list[Claim], checks: list[Check]) -> str:
    """Return what arithmetic says of every claim it was asked about."""
    known = {each.claim_id: each for each in claims}
    return "\n\n".join(check_words(known[each.claim_id], each) for each in checks)


def reading(known: Published) -> str:
    """Return what the chapter comes to, in sentences that follow from its numbers."""
    found = gains(known)
    within = [gain for gain in found if gain.interval(gain.noise)[0] <= 0]
    differences = [
        round(value - each.average_points[0], 2)  # the difference of two printed figures
        for each in known.reruns
        for value in each.average_points[1:]
    ]
    sizes = [abs(value) for value in differences]
    smallest = min(gain.points for gain in found)
    return (
        f"Of {len(found)} claimed gains, {len(within)} lie within what two single runs may differ "
        "by once test items and published re-runs are both counted. "
        f"{len(sizes)} re-runs differ from the published figure by {min(sizes):.1f} to "
        f"{max(sizes):.1f} points, {sum(size >= smallest for size in sizes)} of them by as much "
        f"as the smallest claimed gain or more; {sum(value < 0 for value in differences)} fall "
        "below what was published. "
        + " ".join(_case(gain) for gain in found)
        + f" {_stand_in(found)}"
    )


def _case(gain: Gain) -> str:
    largest = gain.largest_rerun_points
    if largest is None:
        return ""
    return (
        f"For {points(gain.points)} on {gain.benchmark.name} to be clear of zero, runs in one "
        f"laboratory would have to vary by less than {largest:.2f} points even if the test items "
        f"added as little as they can; published re-runs vary by {gain.rerun.points:.2f}."
    )


def _stand_in(found: list[Gain]) -> str:
    """Return which controls were not found in every language."""
    lacking = [
        f"{gain.control.name} on {gain.benchmark.name}, "
        f"{max(accuracies(gain.control, gain.benchmark).values()):.1f}"
        for gain in found
        if gain.stands_in
    ]
    if not lacking:
        return ""
    return (
        "Where no row per language was found, the average stands in for each, which makes the "
        f"errors rather too large ({'; '.join(lacking)})."
    )
