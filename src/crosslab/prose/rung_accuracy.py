"""Accuracy of plain fine-tuning on real languages, beside figures in print."""

from typing import Final

from crosslab.arms import CONTROL
from crosslab.data.languages import NAMES
from crosslab.experiments import GRAFT, GRAFT_PAIRS
from crosslab.lineup import in_order
from crosslab.numerals import counted
from crosslab.prose.render import table
from crosslab.published import System, published
from crosslab.rungs import SCALE, TASKS, Asked, Rungs
from crosslab.scales import study_config

_BENCHMARK: Final = {"paraphrase": "pawsx", "nli": "xnli"}


def height_table(found: Rungs) -> str:
    """Return how well plain fine-tuning does in English and elsewhere, by task and encoder."""
    rows = []
    for each in found.asked:
        outcomes = each.plain
        others = outcomes.points(CONTROL, outcomes.same_language()).mean()
        rows.append(
            (
                TASKS[each.task],
                f"`{each.encoder}`",
                f"{outcomes.in_source(CONTROL).mean():.1f}",
                f"{others:.1f}",
                f"{100 * outcomes.commonest_share:.1f}",
                f"{len(outcomes.seeds)}",
            )
        )
    header = ("task", "encoder", "English", "other languages", "commonest answer", "seeds")
    return table(header, rows) if rows else ""


def accuracy_table(found: Rungs, task: str) -> str:
    """Return published accuracy beside that of plain fine-tuning here, language by language."""
    systems = _systems(task)
    here = {encoder: found.of(task, encoder) for encoder in (GRAFT, GRAFT_PAIRS)}
    ours = {encoder: each for encoder, each in here.items() if each is not None}
    rows = [
        (
            NAMES[key],
            *(_published(each, key) for each in systems),
            *(_measured(each, key) for each in ours.values()),
        )
        for key in _languages(task)
    ]
    header = (
        TASKS[task],
        *(f"{each.name}" for each in systems),
        *(
            f"`{encoder}`, here, {counted(len(each.plain.seeds), 'seed')}"
            for encoder, each in ours.items()
        ),
    )
    items = study_config(SCALE).tasks[task].test  # type: ignore[union-attr]
    return (
        f"{table(header, rows)}\n\nHere: the first {items:,} test items that are there in every "
        "language. Published figures are of all of them."
    )


def by_language_words(found: Rungs, task: str, encoder: str) -> str:
    """Return the accuracy of plain fine-tuning of one encoder, language by language."""
    asked = found.of(task, encoder)
    if asked is None:
        return ""
    each = [
        f"{NAMES[key]} {_measured(asked, key)}"
        for key in _languages(task)
        if key in asked.plain.languages
    ]
    seeds = counted(len(asked.plain.seeds), "seed")
    return f"{TASKS[task]} with `{encoder}`, plain fine-tuning, {seeds}: {', '.join(each)}."


def sources_words(task: str) -> str:
    """Return where the published figures of a task were read, with their marks."""
    each = "; ".join(f"{one.name}: {one.source} ({one.mark})" for one in _systems(task))
    return f"{TASKS[task]}, published: {each}."


def _languages(task: str) -> list[str]:
    return in_order(published().benchmark(_BENCHMARK[task]).test_items)


def _systems(task: str) -> list[System]:
    """Return the published systems that have figures by language."""
    systems = [each for each in published().systems if each.benchmark == _BENCHMARK[task]]
    return [each for each in systems if each.accuracy_points]


def _published(system: System, language: str) -> str:
    value = system.accuracy_points.get(language)
    return "" if value is None else f"{value:.1f}"


def _measured(asked: Asked, language: str) -> str:
    outcomes = asked.plain
    if language not in outcomes.languages:
        return ""
    return f"{outcomes.points(CONTROL, outcomes.pair(language, language)).mean():.1f}"
