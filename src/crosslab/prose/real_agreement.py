"""What the runs on real languages, made for the claims, say of consistent answers.

They were made before these questions were put to them, so nothing here is a verdict.
"""

from collections.abc import Sequence
from typing import Final

from crosslab.arms import CLAIMED_ARMS, CONTROL
from crosslab.comparing import LEVEL, Comparison, comparison
from crosslab.errors import StoreError
from crosslab.experiments import GRAFT, GRAFT_PAIRS
from crosslab.measures.table import MEASURES
from crosslab.numerals import with_interval
from crosslab.prose.question_reading import weighed_in_real_languages
from crosslab.prose.render import table
from crosslab.records import Store
from crosslab.stats.crossed import Estimate, crossed

SCALE: Final = "bench"
# By how far the encoder was aligned: its words put in place, then sentences brought together.
ENCODERS: Final = {GRAFT: f"transfer-nli-{GRAFT}", GRAFT_PAIRS: "transfer-nli"}
_LOOKED_AT: Final = ("agreement-test-all", "accuracy-test-targets")
_OVER_LABSE: Final = "hybrid batches over LaBSE, "  # how parts of a bar begin
_ABSENT: Final = "This folder has no runs on real languages, so there is nothing to add from them."


def compared(store: Store) -> dict[str, Comparison]:
    """Return the runs on XNLI by the encoder they begin with; those that have any."""
    if not store.has_study(SCALE):
        return {}
    found = {key: comparison(store, SCALE, name) for key, name in ENCODERS.items()}
    return {key: each for key, each in found.items() if each.seeds([CONTROL])}


def agreement_words(store: Store) -> str:
    """Return by how much answers agree more where the encoder was aligned, and under which arms."""
    found = compared(store)
    if len(found) < len(ENCODERS):
        return _ABSENT
    plain, aligned = found.values()
    seeds = _shared(aligned, plain, CONTROL)
    if len(seeds) < 2:  # noqa: PLR2004 - a spread needs two
        return "The encoders for real languages share too few runs yet to be compared."
    gains = [_between(aligned, plain, measure) for measure in _LOOKED_AT]
    return (
        f"On XNLI (rung `{SCALE}`), under plain fine-tuning and {len(seeds)} shared seeds, the "
        f"encoder whose sentences were brought together (`{GRAFT_PAIRS}`) over the one whose words "
        f"were only put in place (`{GRAFT}`): {_said(gains[0])} points of agreement beyond chance "
        f"between its {len(aligned.languages)} languages, {_said(gains[1])} of accuracy in "
        "targets. These runs were made for the claims, and were there before this was asked: it is "
        "no verdict. Neither hybrid batches nor LaBSE's objective were trained there."
    )


def searches_words(store: Store) -> str:
    """Return how hybrid batches and LaBSE's objective compare where translations are searched."""
    found = weighed_in_real_languages(store, "retrieval-domains")
    rivals = {
        name.removeprefix(_OVER_LABSE): each
        for name, each in found.standing_beside.items()
        if name.startswith(_OVER_LABSE)
    }
    if not rivals:
        return ""
    said = "; ".join(f"{name} {_said(each)}" for name, each in rivals.items())
    return (
        "LaBSE's objective was trained on real languages for [the chapter on domains]"
        "(retrieval-domains.ipynb), where sentences search for their translations in one pool. "
        f"Hybrid batches over it, in points of mean average precision: {said}. It stands beside "
        "the bar of that chapter and decides nothing."
    )


def _shared(one: Comparison, other: Comparison, arm: str) -> tuple[int, ...]:
    return tuple(seed for seed in one.seeds([arm]) if seed in other.seeds([arm]))


def _between(one: Comparison, other: Comparison, measure: str, arm: str = CONTROL) -> Estimate:
    """Return by how much an arm is ahead with one encoder, seed by seed and item by item."""
    seeds = _shared(one, other, arm)
    if one.items(measure, arm, seeds[0]) != other.items(measure, arm, seeds[0]):
        raise StoreError(
            f"{one.experiment} and {other.experiment} were asked other items, so their encoders "
            "cannot be compared. Make the runs again with the code as it is."
        )
    return crossed(one.points(measure, arm, seeds) - other.points(measure, arm, seeds))


def _said(found: Estimate) -> str:
    return with_interval(found.interval(LEVEL))


def agreement_table(store: Store) -> str:
    """Return agreement and accuracy of every claimed arm on each encoder."""
    rows = [
        (f"`{encoder}`", f"`{arm}`", len(each.seeds([arm])), *_levels(each, arm))
        for encoder, each in compared(store).items()
        for arm in CLAIMED_ARMS
        if len(each.seeds([arm])) > 1
    ]
    if not rows:
        return ""
    heads = (f"{MEASURES[measure].name}" for measure in _LOOKED_AT)
    return table(("encoder", "arm", "seeds", *heads, "agreement over plain fine-tuning"), rows)


def _levels(each: Comparison, arm: str) -> Sequence[str]:
    levels = [each.level(measure, arm) for measure in _LOOKED_AT]
    gain = None if arm == CONTROL else each.difference(_LOOKED_AT[0], {arm: 1.0, CONTROL: -1.0})
    return [
        *("" if level is None else f"{level.mean:.1f}" for level in levels),
        "" if gain is None else _said(gain),
    ]
