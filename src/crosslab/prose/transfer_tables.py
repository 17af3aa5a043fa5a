"""Tables and sentences of the chapters on transfer: the lab, its tasks, accuracy and gains.

How all methods compare is in ``method_tables.py``.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from crosslab.checkpoints import CHECKPOINTS, ORACLE
from crosslab.claims import Bar, Verdict
from crosslab.evidence import Evidence, estimate_of
from crosslab.numerals import points, with_interval
from crosslab.prose.render import anchor, measured, table
from crosslab.stats.crossed import Estimate
from crosslab.stats.outcomes import Cells


def language_table(evidence: Evidence) -> str:
    """Return the languages of the lab: order, what they borrow and mix, how much text."""
    header = ("language", "order", "adjective", "adposition", "borrowed", "mixed", "sentences")
    return table(
        header,
        [
            (
                each["name"] + (" (source)" if number == 0 else ""),
                each["order"],
                "before" if each["adjective_first"] else "after",
                "before" if each["prepositions"] else "after",
                f"{100 * each['borrowed_share']:.0f} %",
                f"{100 * each['mixing']:.0f} %",
                f"{each['sentences']:,}",
            )
            for number, each in enumerate(evidence.languages())
        ],
    )


def sample_sentences(evidence: Evidence) -> str:
    """Return one meaning said in every language, word by word with its gloss."""
    return table(
        ("language", "sentence", "word by word"),
        [
            (each["name"], f"*{each['sample']['words']}*", each["sample"]["glosses"])
            for each in evidence.languages()
        ],
    )


def example_items(evidence: Evidence) -> str:
    """Return one item per rule of the task, in the source language, glossed."""
    card = evidence.card(f"lab-{evidence.task()}")
    return table(
        ("rule", "label", "first sentence", "second sentence"),
        [
            (each["rule"], each["label"], _glossed(each["first"]), _glossed(each["second"]))
            for each in card.details["examples"]
        ],
    )


def _glossed(lines: dict[str, str]) -> str:
    return f"*{lines['words']}*<br>{lines['glosses']}"


def alignment_words(evidence: Evidence) -> str:
    """Return how well the encoder's words line up, before any fine-tuning."""
    (encoder, *_) = evidence.parents
    names = evidence.names()
    by_language = encoder.metrics["word_translation_by_language"]
    each = ", ".join(f"{names[key]} {100 * share:.0f} %" for key, share in by_language.items())
    return (
        f"The encoder has {encoder.metrics['parameters']:,} parameters and was pre-trained here in "
        f"{encoder.wall_seconds:.0f} seconds. The nearest source word to a target word is its "
        f"translation in {100 * encoder.metrics['word_translation']:.0f} % of cases on average: "
        f"{each}."
    )


def commonest_share(evidence: Evidence) -> float:
    """Return the accuracy of always giving the commonest answer."""
    return evidence.outcomes.commonest_share


def reading(evidence: Evidence, bar: Bar, verdict: Verdict) -> str:
    """Return what the numbers of the chapter say, in sentences that follow from them."""
    outcomes, names = evidence.outcomes, evidence.names()
    gains = {key: _mean_gain(evidence, bar, outcomes.pair(key, key)) for key in outcomes.targets}
    most, least = max(gains, key=gains.__getitem__), min(gains, key=gains.__getitem__)
    standard, treated = (
        outcomes.points(arm, outcomes.same_language()).mean(axis=1)
        for arm in (bar.control, bar.treated)
    )
    ahead = int((treated > standard).sum())
    mixed = estimate_of(outcomes.gain(bar.treated, bar.control, outcomes.mixed_language()))
    return (
        f"Zero-shot accuracy is {standard.mean():.1f} points under `{bar.control}` and "
        f"{treated.mean():.1f} under `{bar.treated}`, a difference of {measured(verdict)}. "
        f"`{bar.treated}` is ahead in {ahead} of {len(outcomes.seeds)} seeds; between seeds, "
        f"`{bar.control}` alone ranges from {standard.min():.1f} to {standard.max():.1f}. "
        f"By language the difference runs from {points(gains[least])} ({names[least]}) to "
        f"{points(gains[most])} ({names[most]}); over pairs of two different languages, "
        f"diagonal left out, it is {with_interval(mixed.interval(bar.level))}."
    )


def gain_table(evidence: Evidence, bar: Bar) -> str:
    """Return accuracy under both arms and the gain, per language and on average."""
    outcomes = evidence.outcomes
    rows = []
    for label, cells in evidence.lines():
        control, treated = (outcomes.points(a, cells).mean() for a in (bar.control, bar.treated))
        gain = estimate_of(outcomes.gain(bar.treated, bar.control, cells)).interval(bar.level)
        rows.append((label, f"{control:.1f}", f"{treated:.1f}", with_interval(gain)))
    return table(("language", bar.control, bar.treated, "gain, 95 % interval"), rows)


def gain_matrix_table(evidence: Evidence, bar: Bar) -> str:
    """Return the gain in every ordered pair of languages, the numbers of the heat map."""
    names = [evidence.names()[key] for key in evidence.outcomes.languages]
    gains = evidence.outcomes.gain_by_pair(bar.treated, bar.control)
    return table(
        ("first \\ second", *names),
        [(name, *(points(gain) for gain in line)) for name, line in zip(names, gains, strict=True)],
    )


def _mean_gain(evidence: Evidence, bar: Bar, cells: Cells) -> float:
    return float(evidence.outcomes.gain(bar.treated, bar.control, cells).mean())


def checkpoint_table(found: Mapping[str, Evidence], bar: Bar) -> str:
    """Return accuracy and gain under the three checkpoint choices, side by side."""
    rows = []
    for checkpoint in CHECKPOINTS:
        outcomes = found[checkpoint].outcomes
        cells = outcomes.cells(bar.cells)
        control, treated = (outcomes.points(a, cells).mean() for a in (bar.control, bar.treated))
        gain = estimate_of(outcomes.gain(bar.treated, bar.control, cells)).interval(bar.level)
        note = " (not selectable)" if checkpoint == ORACLE else ""
        rows.append((checkpoint + note, f"{control:.1f}", f"{treated:.1f}", with_interval(gain)))
    return table(("checkpoint", bar.control, bar.treated, "gain, 95 % interval"), rows)


def distance_table(evidence: Evidence, bar: Bar) -> str:
    """Return accuracy and gain by language, with its text and its distance from the source."""
    outcomes, distances = evidence.outcomes, _distances(evidence)
    rows = []
    for each in evidence.languages()[1:]:
        cells = outcomes.pair(each["key"], each["key"])
        control, treated = (outcomes.points(a, cells).mean() for a in (bar.control, bar.treated))
        gain = estimate_of(outcomes.gain(bar.treated, bar.control, cells)).interval(bar.level)
        rows.append(
            (
                each["name"],
                f"{each['sentences']:,}",
                f"{distances[each['key']]:.2f}",
                f"{control:.1f}",
                f"{treated:.1f}",
                with_interval(gain),
            )
        )
    header = ("language", "sentences", "distance", bar.control, bar.treated, "gain, 95 % interval")
    return table(header, rows)


def distance_words(evidence: Evidence, bar: Bar) -> str:
    """Return whether the gain grows with the distance, as the paper's first version said."""
    slope = distance_slope(evidence, bar)
    interval = slope.interval(bar.level)
    verdict = (
        "grows with the distance"
        if interval.low > 0
        else "shrinks with the distance"
        if interval.high < 0
        else "is not shown to change with the distance"
    )
    return (
        "Distance is the share of content words whose nearest source word is not their "
        "translation, before fine-tuning. For every 0.1 of it the gain changes by "
        f"{with_interval(interval)} points: the gain {verdict}. In these languages distance and "
        "scarcity of text go together, so the two cannot be told apart."
    )


def distance_slope(evidence: Evidence, bar: Bar) -> Estimate:
    """Return by how much the gain changes for every 0.1 of distance: a least-squares slope."""
    outcomes, distances = evidence.outcomes, _distances(evidence)
    centred = np.array([distances[key] for key in outcomes.targets])
    centred = centred - centred.mean()
    weights = 0.1 * centred / (centred**2).sum()
    parts: list[NDArray[np.float64]] = [
        weight * outcomes.gain(bar.treated, bar.control, outcomes.pair(key, key))
        for weight, key in zip(weights, outcomes.targets, strict=True)
    ]
    return estimate_of(np.sum(parts, axis=0))


def _distances(evidence: Evidence) -> dict[str, float]:
    """Return how far each target is: the share of its words that do not find their translation."""
    (encoder, *_) = evidence.parents
    by_language = encoder.metrics["word_translation_by_language"]
    return {key: 1 - float(share) for key, share in by_language.items()}


def generalized_table(found: Sequence[Evidence], bar: Bar) -> str:
    """Return, per task, what the treated arm gains in pairs of one language and of two."""
    rows = []
    for evidence in found:
        outcomes = evidence.outcomes
        same, mixed = (
            outcomes.gain(bar.treated, bar.control, outcomes.cells(setting))
            for setting in ("same-language", "mixed-language")
        )
        rows.append(
            (
                evidence.task(),
                f"{outcomes.points(bar.control, outcomes.same_language()).mean():.1f}",
                f"{outcomes.points(bar.control, outcomes.mixed_language()).mean():.1f}",
                *(
                    with_interval(estimate_of(values).interval(bar.level))
                    for values in (same, mixed, mixed - same)
                ),
            )
        )
    header = (
        "task",
        f"{bar.control}, one language",
        f"{bar.control}, two languages",
        "gain, one language",
        "gain, two languages",
        "difference of the gains",
    )
    return table(header, rows)


def generalized_reading(found: Sequence[Evidence], bar: Bar, verdict: Verdict) -> str:
    """Return what pairs of two languages add to the picture, in sentences that follow from it."""
    sentences = []
    for evidence in found:
        outcomes = evidence.outcomes
        mixed, same = outcomes.mixed_language(), outcomes.same_language()
        drop = outcomes.points(bar.control, same) - outcomes.points(bar.control, mixed)
        extra = outcomes.gain(bar.treated, bar.control, mixed) - outcomes.gain(
            bar.treated, bar.control, same
        )
        interval = estimate_of(extra).interval(bar.level)
        more = (
            "more than"
            if interval.low > 0
            else "less than"
            if interval.high < 0
            else "not shown to differ from"
        )
        sentences.append(
            f"On {evidence.task()}, pairs of two languages cost `{bar.control}` "
            f"{with_interval(estimate_of(drop).interval(bar.level))} points against pairs of one; "
            f"what `{bar.treated}` gains there is {more} what it gains in one language "
            f"(difference {with_interval(interval)})."
        )
    return (
        f"Over both tasks the gain in pairs of two languages is {measured(verdict)} points. "
        + " ".join(sentences)
    )


def run_table(evidence: Evidence) -> str:
    """Return the runs an answer rests on, each linked to its entry on the page of runs."""
    return table(
        ("arm", "seed", "source", "zero-shot", "mixed pairs", "record"),
        [
            (
                record.unit.arm,
                record.unit.seed,
                *(f"{value:.1f}" for value in points_by_line.values()),
                f"[{record.unit.fingerprint[:12]}](#{anchor(record.unit.folder)})",
            )
            for record, points_by_line in evidence.runs()
        ],
    )
