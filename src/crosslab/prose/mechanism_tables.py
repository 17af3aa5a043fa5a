"""Tables of the chapter on the mechanism."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Final

import pandas as pd

from crosslab.numerals import points
from crosslab.probes import Probes, displacements, failures_inside, synonym_certificates
from crosslab.prose.render import anchor, table
from crosslab.records import SHORT, Unit

_WHAT: Final = ("right", "right and certified")


def records_words(found: Probes) -> str:
    """Return how much was measured, and which runs are missing."""
    seeds = {arm: sum(each.unit.arm == arm for each in found.records) for arm in found.arms}
    items = found.noise["item"].nunique()
    languages = found.noise["language"].nunique()
    said = [
        f"Measured on {items:,} test items in {languages} languages; runs: "
        + ", ".join(f"`{arm}` {count}" for arm, count in seeds.items())
        + f". Votes were taken on {found.votes['item'].nunique():,} of the items. They mean the "
        "same as the first items in the chapters on transfer; some of their words are other "
        "synonyms, so that answers without noise need not be the same as there."
    ]
    if found.missing:
        said.append(
            f"**{len(found.missing)} of {len(found.missing) + len(found.records)} runs are "
            f"missing**, and what is shown rests on the others: {_by_arm(found.missing)}."
        )
    alone = [f"`{arm}`" for arm, count in seeds.items() if count == 1]
    if alone:
        said.append(f"Of {', '.join(alone)} there is one seed, so that there is no interval.")
    return "\n\n".join(said)


def _by_arm(units: Sequence[Unit]) -> str:
    """Return runs by arm with their seeds.

    Example:
        >>> units = [Unit(scale="s", experiment="e", arm="a", seed=seed, fingerprint="f")
        ...          for seed in (3, 5)]
        >>> _by_arm(units)
        '`a` seeds 3, 5'
    """
    seeds: dict[str, list[int]] = {}
    for unit in units:
        seeds.setdefault(unit.arm, []).append(unit.seed)
    return "; ".join(f"`{arm}` seeds {', '.join(map(str, each))}" for arm, each in seeds.items())


def noise_table(curves: pd.DataFrame) -> str:
    """Return accuracy under noise: a line per kind, place and arm, a column per radius."""
    return _grid(curves, ["noise", "where", "arm"], "radius", ("noise", "on", "arm"))


def certified_table(curves: pd.DataFrame) -> str:
    """Return certified accuracy: a line per scale, place and arm, and the distances in its cells.

    Scales are read off at distances of their own, so each has a table.
    """
    parts = [
        f"Noise of scale {scale:g}:\n\n" + _grid(rows, ["where", "arm"], "distance", ("on", "arm"))
        for scale, rows in curves.groupby("scale", sort=True)
    ]
    return "\n\n".join(parts)


def _grid(rows: pd.DataFrame, keys: list[str], across: str, names: Sequence[str]) -> str:
    columns = sorted(set(rows[across]))
    lines = []
    for key, group in rows.groupby(keys, sort=False):
        by_column = {row[across]: row for _, row in group.iterrows()}
        lines.append((*key, *(_plain(by_column[each]) for each in columns)))
    return table((*names, *(f"{each:.3g}" for each in columns)), lines)


def _plain(row: "pd.Series[float]") -> str:
    """Return an accuracy with its interval, where it has one."""
    if isnan(row["low"]):
        return f"{row['estimate']:.1f}"
    return f"{row['estimate']:.1f} ({row['low']:.1f} to {row['high']:.1f})"


def signed(row: "pd.Series[float]") -> str:
    """Return a difference in points with its interval, or that one seed gives none."""
    if isnan(row["low"]):
        return f"{points(row['estimate'])} (one seed, no interval)"
    return f"{points(row['estimate'])} ({points(row['low'])} to {points(row['high'])})"


def synonym_table(found: Probes) -> str:
    """Return how often the synonym-smoothed answer is right in the source, and surely so."""
    rows = synonym_certificates(found)
    lines = [
        (str(arm), *(_plain(row) for _, row in group.iterrows()))
        for arm, group in rows.groupby("arm", sort=False)
    ]
    return table(("arm", *_WHAT), lines)


def reach_table(found: Probes) -> str:
    """Return the share of target items, and of failures, within growing radii of the source."""
    radii = sorted({*found.radii, *found.balls.values()} - {0.0})
    rows = failures_inside(found, radii)
    lines = []
    for arm, group in rows.groupby("arm", sort=False):
        for what, count in (("items", "item_count"), ("failures", "failure_count")):
            shares = group.set_index("radius")[what]
            lines.append(
                (
                    *(arm, what, f"{group[count].iloc[0]:,}"),
                    *(_marked(found, str(arm), each, shares.loc[each]) for each in radii),
                )
            )
    return table(("arm", "of", "answers", *(f"{each:g}" for each in radii)), lines)


def _marked(found: Probes, arm: str, radius: float, share: float) -> str:
    """Return a share, in bold at the radius an arm was trained with."""
    text = percent(share)
    return f"**{text}**" if found.balls.get(arm) == radius else text


def percent(share: float) -> str:
    """Return a share in words that do not round something to nothing.

    Example:
        >>> percent(0.0), percent(0.0004), percent(0.25), percent(0.9999)
        ('0 %', 'under 0.1 %', '25.0 %', 'over 99.9 %')
    """
    if isnan(share):
        return "\N{EN DASH}"
    if share in (0.0, 1.0):
        return f"{100 * share:.0f} %"
    least = 0.001
    if share < least:
        return "under 0.1 %"
    return "over 99.9 %" if share > 1 - least else f"{100 * share:.1f} %"


def displacement_table(found: Probes) -> str:
    """Return median distances by target: of the farthest word, and of what the classifier reads."""
    rows, names = displacements(found), _names(found)
    values = {(row["arm"], row["language"]): row for _, row in rows.iterrows()}
    what = {"largest": "word", "state_distance": "state"}
    lines = [
        (
            names[language],
            *(
                f"{values[arm, language][column]:.2f}" if (arm, language) in values else ""
                for column in what
                for arm in found.arms
            ),
        )
        for language in dict.fromkeys(rows["language"])
    ]
    header = (f"{word}, {arm}" for word in what.values() for arm in found.arms)
    return table(("language", *header), lines)


def _names(found: Probes) -> Mapping[str, str]:
    return {each["key"]: each["name"] for each in found.records[0].settings["lab"]["languages"]}


def run_table(found: Probes) -> str:
    """Return the runs this rests on, each linked to its entry on the page of runs."""
    rows = [
        (
            record.unit.arm,
            record.unit.seed,
            f"[{record.unit.fingerprint[:SHORT]}](#{anchor(record.unit.folder)})",
        )
        for record in found.records
    ]
    return table(("arm", "seed", "record"), rows)
