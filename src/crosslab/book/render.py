"""What the pages say in words and tables, written from verdicts and evidence.

No number in the book is typed by hand: prose asks a function of this module, and
the function takes its numbers from records.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from crosslab.claims import Bar, Claim, Verdict
from crosslab.evidence import Evidence, estimate_of
from crosslab.records import Record
from crosslab.stats.crossed import Interval
from crosslab.stats.outcomes import Cells

_REPLICATION_WORDS: Final = {
    "reproduced": "the figure is reproduced",
    "direction-only": "the direction is confirmed, the size is not at issue here",
    "contradicted": "the runs contradict it",
    "inconclusive": "the runs do not decide it",
    "not-testable-here": "this rung cannot test it",
}
_LITERATURE_WORDS: Final = {
    "supported": "the literature supports it",
    "contradicted": "the literature contradicts it",
    "conflicting": "the literature is divided",
    "source-silent": "its source does not say so where it could be read",
    "not-found": "no source was found",
}


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""Return a Markdown table.

    Example:
        >>> print(table(["a", "b"], [[1, "x|y"]]))
        | a | b |
        |---|---|
        | 1 | x\|y |
    """
    lines = [_line(header), "|" + "---|" * len(header), *(_line(row) for row in rows)]
    return "\n".join(lines)


def _line(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def points(value: float) -> str:
    """Return accuracy points with their sign.

    Example:
        >>> points(2.14), points(-0.04)
        ('+2.1', '0.0')
    """
    text = f"{value:+.1f}"
    return "0.0" if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def with_interval(interval: Interval) -> str:
    """Return an estimate with its interval, as it stands in a sentence or a table."""
    return f"{points(interval.estimate)} ({points(interval.low)} to {points(interval.high)})"


def measured(verdict: Verdict) -> str:
    """Return what a verdict rests on, with its interval."""
    if verdict.estimate is None or verdict.interval is None:
        return "not measured"
    return with_interval(Interval(verdict.estimate, *verdict.interval))


def verdict_table(verdicts: Sequence[Verdict], names: dict[str, str] | None = None) -> str:
    """Return the answer so far, one line per claim."""
    names = names or {}
    rows = [
        (
            names.get(each.claim_id, each.claim_id),
            each.replication,
            measured(each),
            "" if each.claimed is None else points(each.claimed),
            each.literature,
            each.rung if each.scale == each.rung else f"{each.rung} (scale {each.scale})",
        )
        for each in verdicts
    ]
    header = ("claim", "replication", "measured, 95 % interval", "claimed", "literature", "rung")
    return table(header, rows)


def verdict_words(claim: Claim, bar: Bar, verdict: Verdict) -> str:
    """Return the verdict on one claim in full sentences, both halves and the reason."""
    marked = [each.confidence for each in claim.found_in if each.verified]
    return "\n\n".join(
        [
            f"> {claim.quote}",
            f"{len(claim.found_in)} reports print this; {_marked_words(marked)}.",
            f"**Replication: {verdict.replication}**, on rung `{verdict.rung}`, scale "
            f"`{verdict.scale}`: {_REPLICATION_WORDS[verdict.replication]}. Measured: "
            f"{measured(verdict)} points over {len(verdict.seeds)} seeds, in "
            f"{_runs_linked(bar)}. Reason: {verdict.reason.rstrip('.')}.",
            f"**Literature: {verdict.literature}**: {_LITERATURE_WORDS[verdict.literature]}. "
            f"{claim.literature.reason} (mark: {claim.literature.mark}; read: "
            f"{'; '.join(claim.literature.sources)})",
            f"**The bar**, written before the runs: {bar.quantity} {bar.test}",
            "Where the reports say it: "
            + "; ".join(
                f"`{each.report}`, characters {each.start} to {each.end}, file SHA-256 "
                f"`{each.sha256[:12]}…`"
                for each in claim.found_in
            )
            + ".",
        ]
    )


def _runs_linked(bar: Bar) -> str:
    return " and ".join(f"[these runs](#{name}-runs)" for name in bar.experiments)


def _marked_words(confidences: Sequence[float]) -> str:
    """Return how many reports mark a claim as verified, and how sure they say they are.

    Example:
        >>> _marked_words([0.15, 0.2])
        '2 of them mark it as verified, at a confidence of 0.15 to 0.2'
    """
    if not confidences:
        return "none of them marks it as verified"
    low, high = min(confidences), max(confidences)
    return f"{len(confidences)} of them mark it as verified, at a confidence of {low} to {high}"


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


def commonest_share(evidence: Evidence) -> float:
    """Return the accuracy of always giving the commonest answer."""
    card = evidence.card(f"lab-{evidence.task()}")
    return float(card.details["always_most_frequent"])


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


def gain_matrix_table(evidence: Evidence, bar: Bar) -> str:
    """Return the gain in every ordered pair of languages, the numbers of the heat map."""
    outcomes, names = evidence.outcomes, evidence.names()
    return table(
        ("first \\ second", *(names[key] for key in outcomes.languages)),
        [
            (
                names[first],
                *(
                    points(_mean_gain(evidence, bar, outcomes.pair(first, second)))
                    for second in outcomes.languages
                ),
            )
            for first in outcomes.languages
        ],
    )


def _mean_gain(evidence: Evidence, bar: Bar, cells: Cells) -> float:
    return float(evidence.outcomes.gain(bar.treated, bar.control, cells).mean())


def anchor(folder: str) -> str:
    """Return the permanent name of a run on the page of runs.

    Example:
        >>> anchor("lab/transfer-paraphrase/standard/0-abc")
        'run-lab-transfer-paraphrase-standard-0-abc'
    """
    return "run-" + folder.replace("/", "-")


def run_entry(record: Record, links: dict[str, str]) -> str:
    """Return one run on the page of runs: what it was, what came out, and its files."""
    unit = record.unit
    values = ", ".join(
        f"{name.replace('_', ' ')} {value:,}"
        if isinstance(value, int)
        else f"{name.replace('_', ' ')} {value:.4g}"
        for name, value in record.metrics.items()
        if isinstance(value, int | float)
    )
    files = " · ".join(f"{{download}}`{name} <{path}>`" for name, path in links.items())
    machine = record.machine
    return "\n".join(
        [
            f"({anchor(unit.folder)})=",
            f"## {unit.experiment}, {unit.arm}, seed {unit.seed}",
            "",
            f"- fingerprint `{unit.fingerprint}`",
            f"- {values}",
            f"- {record.wall_seconds:.1f} s on {machine['processor']}, {machine['threads']} "
            f"thread(s), {machine['system']}, Python {machine['python']}; finished "
            f"{record.finished}; commit `{record.commit}`",
            "- " + ", ".join(f"{name} {number}" for name, number in record.packages.items()),
            f"- {files}",
            "",
        ]
    )
