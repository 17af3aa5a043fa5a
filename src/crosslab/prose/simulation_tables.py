"""Tables and sentences of the chapter on how often the rule of decision is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import binom, norm

from crosslab.claims import Bar
from crosslab.errors import UsageError
from crosslab.evidence import complete_seeds, estimate_of, gathered
from crosslab.numerals import points
from crosslab.prose.render import table
from crosslab.records import MANIFEST, Store
from crosslab.seeding import generator
from crosslab.stats.decision import Criteria
from crosslab.stats.simulation import Spread, error_rates

STUDIES: Final = 600  # per number of seeds: seconds for a page, and rates good to about a point
LIKELY: Final = 0.999  # a rate above what this share of simulations would give is called too high

_ERRORS: Final = ("reproduced", "direction_found", "contradicted")


def simulated(
    bar: Bar,
    *,
    studies: int = STUDIES,
    seeds: Sequence[int] = (3, 5, 10, 20),
    spread: Spread | None = None,
) -> pd.DataFrame:
    """Return the rates of every outcome for a bar, the truth known (see ``error_rates``).

    True effects: the claimed one and its reverse, none, half the claimed, and the smallest that
    matters, which is where "contradicted" is hardest to get right.
    """
    claimed = bar.claimed_points
    if claimed is None:
        raise UsageError(f"The bar of {bar.claim_id} claims no value; name one that does.")
    truths = sorted({-claimed, 0.0, bar.smallest_effect_points, claimed / 2, claimed})
    seed = int(generator(0, f"simulated studies of {bar.claim_id}").integers(2**31))
    found = error_rates(
        bar.criteria, seed=seed, seeds=seeds, truths=truths, studies=studies, spread=spread
    )
    return found.assign(studies=studies)


def promised(outcome: str, criteria: Criteria) -> float:
    """Return how often an outcome may be wrong, by the level of the bar.

    "Reproduced" asks for two one-sided tests, each at the level; a direction, and what is
    contradicted, rest on one end of the two-sided interval.
    """
    missed = 1 - criteria.level
    return missed if outcome == "reproduced" else missed / 2


def is_wrong(outcome: str, truth: float, criteria: Criteria) -> bool:
    """Return whether an outcome would be an error if the effect were ``truth``.

    Example:
        >>> rule = Criteria(claimed_points=2.0, size_at_issue=True, smallest_effect_points=0.5,
        ...                 equivalence_points=1.0, level=0.95)
        >>> [is_wrong("reproduced", truth, rule) for truth in (0.0, 1.0, 1.5, 2.0)]
        [True, True, False, False]
        >>> is_wrong("direction_found", 0.0, rule), is_wrong("contradicted", 0.5, rule)
        (True, True)
    """
    if outcome == "direction_found":
        return truth <= 0
    if outcome == "contradicted":
        return truth >= criteria.smallest_effect_points
    claimed, margin = criteria.claimed_points, criteria.equivalence_points
    equivalent = claimed is not None and margin is not None and abs(truth - claimed) < margin
    return truth <= 0 or not equivalent


def errors(rates: pd.DataFrame, bar: Bar) -> pd.DataFrame:
    """Return every rate that is an error, what was promised, and what chance would still allow.

    Without the size at issue nothing is ever called reproduced, so those rows say nothing.
    """
    rows = []
    for _, row in rates[rates["size_at_issue"]].iterrows():
        for outcome in _ERRORS:
            if is_wrong(outcome, row["true_points"], bar.criteria):
                limit = promised(outcome, bar.criteria)
                studies = int(row["studies"])
                rows.append(
                    {
                        "outcome": outcome,
                        "seeds": int(row["seeds"]),
                        "true_points": row["true_points"],
                        "rate": row[outcome],
                        "promised": limit,
                        "allowed": binom.ppf(LIKELY, studies, limit) / studies,
                    }
                )
    return pd.DataFrame(rows)


def answer_words(rates: pd.DataFrame, bar: Bar) -> str:
    """Return, in one sentence, how often the rule is wrong, and whether that is as promised."""
    found = errors(rates, bar)
    worst = found.loc[found.groupby("outcome", sort=False)["rate"].idxmax()]
    said = ", ".join(
        f'"{_NAMES[row["outcome"]]}" in at most {_percent(row["rate"])} (promised: '
        f"{_percent(row['promised'])})"
        for _, row in worst.iterrows()
    )
    above = found[found["rate"] > found["allowed"]]
    verdict = (
        "no rate is higher than promised by more than the simulation's own chance."
        if above.empty
        else "**higher than promised**: "
        + "; ".join(
            f'"{_NAMES[row["outcome"]]}" with {row["seeds"]} seeds at a true effect of '
            f"{points(row['true_points'])}"
            for _, row in above.iterrows()
        )
        + "."
    )
    return (
        f"Of {int(rates['studies'].iloc[0]):,} simulated studies per number of seeds, where it "
        f"would be wrong, the rule says {said}; {verdict}"
    )


_NAMES: Final = {
    "reproduced": "reproduced",
    "direction_found": "the direction is there",
    "contradicted": "contradicted",
}


def rate_table(rates: pd.DataFrame, bar: Bar) -> str:
    """Return how often each outcome is reached, in per cent; errors are in bold.

    Whether the size is at issue moves studies between "reproduced" and "direction-only" alone.
    """
    without = rates[~rates["size_at_issue"]].set_index(["seeds", "true_points"])
    rows = []
    for _, row in rates[rates["size_at_issue"]].iterrows():
        truth = float(row["true_points"])
        wrong = {each: is_wrong(each, truth, bar.criteria) for each in _ERRORS}
        other = without.loc[(row["seeds"], truth)]
        rows.append(
            (
                _truth_words(truth, bar),
                int(row["seeds"]),
                _cell(row["reproduced"], wrong["reproduced"]),
                _cell(row["direction-only"], wrong["direction_found"]),
                _cell(other["direction-only"], wrong["direction_found"]),
                _cell(row["contradicted"], wrong["contradicted"]),
                _percent(row["inconclusive"]),
            )
        )
    header = (
        *("true effect", "seeds", "reproduced, if size is at issue"),
        *("direction-only, if it is", "direction-only, if it is not"),
        *("contradicted", "inconclusive"),
    )
    return table(header, rows)


def size_words(rates: pd.DataFrame, bar: Bar) -> str:
    """Return what becomes of "reproduced" where the size is not at issue, and where this bar is."""
    never = rates.loc[~rates["size_at_issue"], "reproduced"].max()
    said = "never said" if never == 0 else f"said in up to {_percent(never)} of studies"
    at_issue = "is at issue" if bar.size_at_issue else "is not at issue"
    return (
        f'Where the size is not at issue, "reproduced" is {said}. By the bar `{bar.claim_id}` the '
        f"size {at_issue}. In bold: outcomes that would "
        "be errors."
    )


def _truth_words(truth: float, bar: Bar) -> str:
    claimed = bar.claimed_points or 0.0
    names = {0.0: "none", claimed / 2: "half the claimed", claimed: "as claimed",
             -claimed: "reversed", bar.smallest_effect_points: "smallest that matters"}  # fmt: skip
    return f"{points(truth)}, {names[truth]}"


def _cell(rate: float, wrong: bool) -> str:
    return f"**{_percent(rate)}**" if wrong and rate > 0 else _percent(rate)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def power_table(rates: pd.DataFrame, bar: Bar) -> str:
    """Return the power that studies state beside how often they find the direction."""
    rows = [
        (
            _truth_words(row["true_points"], bar),
            int(row["seeds"]),
            _percent(row["stated_power"]),
            _percent(row["direction_found"]),
            f"{points(100 * (row['stated_power'] - row['direction_found']))}",
        )
        for _, row in _real(rates).iterrows()
    ]
    return table(("true effect", "seeds", "stated", "achieved", "stated minus achieved"), rows)


def _real(rates: pd.DataFrame) -> pd.DataFrame:
    """Return one row per number of seeds and true effect above zero."""
    return rates[rates["size_at_issue"] & (rates["true_points"] > 0)]


def power_words(rates: pd.DataFrame, bar: Bar) -> str:
    """Return how far the stated power can be believed, and what the seeds of the bar give."""
    real = _real(rates)
    found, stated = real["direction_found"], real["stated_power"]
    gap = stated - found
    variance = np.maximum(found * (1 - found), stated * (1 - stated)) / real["studies"]
    chance = norm.ppf(LIKELY) * np.sqrt(variance)
    over = sorted({int(each) for each in real.loc[gap > chance, "seeds"]})
    largest = gap.groupby(real["seeds"]).max()
    gaps = ", ".join(f"{points(100 * each)} with {seeds}" for seeds, each in largest.items())
    said = [f"Stated minus achieved power, at its largest, in points: {gaps} seeds."]
    if over:
        said.append(
            f"With {' or '.join(map(str, over))} seeds that is more than the simulation's own "
            "chance: a spread known from so few seeds is often far too small, and the power that "
            "follows from it too high."
        )
    else:
        said.append("None of that is more than the simulation's own chance.")
    own = _real(rates[rates["seeds"] == bar.seeds])
    own = own[np.isclose(own["true_points"], bar.claimed_points or 0.0)]
    said += [
        f"With the {bar.seeds} seeds of the bar, an effect as claimed is found in "
        f"{_percent(row['direction_found'])} of studies; where the size is at issue, it is "
        f"called reproduced in {_percent(row['reproduced'])}."
        for _, row in own.iterrows()
    ]
    return " ".join(said)


def assumption_words(bar: Bar, spread: Spread | None = None) -> str:
    """Return what the simulated studies are made of, and what that leaves out."""
    each = spread or Spread()
    return (
        f"A simulated study has {each.items:,} items. The gain of a seed varies by "
        f"{each.seed_points:g} points, that of an item by {each.item_points:g}, that of a single "
        f"answer, averaged over languages, by {each.answer_points:g} (standard deviations), so "
        f"that the mean of one seed varies by {_of_one_seed(each):.2f}. They were set after the "
        "pilot, to be close to it. Seeds are normally distributed and independent of each other, "
        "items too; no run collapses, none is missing, and languages are fixed, so another set of "
        f"languages is not simulated. The rule is the one of the bar `{bar.claim_id}`: interval at "
        f"{100 * bar.level:g} %, smallest effect that matters {bar.smallest_effect_points:g}, "
        f"margin {bar.equivalence_points:.1f} points."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RealSpread:
    """How much seeds vary in the runs a bar is about, and the rule tried again at that spread."""

    experiment: str
    scale: str
    seeds: int
    points: float  # by which the mean gain of one seed varies
    again: pd.DataFrame  # as ``simulated`` returns it, at the seeds of the bar

    @property
    def of_assumed(self) -> float:
        """How many times as large it is as the spread that is assumed."""
        return self.points / _of_one_seed(Spread())


def at_real_spread(store: Store, scale: str, bar: Bar) -> RealSpread | None:
    """Return the spread of the real runs and what it makes of the rule; nothing without runs."""
    (name, *_) = bar.experiments
    if not _complete(store, scale, name, (bar.treated, bar.control)):
        return None
    evidence = gathered(store, scale, name, arms=(bar.treated, bar.control))
    gains = evidence.outcomes.gain(bar.treated, bar.control, evidence.outcomes.cells(bar.cells))
    real = estimate_of(gains).seed_error * sqrt(len(gains))
    return RealSpread(
        experiment=name,
        scale=scale,
        seeds=len(gains),
        points=real,
        again=simulated(bar, seeds=(bar.seeds,), spread=_as_spread(real)),
    )


def leading_words(found: RealSpread | None, bar: Bar, rates: pd.DataFrame) -> str:
    """Return what holds at the spread of the real runs, to stand before what is assumed."""
    if found is None:
        return (
            f"`{bar.claim_id}`: too few runs to tell how much real seeds vary; what follows rests "
            "on an assumed spread."
        )
    return (
        f"**`{bar.claim_id}`**: real seeds vary {found.of_assumed:.2f} times as much as the "
        f"figures below assume. At the measured spread an effect as claimed is found in "
        f"{_percent(_found_as_claimed(found.again, bar))} of studies with the {bar.seeds} seeds of "
        f"the bar, where the figures have {_percent(_found_as_claimed(rates, bar))}; the rule is "
        f"wrong at the most: {_wrong_at_most(found, bar)}."
    )


def spread_words(found: RealSpread | None, bar: Bar, rates: pd.DataFrame) -> str:
    """Return how much seeds vary in the real study, and how the rule does at that spread."""
    if found is None:
        (name, *_) = bar.experiments
        return f"How much seeds vary in `{name}` is not known: too few runs."
    power, before = (_found_as_claimed(each, bar) for each in (found.again, rates))
    return (
        f"In `{found.experiment}` at scale `{found.scale}` the mean gain of one seed varies by "
        f"{found.points:.2f} points between {found.seeds} seeds, {found.of_assumed:.2f} times what "
        f"is assumed. Simulated again with seeds that vary as much, at the {bar.seeds} seeds of "
        f"the bar: wrong at the most, {_wrong_at_most(found, bar)}; an effect as claimed is found "
        f"in {_percent(power)} of studies, against {_percent(before)} under the assumption."
    )


def _wrong_at_most(found: RealSpread, bar: Bar) -> str:
    worst = errors(found.again, bar).groupby("outcome", sort=False)["rate"].max()
    return ", ".join(f'"{_NAMES[str(each)]}" {_percent(rate)}' for each, rate in worst.items())


def _of_one_seed(spread: Spread) -> float:
    """Return by how many points the mean gain of one seed varies, the items given."""
    return sqrt(spread.seed_points**2 + spread.answer_points**2 / spread.items)


def _as_spread(points_of_one_seed: float) -> Spread:
    """Return the usual spread with seeds that vary by so much; answers alone give the least."""
    usual = Spread()
    of_answers = usual.answer_points**2 / usual.items
    return replace(usual, seed_points=sqrt(max(0.0, points_of_one_seed**2 - of_answers)))


def _found_as_claimed(rates: pd.DataFrame, bar: Bar) -> float:
    """Return how often an effect as claimed is found with the seeds of the bar."""
    as_claimed = np.isclose(rates["true_points"], bar.claimed_points or 0.0)
    own = rates[(rates["seeds"] == bar.seeds) & as_claimed & rates["size_at_issue"]]
    return float(own["direction_found"].iloc[0])


def _complete(store: Store, scale: str, experiment: str, arms: tuple[str, ...]) -> bool:
    """Whether two seeds at least have a run of every one of these arms."""
    if not (store.root / scale / MANIFEST).exists():
        return False
    units = [
        unit
        for unit in store.manifest(scale).units
        if unit.experiment == experiment and unit.arm in arms
    ]
    there = [unit for unit in units if store.state(unit) != "absent"]
    return len(complete_seeds(units, there)) > 1
