"""Tables of the chapters on the questions: what decides, every arm, every run."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from crosslab.answering import answers_on_every_rung
from crosslab.applying import Result, Weighed
from crosslab.arms import CLAIMED_ARMS, CONTROL, SIZES
from crosslab.chapters import chapters
from crosslab.comparing import LEVEL
from crosslab.literature.testimony import questions
from crosslab.measures.classified import RANDOM, WORST
from crosslab.measures.table import MEASURES, POOL
from crosslab.numerals import chance, level, points, with_interval
from crosslab.prose.question_reading import ANSWERS
from crosslab.prose.render import anchor, table
from crosslab.questions import Answer, question_bar
from crosslab.records import Store
from crosslab.stats.crossed import Estimate, Interval

# What each chapter shows of every arm: tables of four columns at most, which fit a page.
LOOKED_AT: Final[Mapping[tuple[str, str], tuple[tuple[str, ...], ...]]] = {
    ("alignment-consistency", "lab"): (
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
    ("retrieval-attack", "lab"): (
        (
            "precision-own",
            "precision-other",
            "precision-pool",
            "first-pool",
        ),
        ("ten-pool", "reciprocal-pool", "gain-pool"),
        ("attacked-unharmed", "attacked-random-noise", "attacked-noise", "kept-noise"),
        ("attacked-noise-first", "attacked-noise-gain"),
        ("bias-pool", "attacked-noise-bias"),
        ("attacked-synonyms", "attacked-mixing", "kept-mixing"),
    ),
    ("retrieval-domains", "lab"): (
        ("within-source", "within-pool", "styles-pool"),
        ("new-pool", "probe"),
    ),
    ("adaptation-paraphrase", "lab"): (
        (
            "accuracy-clinic-source",
            "accuracy-clinic-targets",
            "accuracy-clinic-poor",
        ),
        ("accuracy-test-source", "accuracy-test-targets", "accuracy-test-poor"),
    ),
    ("scales", "lab"): (
        ("sentences-targets", "words-targets", "spaces-targets"),
        ("accuracy-test-source", "accuracy-test-targets", "agreement-test-all"),
        ("accuracy-collected-source", "accuracy-collected-targets"),
        ("accuracy-unharmed", "accuracy-random-synonyms", "accuracy-synonyms"),
    ),
    ("retrieval-attack", "bench"): (
        ("precision-own", "precision-other", "precision-pool", "first-pool"),
        ("attacked-unharmed", "attacked-random-noise", "attacked-small-noise", "attacked-noise"),
        ("attacked-unharmed-source", "attacked-synonyms-source", "attacked-mixing-source"),
        ("ten-pool", "gain-pool", "bias-pool"),
        ("kept-noise", "kept-small-noise"),
    ),
    ("retrieval-domains", "bench"): (
        ("within-source", "within-pool", "medical-pool", "probe"),
        ("everyday-pool", "general-pool", "general-unpaired"),
    ),
}


def parts_table(found: Result) -> str:
    """Return what decides, and what stands beside it, each with its interval."""
    if not found.parts:
        return ""
    corrected = found.corrected()
    rows = [(*_row(found, each), _decides(found, each)) for each in found.parts]
    rows += [(*_row(found, each), chance(corrected[each.part.name])) for each in found.beside]
    return table(("difference", "in", "points, 95 % interval", "p, two-sided, after Holm"), rows)


def _row(found: Result, each: Weighed) -> tuple[str, str, str]:
    interval = with_interval(each.found.interval(found.bar.level))
    return each.part.name, MEASURES[each.part.measure].name, interval


def _decides(found: Result, each: Weighed) -> str:
    """Return that a part decides, and the wider interval that may contradict where there is one."""
    if len(found.parts) == 1:
        return "decides"
    wider = each.found.interval(1 - (1 - found.bar.level) / len(found.parts))
    return f"decides; widened {points(wider.low)} to {points(wider.high)}"


def arms_tables(found: Result) -> str:
    """Return every arm in what the chapter looks at, and what each column is."""
    return "\n\n".join(
        f"{arms_table(found, measures)}\n\n{measures_words(measures)}"
        for measures in LOOKED_AT[found.bar.question_id, found.bar.rung]
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
    reach = interval.high - interval.estimate
    return f"{level(interval.estimate)}\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}{reach:.1f}"


def measures_words(measures: Sequence[str]) -> str:
    """Return what the columns of a table of arms are."""
    words = {MEASURES[each].name: MEASURES[each].words for each in measures}
    said = "; ".join(f"*{name}*: {each.removesuffix(f'; {POOL}')}" for name, each in words.items())
    pool = f" Where nothing else is said: {POOL}." if any(POOL in w for w in words.values()) else ""
    other = [
        f"{MEASURES[e].name} in {MEASURES[e].unit}"
        for e in measures
        if MEASURES[e].unit != "points"
    ]
    unit = "Points" + (f" ({', '.join(other)})" if other else "")
    return f"{unit}, mean ± half a 95 % interval over seeds and items. {said}.{pool}"


def by_language(found: Result, kind: str) -> str:
    """Return the accuracy of every arm on items of a kind, language by language."""
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


def each_way_table(found: Result, measures: Sequence[str]) -> str:
    """Return what each robust method adds to plain fine-tuning, size by size.

    The bar takes the mean of the three; one by one they were not named before the runs.
    """
    rows = []
    for size in SIZES:
        for method in CLAIMED_ARMS:
            weights = {f"{method}-{size}": 1.0, f"{CONTROL}-{size}": -1.0}
            if method == CONTROL or not found.compared.seeds(weights):
                continue
            gains = [found.compared.difference(each, weights) for each in measures]
            shown = ["" if g is None else with_interval(g.interval(LEVEL)) for g in gains]
            rows.append((f"`{method}`, {size}", *shown))
    heads = [MEASURES[each].name for each in measures]
    return table(("over plain fine-tuning", *heads), rows) if rows else ""


def settings_table(found: Result) -> str:
    """Return what the runs of a question were set to, of every arm the same but for its own."""
    runs = found.compared.runs
    shown: dict[str, str] = {}
    for run in runs.values():
        for name, value in _flat(run.record.settings):
            shown.setdefault(name, value)
    return table(("setting", "value"), [(f"`{name}`", value) for name, value in shown.items()])


_NOT_SHOWN: Final = ("lab", "arm", "composition", "method", "encoder", "collected")


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every setting with its dotted name; what arms differ in is told in words."""
    for name, value in settings.items():
        if not prefix and name in _NOT_SHOWN:
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif value is not None:
            yield f"{prefix}{name}", f"`{value}`"


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


def answers_part(store: Store, scale: str) -> str:
    """Return the answers so far for pages at the root of the book, each linked to its chapter."""
    there = {chapter.name for chapter in chapters()}
    named = {
        key: f"[{each.name}](executed/{key}.ipynb)"
        for key, each in questions().items()
        if key in there
    }
    return answers_table(answers_on_every_rung(store, scale), named)


def answers_table(answers: Sequence[Answer], named: Mapping[str, str] | None = None) -> str:
    """Return the answers so far by question, the rungs of one question under each other."""
    names = {key: each.name for key, each in questions().items()} | dict(named or {})
    order = list(names)
    return table(
        ("question", "rung", "answer", "measured, points, 95 % interval", "in print"),
        [
            (
                names[each.question_id],
                each.rung if each.scale == each.rung else f"{each.rung} (scale {each.scale})",
                f"{ANSWERS[each.replication]} ({each.replication})",
                _measured(each),
                each.literature,
            )
            for each in sorted(answers, key=lambda each: order.index(each.question_id))
        ],
    )


def _measured(given: Answer) -> str:
    """Return every part that an answer rests on, in its own measure."""
    if given.estimate is None or given.interval is None:
        return "too few runs" if given.records else "not run"
    bar = question_bar(given.question_id, rung=given.rung)
    said = []
    for part in bar.parts:
        found = given.tests[f"part: {part.name}"]
        interval = Interval(found["estimate"], found["low"], found["high"])
        said.append(f"{part.name}: {with_interval(interval)} ({MEASURES[part.measure].name})")
    few = "" if len(given.seeds) >= bar.seeds else f"; {len(given.seeds)} of {bar.seeds} seeds"
    return "; ".join(said) + few
