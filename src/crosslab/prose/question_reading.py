"""Sentences of the chapters on the questions: asked, answered, by what bar, beside what.

The five chapters have one shape. Tables are in ``question_tables``.
"""

from collections.abc import Mapping
from typing import Final

from crosslab.answering import answer, missing_words
from crosslab.applying import Result, Weighed, result
from crosslab.audit.decoding import decoded
from crosslab.audit.keeping import Kept, kept
from crosslab.audit.parsing import parsed
from crosslab.comparing import Comparison, comparison
from crosslab.literature.testimony import Question, conclusions, questions, stances
from crosslab.measures.classified import RANDOM, WORST
from crosslab.measures.table import MEASURES
from crosslab.numerals import with_interval
from crosslab.prose.literature_tables import ANSWERS_IN_PRINT
from crosslab.prose.render import page_name, plain
from crosslab.questions import Answer, QuestionBar, question_bar
from crosslab.records import Store
from crosslab.registry import lookup
from crosslab.weighing import RUNG_OF, named_seeds

NOTHING: Final = (
    "**Nothing was run on this question in this folder**, so there is nothing to show. To make the "
    "runs: `crosslab run {experiment} --scale {scale} --results FOLDER{data}`."
)


ANSWERS: Final = {
    "direction-only": "Yes, here",
    "contradicted": "No, not here",
    "inconclusive": "Undecided",
}


# What stands beside an answer and belongs into the same breath, for the question names it too.
NOTED: Final[Mapping[str, tuple[str, ...]]] = {
    "alignment-consistency": ("the same, on items that fooled another model",),
    "retrieval-attack": (
        "kept under noise, over batches of one language",
        "kept under noise, over batches of two languages",
    ),
    "retrieval-domains": ("confusion added to hybrid batches, domain named by a probe",),
    "adaptation-paraphrase": (
        "the same, in the languages with the least text",
        "what it adds, with hybrid batches more than as LaBSE",
    ),
    "scales": (
        "accuracy on items as they come, all sizes",
        "accuracy on items that fooled another model, all sizes",
    ),
}


_REAL: Final = "bench"
_LOOKED_FIRST: Final = {
    "lab": "after a look at another world of invented languages",
    "bench": (
        "after a look at English questions about paragraphs that are learned from (that it runs at "
        "all was seen on those that are asked, one arm under a seed that is not counted)"
    ),
}
_ROUNDING: Final = 1e-9


def weighed(store: Store, scale: str, question_id: str) -> Result:
    """Return what the runs of a scale come to by the bar of a question on its rung."""
    bar = question_bar(question_id, rung=RUNG_OF.get(scale, scale))
    return result(bar, comparison(store, scale, bar.experiment))


def weighed_in_real_languages(store: Store, question_id: str) -> Result:
    """Return what runs in real languages come to; without any the folder may well be."""
    if store.has_study(_REAL):
        return weighed(store, _REAL, question_id)
    bar = question_bar(question_id, rung=_REAL)
    nothing = Comparison(scale=_REAL, experiment=bar.experiment, runs={}, missing=())
    return result(bar, nothing)


def asked_words(question_id: str) -> str:
    """Return a question as its report asks it, what is in its way and what is in print."""
    question = lookup(questions(), question_id, kind="question")
    report = _report(question)
    read = parsed(decoded(report.path.read_bytes(), report.path), path="", sha256="")
    asked = plain(read.question or "The report states no question.")
    way = f"**In the way** (`{question.obstacle}`): {question.reason}" if question.obstacle else ""
    stance = stances()[question_id]
    return "\n\n".join(
        [
            f"> {asked}",
            f"Asked by [this report](../reports/{page_name(report)}.md), whose claims do not "
            "answer it.",
            way,
            f"**In print** (`{stance}`): {ANSWERS_IN_PRINT[stance]} "
            f"{conclusions()[question_id].reason} What was read, with its marks, stands in [the "
            "chapter on the literature](literature.ipynb).",
        ]
    )


def _report(question: Question) -> Kept:
    return next(each for each in kept() if each.path.name == question.report)


def answer_words(found: Result) -> str:
    """Return the answer in a sentence, what it rests on, and the bar."""
    bar = found.bar
    if not found.compared.runs:
        return NOTHING.format(
            experiment=bar.experiment, scale=found.compared.scale, data=_data(bar)
        )
    given = answer(found)
    return "\n\n".join(
        [
            answer_line(found, given),
            *([noted] if (noted := noted_words(found)) else []),
            f"**Replication: {given.replication}**, on rung `{given.rung}`, scale `{given.scale}`, "
            f"over {len(given.seeds)} seeds, in [these runs](#{_runs_of(bar)}). Reason: "
            f"{given.reason.rstrip('.')}.",
            f"**The hypothesis and its bar**, locked before any counted run and "
            f"{_LOOKED_FIRST[bar.rung]}: {bar.hypothesis} Measured is: {bar.quantity} "
            f"{bar.test} Smallest effect of interest: {bar.smallest_effect_points} points.",
        ]
    )


def _runs_of(bar: QuestionBar) -> str:
    """Return the name that a chapter gives the list of runs an answer rests on."""
    return f"{bar.question_id}-{'real-' if bar.rung == _REAL else ''}runs"


def _data(bar: QuestionBar) -> str:
    """Return the option that names a folder of data, where runs read any."""
    return " --data DIR" if bar.rung == _REAL else ""


def noted_words(found: Result) -> str:
    """Return what the question names as well, and the bar only looks at."""
    known = {each.part.name: each for each in found.beside}
    said = [
        f"{name} ({MEASURES[known[name].part.measure].name}) {_interval(found, known[name])}"
        for name in NOTED[found.bar.question_id]
        if name in known
    ]
    return f"Beside it, and deciding nothing: {'; '.join(said)}." if said else ""


def answer_line(found: Result, given: Answer) -> str:
    """Return the answer in one sentence, with every part it rests on."""
    parts = "; ".join(f"{each.part.name} {_interval(found, each)}" for each in found.parts)
    said = found.bar.hypothesis.rstrip(".")
    telling = found.telling
    excluded = "" if telling is None else f" ({telling.part.name})"
    if telling is not None and telling.found.interval(found.bar.level).high < 0:
        excluded += ", and the difference lies below zero"
    heads = {
        "direction-only": f"**{ANSWERS['direction-only']}:** {said}",
        "contradicted": (
            f"**{ANSWERS['contradicted']}**: a gain worth having is excluded{excluded}. "
            f"Expected was: {said}"
        ),
    }
    undecided = f"**{ANSWERS['inconclusive']}.** Expected was, and cannot be told yet: {said}"
    head = heads.get(given.replication, undecided)
    return f"{head}. In points, 95 % intervals: {parts}." if parts else f"{head}."


def _interval(found: Result, each: Weighed) -> str:
    return with_interval(each.found.interval(found.bar.level))


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
    return " ".join(part for part in (said, _collapsed_words(found), missing_runs(found)) if part)


def _collapsed_words(found: Result) -> str:
    """Return which runs beside the answer did not learn their task; each arm by itself.

    Arms of several sizes stand in one difference, and a small encoder is no failed large one.
    """
    arms = dict.fromkeys(arm for each in found.bar.beside for arm in each.arms)
    there = [arm for arm in arms if arm in found.compared.arms]
    lost = {arm: found.compared.collapsed([arm]).get(arm, ()) for arm in there}
    named = [named_seeds(arm, seeds) for arm, seeds in lost.items() if seeds]
    return f"Collapsed among their arms: {', '.join(named)}." if named else ""


def missing_runs(found: Result) -> str:
    """Return which runs of the question are missing; nothing where none is."""
    missing = missing_words(found.compared.missing)
    return f"**Missing runs**: {missing}." if missing else ""


def limits_words(found: Result) -> str:
    """Return the limits of an answer that were written with its bar."""
    return found.bar.limits


def pairs_words(found: Result) -> str:
    """Return in which languages there were pairs to align by, and in which there were none."""
    for run in found.compared.runs.values():
        settings = run.record.settings
        contrast = settings.get("searches", settings).get("contrast")
        if contrast is not None:
            paired = contrast["languages"] or list(run.names)
            known = [run.names[key] for key in paired]
            rest = [name for key, name in run.names.items() if key not in paired]
            without = f"; there are none in {' and '.join(rest)}" if rest else ""
            said = (
                f"Pairs of queries and passages that an encoder is aligned on are in "
                f"{', '.join(known)}{without}."
            )
            if found.bar.rung == _REAL:
                return said
            poor = _of_poor(run.spoken("poor"), paired, run.names)
            return f"{said} Of the two languages with the least text, {poor}."
    return ""


def _of_poor(poor: tuple[str, ...], paired: list[str], names: Mapping[str, str]) -> str:
    said = [f"{names[key]} has {'them' if key in paired else 'none'}" for key in poor]
    return " and ".join(said)


def again_words(found: Result) -> str:
    """Return the command that makes the runs of a question again."""
    return (
        f"To make them again: `crosslab run {found.bar.experiment} --scale {found.compared.scale} "
        f"--results FOLDER{_data(found.bar)}`, which brings the encoders and items they build on."
    )
