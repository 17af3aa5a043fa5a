"""What the chapter on deviations says: the ledger in tables and sentences, from records."""

from collections.abc import Sequence
from typing import Final

from crosslab.contrasts import Task
from crosslab.deviations import (
    Average,
    CheckpointRule,
    Deviation,
    Measured,
    NotMeasured,
    Row,
    Spread,
)
from crosslab.numerals import points
from crosslab.prose.render import plain, table

NOT_RUN: Final = "not run"
_REASON_WORDS: Final = {
    "needs-gpu": "needs a GPU",
    "needs-network": "needs the network",
    "data-unavailable": "the data are not to be had",
    "benchmark-does-not-exist": "there is no such benchmark",
    "not-measurable": "cannot be measured",
    "no-arm": "no arm has it",
}
_TASKS: Final[tuple[Task, ...]] = ("paraphrase", "nli")


def effect_words(effect: Measured | Spread | None) -> str:
    """Return an effect as it stands in a table.

    Example:
        >>> effect_words(Measured(1.0, -0.5, 2.5, 10)), effect_words(None)
        ('+1.0 (−0.5 to +2.5)', 'not run')
        >>> effect_words(Measured(1.0, -0.5, 2.5, 10, collapsed=2))
        '+1.0 (−0.5 to +2.5); 2 of 10 seeds collapsed, kept'
        >>> effect_words(Spread(-1.0, 2.5, 1.24, 10))
        '−1.0 to +2.5, standard deviation 1.2'
    """  # noqa: RUF002 - the sign the book prints
    if effect is None:
        return NOT_RUN
    if isinstance(effect, Spread):
        bounds = f"{points(effect.least)} to {points(effect.most)}"
        return f"{bounds}, standard deviation {effect.standard_deviation:.1f}"
    said = f"{points(effect.estimate)} ({points(effect.low)} to {points(effect.high)})"
    lost = f"; {effect.collapsed} of {effect.seeds} seeds collapsed, kept"
    return said + (lost if effect.collapsed else "")


def contrast_words(deviation: Deviation) -> str:
    """Return what is taken from what."""
    effect = deviation.effect
    if isinstance(effect, NotMeasured):
        return f"{_REASON_WORDS[effect.reason]}: {effect.because}"
    rung = "" if effect.rung == "lab" else f", rung `{effect.rung}`"
    gain = f"`{effect.treated}`" + (f" minus `{effect.control}`" if effect.control else "")
    where = f"{effect.setting}, {effect.checkpoint} checkpoint{rung}"
    if isinstance(effect, CheckpointRule):
        kind = "gain" if effect.control else "accuracy"
        than = f"{kind} at {effect.checkpoint} minus at {effect.than}"
        return f"{gain}: {than}; {effect.setting}"
    if isinstance(effect, Average):
        return f"{gain}: {effect.setting} minus {effect.than}; {effect.checkpoint} checkpoint"
    if effect.kind == "seeds":
        return f"{gain}, each seed alone; {where}"
    return f"{gain}; {where}"


def measured_table(rows: Sequence[Row]) -> str:
    """Return every difference that was measured, with its effect in either task."""
    return table(
        ("difference", "what is compared", *(f"{task}, points" for task in _TASKS)),
        [
            (
                row.deviation.topic,
                contrast_words(row.deviation),
                *(effect_words(row.effects[task]) for task in _TASKS),
            )
            for row in rows
            if _measurable(row)
        ],
    )


def unmeasured_table(rows: Sequence[Row]) -> str:
    """Return every difference that was not measured, and why."""
    return table(
        ("difference", "why it has no number here"),
        [
            (row.deviation.topic, contrast_words(row.deviation))
            for row in rows
            if not _measurable(row)
        ],
    )


def ledger_words(rows: Sequence[Row]) -> str:
    """Return the whole ledger: what the release does, what is done here, and why.

    Not a table: its cells would be paragraphs, which no screen has the width for.
    """
    return "\n\n".join(_entry(row.deviation) for row in rows)


def _entry(deviation: Deviation) -> str:
    released = deviation.released
    said = {
        "Released": f"{released.says} Source: {released.source} ({released.mark})",
        "In the lab": deviation.ours,
        "On real languages": deviation.bench,
        "Why": deviation.why,
    }
    lines = [f"- *{name}*: {plain(words)}" for name, words in said.items() if words]
    return "\n".join([f"**{plain(deviation.topic)}**", "", *lines])


def summary_words(rows: Sequence[Row]) -> str:
    """Return how many differences there are, were measured, and make a difference."""
    measurable = [row for row in rows if _measurable(row)]
    found = [
        (row.deviation, task, effect)
        for row in measurable
        for task, effect in row.effects.items()
        if isinstance(effect, Measured)
    ]
    clear = [each for each in found if each[2].low > 0 or each[2].high < 0]
    there = sum(any(row.effects.values()) for row in measurable)
    return (
        f"The ledger holds {len(rows)} differences. {len(measurable)} of them are about something "
        f"that one arm, checkpoint or average of this study has and another has not; {there} of "
        f"these have runs to be measured by. Of {len(found)} effects with an interval, one per "
        f"difference and task, {len(clear)} exclude zero{_named(clear)}. The intervals stand each "
        "for itself, unadjusted: they describe, and decide no claim."
    )


def _named(clear: Sequence[tuple[Deviation, Task, Measured]]) -> str:
    if not clear:
        return ""
    words = [f"{one.topic[0].lower()}{one.topic[1:]}, {task}" for one, task, _ in clear]
    return f" ({'; '.join(words)})"


def _measurable(row: Row) -> bool:
    return not isinstance(row.deviation.effect, NotMeasured)
