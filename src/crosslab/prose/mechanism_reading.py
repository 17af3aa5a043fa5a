"""Sentences of the chapter on the mechanism; their words are chosen by the numbers.

No bar was locked for these measurements: what is said here is a reading, not a verdict.
The thresholds that choose its words stand below and are printed with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Any, Final

import numpy as np
import pandas as pd

from crosslab.arms import CONTROL
from crosslab.probes import (
    CONFIDENCE,
    RANDOM,
    SOURCE,
    TARGETS,
    WORST,
    Probes,
    failures_inside,
    far_and_right,
    farthest,
    noise_leads,
    noise_losses,
)
from crosslab.prose.mechanism_tables import percent, signed

FEW_SHARE: Final = 0.05  # fewer target items than this inside a ball: translations are outside
MOST_SHARE: Final = 0.5  # more than this: translations are mostly inside
HARMLESS_POINTS: Final = 1.0  # noise that surely costs less than this is called harmless


def ball_words(found: Probes) -> str:
    """Return what noise costs inside the balls that arms were trained in, and what training saves.

    The worst noise that was found is no worse than the worst there is: costs are at least these.
    """
    losses, leads = noise_losses(found), noise_leads(found)
    lines = [
        f"`{arm}`, trained in balls of radius {radius:g}: "
        + "; ".join(
            _inside_words(
                arm, kind, *(_at(rows, arm, kind, radius, SOURCE) for rows in (losses, leads))
            )
            for kind in (RANDOM, WORST)
        )
        + "."
        for arm, radius in found.balls.items()
    ]
    lines.append(
        "Noise is called harmless where the whole interval of what it costs lies below "
        f"{HARMLESS_POINTS:.1f} points."
    )
    return "\n".join(f"- {line}" for line in lines)


def _inside_words(
    arm: str, kind: str, loss: "pd.Series[float] | None", lead: "pd.Series[float] | None"
) -> str:
    name = "random noise" if kind == RANDOM else "the worst noise found"
    if loss is None:
        return f"{name} of that size was not measured"
    said = f"{name} of that size costs {signed(loss)} points in the source ({_harm(loss)})"
    if lead is None:
        return said
    return f"{said}, and under it `{arm}` is {signed(lead)} points ahead of `{CONTROL}`"


def _at(
    rows: pd.DataFrame, arm: str, kind: str, radius: float, where: str
) -> "pd.Series[float] | None":
    """Return the one row about these, or nothing."""
    if rows.empty:
        return None
    asked = (rows["arm"] == arm) & (rows["noise"] == kind) & (rows["where"] == where)
    found = rows[asked & (rows["radius"] == radius)]
    return None if found.empty else found.iloc[0]


def _harm(loss: "pd.Series[float]") -> str:
    """Return in a word what a loss amounts to; a loss that is too uncertain is undecided.

    Example:
        >>> [_harm(pd.Series({"low": low, "high": high})) for low, high in [(-1, 0.5), (2, 9)]]
        ['harmless', 'not harmless']
        >>> _harm(pd.Series({"low": 0.5, "high": 3.0}))
        'undecided'
    """
    if loss["high"] < HARMLESS_POINTS:
        return "harmless"
    return "not harmless" if loss["low"] > HARMLESS_POINTS else "undecided"


def attack_words(curves: pd.DataFrame) -> str:
    """Return where the worst noise found is plainly not the worst there is, if anywhere.

    Larger balls hold the smaller ones, so the worst noise in them is at least as bad. Where
    accuracy rises with the radius, the attack fell short.
    """
    worst = curves[(curves["noise"] == WORST) & (curves["where"] == SOURCE)]
    rises = []
    for arm, rows in worst.groupby("arm", sort=False):
        ordered = rows.sort_values("radius")
        values, radii = ordered["estimate"].to_numpy(), ordered["radius"].to_numpy()
        above = np.flatnonzero(values > np.minimum.accumulate(values) + HARMLESS_POINTS)
        if above.size:
            rises.append((str(arm), float(radii[above[0]])))
    if not rises:
        return "Accuracy under the worst noise found never rises with the radius, as it should not."
    first = min(radius for _, radius in rises)
    return (
        "A larger ball holds the smaller one, so accuracy under the worst noise cannot truly rise. "
        f"It does, from radius {first:g} on, under {_list(arm for arm, _ in rises)}: there the "
        "attack, of few steps, misses noise that is worse. At such radii read the lower curves as "
        "upper bounds and no more."
    )


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def certificate_words(found: Probes) -> str:
    """Return what a certificate is about, how sure it is, and how far it can reach at all."""
    draws = int(found.votes["draws"].iloc[0])
    reach = max(farthest(found).values())
    total = far_and_right(found)["total"]
    beyond = float((total > reach).mean())
    fate = (
        "no target item lies that near"
        if beyond == 1
        else f"{percent(1 - beyond)} of the target items lie that near"
    )
    return (
        "The curves are about the *smoothed* classifier, which answers what most draws of noise "
        "answer, and not about the model it is made from. Each certificate holds with "
        f"{100 * CONFIDENCE:g} % confidence, one by one and not all together. With {draws} counted "
        f"draws the farthest distance that can be certified is {reach:.2f}, over the whole input; "
        f"the nearest target item lies at {total.min():.2f}, the median one at "
        f"{total.median():.2f}: {fate}. A certificate covers a translation only if it does."
    )


def distance_words(found: Probes) -> str:
    """Return how far target items lie, and how many failures lie in the ball of each arm."""
    away = far_and_right(found)
    medians = away.groupby("arm", sort=False)["largest"].median()
    said = [
        "In the median target item the word farthest from home lies, in lengths of that source "
        "word, at "
        + ", ".join(f"{value:.2f} (`{arm}`)" for arm, value in medians.items())
        + f". The nearest of all items lies at {away['largest'].min():.2f}. For comparison: two "
        f"words of equal length with nothing in common lie {sqrt(2):.2f} lengths apart."
    ]
    states = away.groupby("arm", sort=False)["state_distance"].median()
    said.append(
        "The state that the classifier reads moves, in the median target item, by "
        + ", ".join(f"{value:.2f} (`{arm}`)" for arm, value in states.items())
        + " of its length in the source."
    )
    for arm, row in _inside(found).items():
        said.append(
            f"`{arm}` was trained in balls of radius {row['radius']:g}. {percent(row['items'])} of "
            f"{row['item_count']:,} target items lie inside with every word, and "
            f"{percent(row['failures'])} of its {row['failure_count']:,} failures."
        )
    return "\n\n".join(said)


def _inside(found: Probes) -> dict[str, dict[str, Any]]:
    """Return, per arm that was trained in a ball, what lies in that ball."""
    rows = failures_inside(found, sorted(set(found.balls.values()))).to_dict("records")
    return {
        str(row["arm"]): {str(name): value for name, value in row.items()}
        for row in rows
        if found.balls.get(str(row["arm"])) == row["radius"]
    }


def reading(found: Probes) -> str:
    """Return whether what was measured fits the paper's argument, sentence by sentence."""
    if not found.balls:
        return "No arm that was trained in a ball has been run, so there is nothing to read yet."
    losses, leads = noise_losses(found), noise_leads(found)
    protects, at_random = (
        [arm for arm, radius in found.balls.items() if _protects(leads, arm, radius, kind)]
        for kind in (WORST, RANDOM)
    )
    left = {arm: _at(losses, arm, WORST, found.balls[arm], SOURCE) for arm in protects}
    shares = {arm: float(row["items"]) for arm, row in _inside(found).items()}
    return "\n\n".join(
        [
            "This is a reading and no verdict: no bar was locked for it, and intervals are not "
            "widened for their number. The argument has two halves: training makes what lies "
            "inside the ball harmless, and translations lie inside the ball.",
            f"{_first_half(protects, list(found.balls), left)} Under random noise of the size an "
            f"arm was trained with, surely ahead: {_list(at_random) or 'none'}.",
            _second_half(shares),
            _beyond(found, leads),
            _conclusion(left, shares),
        ]
    )


def _protects(leads: pd.DataFrame, arm: str, radius: float, kind: str) -> bool:
    """Whether an arm is surely ahead of the control under a kind of noise in its own ball."""
    lead = _at(leads, arm, kind, radius, SOURCE)
    return lead is not None and bool(lead["low"] > 0)


def _first_half(
    protects: Sequence[str], asked: Sequence[str], left: Mapping[str, "pd.Series[float] | None"]
) -> str:
    others = [arm for arm in asked if arm not in protects]
    said = ["**The first half.**"]
    if protects:
        costs = "; ".join(
            f"`{arm}` {signed(loss)} points, {_harm(loss)}"
            for arm, loss in left.items()
            if loss is not None
        )
        said.append(
            f"Inside its own ball {_list(protects)} withstands the worst noise found better than "
            f"`{CONTROL}`, the whole interval above zero. What that noise still costs: {costs}."
        )
    if others:
        said.append(
            f"Of {_list(others)} that cannot be said: the interval holds zero, lies below it, or "
            "is not there."
        )
    return " ".join(said)


def _second_half(shares: Mapping[str, float]) -> str:
    each = ", ".join(f"{percent(share)} (`{arm}`)" for arm, share in shares.items())
    most = max(shares.values())
    word = (
        f"fewer than {100 * FEW_SHARE:g} % of translations lie in any ball"
        if most < FEW_SHARE
        else f"more than {100 * MOST_SHARE:g} % of translations lie in a ball"
        if most > MOST_SHARE
        else "some translations lie in a ball and many do not"
    )
    return f"**The second half.** Target items inside the ball: {each}. So {word}."


def _beyond(found: Probes, leads: pd.DataFrame) -> str:
    """Return whether training helps against noise about as large as a translation."""
    median = float(far_and_right(found)["largest"].median())
    radius = min(found.radii, key=lambda each: abs(each - median))
    leads_by_arm = {
        arm: (_at(leads, arm, RANDOM, radius, SOURCE), _at(leads, arm, RANDOM, 0.0, TARGETS))
        for arm in found.balls
    }
    known = {
        arm: (noisy, targets)
        for arm, (noisy, targets) in leads_by_arm.items()
        if noisy is not None and targets is not None
    }
    if not known:
        return f"Without `{CONTROL}` nothing can be said of noise larger than the balls."
    each = "; ".join(
        f"`{arm}` {signed(noisy)} and {signed(targets)}" for arm, (noisy, targets) in known.items()
    )
    ahead = [arm for arm, (noisy, _) in known.items() if noisy["low"] > 0]
    return (
        f"**Beyond the ball.** Of the sizes of noise that were tried, {radius:g} is nearest to the "
        "median distance of a translation. Under random noise of that size in the source, and on "
        f"targets without any noise, points ahead of `{CONTROL}`: {each}. "
        + (
            f"So training reaches further than its ball for {_list(ahead)}, which the argument as "
            "it stands does not cover."
            if ahead
            else "No arm is surely ahead under such noise."
        )
    )


def _conclusion(left: Mapping[str, "pd.Series[float] | None"], shares: Mapping[str, float]) -> str:
    """Return the reading the thresholds lead to.

    Args:
        left: By arm that withstands the worst noise in its ball better than the control, what
            that noise still costs. The first half holds where that is harmless as well.
        shares: By arm, how many translations lie in its ball.

    Example:
        >>> harmless, harmful = (pd.Series({"low": 0.0, "high": high}) for high in (0.5, 3.0))
        >>> "Only the first half" in _conclusion({"adversarial": harmless}, {"adversarial": 0.0})
        True
        >>> "Both halves" in _conclusion({"adversarial": harmless}, {"adversarial": 0.9})
        True
        >>> "Neither half" in _conclusion({}, {"adversarial": 0.0})
        True
    """
    holds = [arm for arm, loss in left.items() if loss is not None and _harm(loss) == "harmless"]
    lessened = {arm: loss for arm, loss in left.items() if arm not in holds}
    inside = max(shares[arm] for arm in holds or lessened or shares)
    if holds:
        also = f" {_lessened(lessened)}." if lessened else ""
        return f"{_where_it_holds(holds, inside)}{also}"
    if lessened:
        which = _where_it_is_lessened(inside, harmful=_all_harmful(lessened))
        return f"{which} {_lessened(lessened)}, and {_lying(inside)}"
    if inside < FEW_SHARE:
        return "**Neither half holds here**, as far as these runs can tell."
    return (
        f"**The first half is not shown here.** Translations do lie in the balls, "
        f"{percent(inside)} of them at the most, but it is not shown that training makes what "
        "lies there less harmful."
    )


def _where_it_holds(arms: Sequence[str], inside: float) -> str:
    """Return what follows where training makes what lies in the ball harmless."""
    if inside < FEW_SHARE:
        return (
            f"**Only the first half holds here**, for {_list(arms)}. Training does make small "
            "perturbations harmless, and a translation is not a small perturbation, not even "
            f"if word order is left out of account. {_NOT_BECAUSE}"
        )
    if inside > MOST_SHARE:
        return f"**Both halves hold here**, for {_list(arms)}: the numbers fit the argument."
    return (
        f"**The argument holds for a part** of the translations, {percent(inside)} at the most, "
        f"for {_list(arms)}, and for the rest it does not."
    )


def _where_it_is_lessened(inside: float, *, harmful: bool) -> str:
    """Return which half holds where training makes noise less harmful and no more than that.

    Example:
        >>> _where_it_is_lessened(0.0, harmful=True)
        '**Neither half holds as stated.**'
        >>> _where_it_is_lessened(0.9, harmful=False)
        '**The second half holds, and the first is not shown as stated.**'
    """
    if inside < FEW_SHARE and harmful:
        return "**Neither half holds as stated.**"
    second = (
        "does not hold"
        if inside < FEW_SHARE
        else "holds"
        if inside > MOST_SHARE
        else "holds for a part"
    )
    first = "does not hold as stated" if harmful else "is not shown as stated"
    return f"**The second half {second}, and the first {first}.**"


def _lessened(left: Mapping[str, "pd.Series[float] | None"]) -> str:
    """Return that noise in the ball is less harmful and what it still costs, without an end."""
    costs = "; ".join(
        f"`{arm}`: it still costs {signed(loss)} points"
        for arm, loss in left.items()
        if loss is not None
    )
    sure = "not harmless" if _all_harmful(left) else "not shown to be harmless"
    return f"Training makes the worst noise found in the ball less harmful ({costs}), {sure}"


def _all_harmful(left: Mapping[str, "pd.Series[float] | None"]) -> bool:
    return all(loss is not None and _harm(loss) == "not harmless" for loss in left.values())


def _lying(inside: float) -> str:
    """Return how many translations lie in the ball, and what follows if they are few."""
    if inside >= FEW_SHARE:
        return f"{percent(inside)} of the translations lie in the ball at the most."
    few = (
        "no translation lies in the ball"
        if inside == 0
        else f"{percent(inside)} of the translations lie in the ball at the most"
    )
    return f"{few}. {_NOT_BECAUSE}"


_NOT_BECAUSE: Final = (
    "If robust training helps on targets, it is not because translations lie in the balls it was "
    "trained in."
)
