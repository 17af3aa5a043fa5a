"""Runs of the questions, made up without any model: exactly so much right, found or agreed."""

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from conftest import draft

from crosslab.provenance import digest
from crosslab.questions import QuestionBar
from crosslab.records import Manifest, Store, Unit, parquet
from crosslab.seeding import generator

LANGUAGES = ("ave", "bor", "cym", "dun")  # the source first, poorer and poorer
TEXT = (400, 300, 200, 100)
REAL_LANGUAGES = ("en", "de", "el", "zh")  # of scale bench
ITEMS = 60
SEEDS = (200, 201, 202, 203)
EVALUATIONS = {
    "alignment-consistency": "agreement",
    "retrieval-attack": "attacked",
    "retrieval-domains": "across-domains",
    "adaptation-paraphrase": "in-domain",
    "scales": "of-sizes",
}


def made_up_unit(experiment: str, arm: str, seed: int, scale: str = "lab") -> Unit:
    """Return a run at a scale."""
    name = digest(f"{scale} {experiment} {arm} {seed}")
    return Unit(scale=scale, experiment=experiment, arm=arm, seed=seed, fingerprint=name)


def made_up_settings(experiment: str, scale: str = "lab") -> dict[str, object]:
    """Return the settings that are read."""
    if scale == "bench":
        paired = {"contrast": {"languages": ["en", "de", "zh"]}}
        searches = {"languages": list(REAL_LANGUAGES), **paired}
        return {"evaluation": EVALUATIONS[experiment], "searches": searches}
    languages = [
        {"key": key, "name": key.capitalize() + "an", "sentences": count}
        for key, count in zip(LANGUAGES, TEXT, strict=True)
    ]
    return {"evaluation": EVALUATIONS[experiment], "lab": {"languages": languages}}


def classified(share: float, seed: int, kinds: Sequence[str] = ("test", "collected")) -> pa.Table:
    """Return answers of three labels within each language, so many of them right."""
    rng = generator(seed, "made-up answers", round(1000 * share))
    rows = [
        (f"{kind}-{number:05d}", key, key, number % 3)
        for kind, key, number in product(kinds, LANGUAGES, range(ITEMS))
    ]
    gold = np.array([row[3] for row in rows], dtype=np.int8)
    wrong = (gold + rng.integers(1, 3, len(gold))) % 3
    right = rng.random(len(gold)) < share
    return pa.table(
        {
            "item": [row[0] for row in rows],
            "first": [row[1] for row in rows],
            "second": [row[2] for row in rows],
            "prediction": np.where(right, gold, wrong).astype(np.int8),
            "gold": gold,
        }
    )


def searched(
    rank: int,
    seed: int,
    kinds: Sequence[str] = ("test",),
    languages: Sequence[str] = LANGUAGES,
) -> pa.Table:
    """Return ranks about a typical one, in every pair of languages."""
    rng = generator(seed, "made-up ranks", rank)
    rows = [
        (f"{kind}-{number:05d}", first, second)
        for kind, first, second, number in product(kinds, languages, languages, range(ITEMS))
    ]
    places = rng.integers(1, 2 * rank, len(rows)).astype(np.uint16)
    return pa.table(
        {
            "item": [row[0] for row in rows],
            "first": [row[1] for row in rows],
            "second": [row[2] for row in rows],
            "prediction": np.zeros(len(rows), dtype=np.uint16),
            "gold": np.zeros(len(rows), dtype=np.uint16),
            "rank": places,
            "pooled_rank": places * 2 - 1,
        }
    )


def attacks(
    rank: int, seed: int, languages: Sequence[str] = LANGUAGES, words_of: Sequence[str] = LANGUAGES
) -> pa.Table:
    """Return ranks under attack: the worst change doubles them at each step, chance adds one.

    Words are exchanged in some languages.
    """
    radii = (0.0, 0.1) if languages == LANGUAGES else (0.0, 0.03, 0.1)
    budgets = {"noise": radii, "synonyms": (0.0, 3.0), "mixing": (0.0, 3.0)}
    every = searched(rank, seed, languages=languages)
    said = every.filter(pc.is_in(every["first"], pa.array(words_of)))
    tables = []
    for kind, each in budgets.items():
        base = every if kind == "noise" else said
        for sought, (step, budget) in product(("worst", "random"), enumerate(each)):
            before = base["pooled_rank"].to_numpy().astype(np.int64)
            now = before * 2**step if sought == "worst" else before + step
            tables.append(
                pa.table(
                    {
                        "item": base["item"],
                        "first": base["first"],
                        "second": base["second"],
                        "attack": [kind] * len(now),
                        "sought": [sought] * len(now),
                        "budget": np.full(len(now), budget, dtype=np.float32),
                        "pooled_rank": now.astype(np.uint16),
                    }
                )
            )
    return pa.concat_tables(tables)


def answered_attacks(share: float, seed: int) -> pa.Table:
    """Return which items are still answered rightly when synonyms are exchanged."""
    rng = generator(seed, "made-up attacks", round(1000 * share))
    rows = list(product(("worst", "random"), (0.0, 3.0), LANGUAGES, range(ITEMS)))
    chances = [
        share - (0.3 if (sought, budget) == ("worst", 3.0) else 0) for sought, budget, *_ in rows
    ]
    return pa.table(
        {
            "item": [f"test-{number:05d}" for *_, number in rows],
            "first": [key for _, _, key, _ in rows],
            "attack": ["synonyms"] * len(rows),
            "sought": [sought for sought, *_ in rows],
            "budget": np.array([budget for _, budget, *_ in rows], dtype=np.float32),
            "right": rng.random(len(rows)) < np.array(chances),
        }
    )


def alignment(share: float, seed: int) -> pa.Table:
    """Return sentences and words that are found or not, and how alike spaces are."""
    rng = generator(seed, "made-up alignment", round(1000 * share))
    rows = []
    for number, key in enumerate(LANGUAGES[1:]):
        found = rng.random(ITEMS) < share
        rows += [("sentence", f"{i:05d}", key, 1.0 if hit else 7.0) for i, hit in enumerate(found)]
        words = rng.random(10 * (number + 1)) < share  # languages have not equally many
        rows += [("word", f"word{i}", key, float(hit)) for i, hit in enumerate(words)]
        rows.append(("space", "all", key, share))
    columns = dict(zip(("kind", "item", "first", "value"), zip(*rows, strict=True), strict=True))
    return pa.table({**columns, "value": np.array(columns["value"], dtype=np.float32)})


def probed(share: float, seed: int, languages: Sequence[str] = LANGUAGES) -> pa.Table:
    """Return domains that a probe named rightly or not."""
    rng = generator(seed, "made-up probe", round(1000 * share))
    rows = list(product(languages, range(ITEMS)))
    gold = np.array([number % 2 for _, number in rows], dtype=np.int8)
    right = rng.random(len(rows)) < share
    return pa.table(
        {
            "item": [f"probe-{number:05d}" for _, number in rows],
            "first": [key for key, _ in rows],
            "prediction": np.where(right, gold, 1 - gold).astype(np.int8),
            "gold": gold,
        }
    )


def real_tables(rank: int, seed: int, experiment: str) -> tuple[pa.Table, dict[str, pa.Table]]:
    """Return the same of searches in real languages, where English words alone are exchanged."""
    if experiment == "retrieval-attack":
        attacked = attacks(rank, seed, REAL_LANGUAGES, ("en",))
        return searched(rank, seed, languages=REAL_LANGUAGES), {"attacks": attacked}
    kinds = ("within", "general", "medical", "everyday")
    return (
        searched(rank, seed, kinds, REAL_LANGUAGES),
        {"probe": probed(0.9, seed, REAL_LANGUAGES)},
    )


def tables(
    experiment: str, level: float, seed: int, scale: str = "lab"
) -> tuple[pa.Table, dict[str, pa.Table]]:
    """Return the answers of a run and its other tables, better the higher its level."""
    rank = max(2, round(20 * (1 - level)))
    if scale == "bench":
        return real_tables(rank, seed, experiment)
    made = {
        "alignment-consistency": lambda: (
            classified(level, seed),
            {"alignment": alignment(level, seed)},
        ),
        "retrieval-attack": lambda: (searched(rank, seed), {"attacks": attacks(rank, seed)}),
        "retrieval-domains": lambda: (
            searched(rank, seed, ("within", "new", "styles")),
            {"probe": probed(0.9, seed)},
        ),
        "adaptation-paraphrase": lambda: (classified(level, seed, ("test", "clinic")), {}),
        "scales": lambda: (
            classified(level, seed),
            {"alignment": alignment(level, seed), "attacks": answered_attacks(level, seed)},
        ),
    }
    return made[experiment]()


def made_up_question_study(  # noqa: PLR0913 - what a study may differ in
    root: Path,
    levels: Mapping[str, Mapping[str, float]],
    *,
    seeds: Sequence[int] = SEEDS,
    planned: Mapping[str, Sequence[str]] | None = None,
    changed: Mapping[tuple[str, int], float] | None = None,
    scale: str = "lab",
) -> Store:
    """Write a study of arms at some level, experiment by experiment; others are only planned.

    ``changed`` gives some runs, by arm and seed, another level than their arm.
    """
    store, units = Store(root), []
    for experiment, arms in levels.items():
        for (arm, level), seed in product(arms.items(), seeds):
            unit = made_up_unit(experiment, arm, seed, scale)
            own = (changed or {}).get((arm, seed), level)
            answers, others = tables(experiment, own, seed, scale)
            files = {f"{name}.parquet": parquet(each) for name, each in others.items()}
            store.write(draft(unit, settings=made_up_settings(experiment, scale)), answers, files)
            units.append(unit)
    for experiment, arms in (planned or {}).items():
        units += [made_up_unit(experiment, arm, seed, scale) for arm in arms for seed in seeds]
    store.write_manifest(Manifest(scale=scale, planned="2026-12-01", lock="l", units=units))
    return store


def made_up_bar(experiment: str, parts: Sequence[dict], **changed: object) -> QuestionBar:
    """Return a bar with some parts, for the seeds of a made-up study."""
    words = {"direction-only": "all above", "contradicted": "one below", "inconclusive": "else"}
    return QuestionBar.model_validate(
        {
            "question_id": experiment,
            "rung": "lab",
            "experiments": [experiment],
            "hypothesis": "One finds more than the other.",
            "quantity": "One minus the other.",
            "parts": list(parts),
            "beside": [],
            "smallest_effect_points": 1.0,
            "seeds": len(SEEDS),
            "first_seed": SEEDS[0],
            "level": 0.95,
            "test": "t.",
            "outcomes": words,
            "limits": "Made up.",
            **changed,
        }
    )
