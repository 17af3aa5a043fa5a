"""Tables and sentences of the chapters on the questions: asked, hypothesis, answer, what it is of.

The five chapters have one shape; what each looks at is in ``LOOKED_AT``.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from crosslab.answering import Result, Weighed, answer, missing_words, result
from crosslab.audit.decoding import decoded
from crosslab.audit.keeping import Kept, kept
from crosslab.audit.parsing import parsed
from crosslab.book.render import (
    anchor,
    chance,
    literature_words,
    page_name,
    plain,
    points,
    table,
    with_interval,
)
from crosslab.comparing import comparison
from crosslab.figures.style import LEVEL
from crosslab.literature.testimony import Question, questions
from crosslab.measures.classified import RANDOM, WORST
from crosslab.measures.table import MEASURES, POOL
from crosslab.questions import Answer, question_bar
from crosslab.records import Store
from crosslab.registry import lookup
from crosslab.stats.crossed import Estimate
from crosslab.weighing import named_seeds

NOTHING: Final = (
    "**Nothing was run on this question in this folder**, so there is nothing to show. To make the "
    "runs: `crosslab run {experiment} --scale {scale} --results FOLDER`."
)


# What each chapter shows of every arm: tables of four columns at most, which fit a page.
LOOKED_AT: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "alignment-consistency": (
        (
            "accuracy-test-source",
            "accuracy-test-poor",
            "agreement-test-source-and-poor",
            "agreement-test-all",
        ),
        (
            "accuracy-collected-source",
            "accuracy-collected-poor",
            "agreement-collected-source-and-poor",
            "agreement-collected-all",
        ),
        ("sentences-targets", "sentences-poor", "words-targets", "spaces-targets"),
    ),
    "retrieval-attack": (
        (
            "precision-own",
            "precision-other",
            "precision-pool",
            "first-pool",
        ),
        ("ten-pool", "reciprocal-pool", "gain-pool", "bias-pool"),
        ("attacked-unharmed", "attacked-random-noise", "attacked-noise", "kept-noise"),
        ("attacked-noise-first", "attacked-noise-gain", "attacked-noise-bias"),
        ("attacked-synonyms", "attacked-mixing", "kept-mixing"),
    ),
    "retrieval-domains": (
        ("within-source", "within-pool", "styles-pool"),
        ("new-pool", "probe"),
    ),
    "adaptation-paraphrase": (
        (
            "accuracy-clinic-source",
            "accuracy-clinic-targets",
            "accuracy-clinic-poor",
        ),
        ("accuracy-test-source", "accuracy-test-targets", "accuracy-test-poor"),
    ),
    "scales": (
        ("sentences-targets", "words-targets", "spaces-targets"),
        ("accuracy-test-source", "accuracy-test-targets", "agreement-test-all"),
        ("accuracy-collected-source", "accuracy-collected-targets"),
        ("accuracy-unharmed", "accuracy-random-synonyms", "accuracy-synonyms"),
    ),
}


_ROUNDING: Final = 1e-9


_ANSWERS: Final = {
    "direction-only": "Yes, here",
    "contradicted": "No, not here",
    "inconclusive": "Undecided",
}


def weighed(store: Store, scale: str, question_id: str) -> Result:
    """Return what the runs of a scale come to by the bar of a question on rung lab."""
    bar = question_bar(question_id, rung="lab")
    return result(bar, comparison(store, scale, bar.experiment))


def asked_words(question_id: str) -> str:
    """Return a question as its report asks it, what is in its way and what is in print."""
    question = lookup(questions(), question_id, kind="question")
    report = _report(question)
    read = parsed(decoded(report.path.read_bytes(), report.path), path="", sha256="")
    asked = plain(read.question or "The report states no question.")
    way = f"**In the way** (`{question.obstacle}`): {question.reason}" if question.obstacle else ""
    return "\n\n".join(
        [
            f"> {asked}",
            f"Asked by [this report](../reports/{page_name(report)}.md), whose claims do not "
            "answer it.",
            way,
            literature_words(question_id),
        ]
    )


def _report(question: Question) -> Kept:
    return next(each for each in kept() if each.path.name == question.report)


def answer_words(found: Result) -> str:
    """Return the answer in a sentence, what it rests on, and the bar."""
    bar = found.bar
    if not found.compared.runs:
        return NOTHING.format(experiment=bar.experiment, scale=found.compared.scale)
    given = answer(found)
    return "\n\n".join(
        [
            answer_line(found, given),
            f"**Replication: {given.replication}**, on rung `{given.rung}`, scale `{given.scale}`, "
            f"over {len(given.seeds)} seeds, in [these runs](#{bar.question_id}-runs). Reason: "
            f"{given.reason.rstrip('.')}.",
            f"**The hypothesis and its bar**, written before the runs: {bar.hypothesis} Measured "
            f"is: {bar.quantity} {bar.test} Smallest effect of interest: "
            f"{bar.smallest_effect_points} points.",
        ]
    )


def answer_line(found: Result, given: Answer) -> str:
    """Return the answer in one sentence, with every part it rests on."""
    parts = "; ".join(f"{each.part.name} {_interval(found, each)}" for each in found.parts)
    said = found.bar.hypothesis.rstrip(".")
    telling = found.telling
    excluded = "" if telling is None else f" ({telling.part.name})"
    if telling is not None and telling.found.interval(found.bar.level).high < 0:
        excluded += ", and the difference lies below zero"
    heads = {
        "direction-only": f"**{_ANSWERS['direction-only']}:** {said}",
        "contradicted": (
            f"**{_ANSWERS['contradicted']}**: a gain worth having is excluded{excluded}. "
            f"Expected was: {said}"
        ),
    }
    undecided = f"**{_ANSWERS['inconclusive']}.** Expected was, and cannot be told yet: {said}"
    head = heads.get(given.replication, undecided)
    return f"{head}. In points, 95 % intervals: {parts}." if parts else f"{head}."


def _interval(found: Result, each: Weighed) -> str:
    return with_interval(each.found.interval(found.bar.level))


def parts_table(found: Result) -> str:
    """Return what decides, and what stands beside it, each with its interval."""
    if not found.parts:
        return ""
    corrected = found.corrected()
    rows = [
        (each.part.name, MEASURES[each.part.measure].name, _interval(found, each), "decides")
        for each in found.parts
    ]
    rows += [
        (
            each.part.name,
            MEASURES[each.part.measure].name,
            _interval(found, each),
            chance(corrected[each.part.name]),
        )
        for each in found.beside
    ]
    return table(("difference", "in", "points, 95 % interval", "p, two-sided, after Holm"), rows)


def arms_tables(found: Result) -> str:
    """Return every arm in what the chapter looks at, and what each column is."""
    return "\n\n".join(
        f"{arms_table(found, measures)}\n\n{measures_words(measures)}"
        for measures in LOOKED_AT[found.bar.question_id]
        if found.compared.runs
    )


def arms_table(found: Result, measures: Sequence[str]) -> str:
    """Return every arm in some measures, mean over seeds with half an interval."""
    return table(
        ("arm", *(MEASURES[each].name for each in measures)),
        [
            (
                f"`{arm}`",
                *(_level(found.compared.level(each, arm)) for each in measures),
            )
            for arm in found.compared.arms
        ],
    )


def _level(found: Estimate | None) -> str:
    if found is None:
        return ""
    interval = found.interval(LEVEL)
    middle = f"{interval.estimate:.1f}".replace("-", "\N{MINUS SIGN}")
    reach = interval.high - interval.estimate
    return f"{middle}\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}{reach:.1f}"


def measures_words(measures: Sequence[str]) -> str:
    """Return what the columns of a table of arms are."""
    words = {MEASURES[each].name: MEASURES[each].words for each in measures}
    said = "; ".join(f"*{name}*: {each.removesuffix(f'; {POOL}')}" for name, each in words.items())
    pool = f" Where nothing else is said: {POOL}." if any(POOL in w for w in words.values()) else ""
    return f"Points, mean ± half a 95 % interval over seeds and items. {said}.{pool}"


def by_language(found: Result, kind: str) -> str:
    """Return the accuracy of every arm on items of a kind, language by language, poorest last."""
    compared = found.compared
    of_arms = {arm: compared.in_each_language(kind, arm) for arm in compared.arms}
    shown = {arm: each for arm, each in of_arms.items() if each}
    if not shown:
        return ""
    run = next(iter(compared.runs.values()))
    languages = list(next(iter(shown.values())))
    heads = [f"{run.names[key]}, {run.text[key]:,}" for key in languages]
    levels = {arm: [each[key].interval(LEVEL) for key in languages] for arm, each in shown.items()}
    lines = [
        (f"`{arm}`", *(f"{each.estimate:.1f}" for each in line)) for arm, line in levels.items()
    ]
    widest = max(each.high - each.estimate for line in levels.values() for each in line)
    return (
        f"{table(('arm', *heads), lines)}\n\nAccuracy in points; 95 % intervals reach up to "
        f"{widest:.1f} points to either side. With each language, how many sentences of it the "
        "encoder has read."
    )


def strength_words(found: Result) -> str:
    """Return whether attacks are worth their name: chance takes less off than they do."""
    compared = found.compared
    if not compared.runs:
        return ""
    beaten = places = 0
    for arm in compared.arms:
        means = {
            key: [float(points.mean()) for points in left.values()]
            for key, left in compared.left(arm).items()
        }
        for kind in dict.fromkeys(kind for kind, _ in means):
            worst, random = means[kind, WORST], means[kind, RANDOM]
            beaten += sum(b < a - _ROUNDING for a, b in zip(worst[1:], random[1:], strict=True))
            places += len(worst) - 1
    return (
        f"At {beaten} of {places} budgets above nothing (arms and attacks together) random changes "
        "take more off than sought ones. That a larger budget never leaves more holds by "
        "construction: whoever may change more may also change less."
    )


def curves_table(found: Result) -> str:
    """Return what is left under every attack at every budget, an arm a row."""
    compared = found.compared
    if not compared.runs:
        return ""
    shown = []
    of_arms = {arm: compared.left(arm) for arm in compared.arms}
    for kind, budgets in next(iter(compared.runs.values())).budgets().items():
        heads = [f"{sought}, {budget:g}" for sought in (WORST, RANDOM) for budget in budgets]
        rows = []
        for arm, left in of_arms.items():
            levels = [each for sought in (WORST, RANDOM) for each in left[kind, sought].values()]
            rows.append((f"`{arm}`", *(f"{points.mean():.1f}" for points in levels)))
        shown.append(f"Changed: {kind}.\n\n{table(('arm', *heads), rows)}")
    return "\n\n".join(shown)


def reading_words(found: Result) -> str:
    """Return what stands beside the answer and is clear after correction, and what is missing."""
    if not found.beside:
        return missing_runs(found)
    corrected = found.corrected()
    clear = [each for each in found.beside if corrected[each.part.name] < 1 - found.bar.level]
    listed = "; ".join(f"{each.part.name} {_interval(found, each)}" for each in clear)
    asked, told = len(found.bar.beside), len(found.beside)
    few = "" if told == asked else f" ({asked - told} cannot be told for want of runs)"
    said = (
        f"Of {asked} differences that stand beside the answer{few}, {len(clear)} differ from zero "
        "after correction for their number" + (f": {listed}." if clear else ".")
    )
    others = {arm for each in found.bar.beside for arm in each.arms} & set(found.compared.arms)
    lost = found.compared.collapsed(sorted(others))
    named = ", ".join(named_seeds(arm, seeds) for arm, seeds in lost.items())
    return " ".join(
        [said, *([f"Collapsed among their arms: {named}."] if named else []), missing_runs(found)]
    ).strip()


def missing_runs(found: Result) -> str:
    """Return which runs of the question are missing; nothing where none is."""
    missing = missing_words(found.compared.missing)
    return f"**Missing runs**: {missing}." if missing else ""


def limits_words(found: Result) -> str:
    """Return the limits of an answer that were written with its bar."""
    return found.bar.limits


def run_table(found: Result) -> str:
    """Return the runs an answer rests on, each linked to its entry on the page of runs."""
    runs = found.compared.runs
    return table(
        ("arm", "seeds, each linked to its record"),
        [
            (
                f"`{arm}`",
                " ".join(
                    f"[{seed}](#{anchor(runs[arm, seed].unit.folder)})"
                    for each, seed in runs
                    if each == arm
                ),
            )
            for arm in found.compared.arms
        ],
    )


def answers_table(answers: Sequence[Answer], named: Mapping[str, str] | None = None) -> str:
    """Return the answers so far, one line per question and rung."""
    names = {key: each.name for key, each in questions().items()} | dict(named or {})
    return table(
        ("question", "answer", "measured, 95 % interval", "literature", "rung"),
        [
            (
                names[each.question_id],
                f"{_ANSWERS[each.replication]} ({each.replication})",
                _measured(each),
                each.literature,
                each.rung if each.scale == each.rung else f"{each.rung} (scale {each.scale})",
            )
            for each in answers
        ],
    )


def _measured(given: Answer) -> str:
    if given.estimate is None or given.interval is None:
        return "too few runs" if given.records else "not run"
    low, high = given.interval
    asked = question_bar(given.question_id, rung=given.rung)
    few = "" if len(given.seeds) >= asked.seeds else f", {len(given.seeds)} of {asked.seeds} seeds"
    return f"{points(given.estimate)} ({points(low)} to {points(high)}){few}"
