"""The evidence of a study: its records, gathered into what statistics and figures take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crosslab.checkpoints import CHECKPOINTS, LAST, prediction_column
from crosslab.errors import StoreError
from crosslab.records import ANSWERS, DataCard, Manifest, Record, Store, Unit
from crosslab.stats.crossed import Estimate, crossed
from crosslab.stats.outcomes import Cells, Outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a study has to say on one experiment."""

    scale: str
    experiment: str
    outcomes: Outcomes
    records: tuple[Record, ...]
    parents: tuple[Record, ...]
    missing: tuple[Unit, ...]

    def card(self, name: str) -> DataCard:
        """Return a data card of the runs or of the encoder they start from."""
        for record in (*self.parents, *self.records):
            for card in record.data:
                if card.name == name:
                    return card
        raise StoreError(f"No record of {self.experiment} has a data card '{name}'.")

    def task(self) -> str:
        """Return the task the experiment is about."""
        return str(self.records[0].settings["task"])

    def runs(self) -> list[tuple[Record, dict[str, float]]]:
        """Return each run that was compared, with its accuracy points from its answers."""
        outcomes = self.outcomes
        cells = outcomes.read_as()
        points = {
            (arm, label): outcomes.points(arm, where).mean(axis=1)
            for arm in outcomes.right
            for label, where in cells.items()
        }
        return [
            (
                record,
                {
                    label: float(
                        points[record.unit.arm, label][outcomes.seeds.index(record.unit.seed)]
                    )
                    for label in cells
                },
            )
            for record in self.records
            if record.unit.seed in outcomes.seeds
        ]

    def names(self) -> dict[str, str]:
        """Return the name of each language."""
        return {each["key"]: each["name"] for each in self.languages()}

    def languages(self) -> list[dict[str, Any]]:
        """Return what is known of each language, the source first."""
        cards = (card for record in (*self.parents, *self.records) for card in record.data)
        for card in cards:
            if card.name in {"lab-text", f"real-{self.task()}"}:
                return list(card.details["languages"])
        raise StoreError(f"No record of {self.experiment} says which languages it is about.")

    def lines(self) -> list[tuple[str, Cells]]:
        """Return what tables and figures have a line for: each language, then two averages."""
        outcomes, names = self.outcomes, self.names()
        single = [
            (names[key] + (" (source)" if key == outcomes.source else ""), outcomes.pair(key, key))
            for key in outcomes.languages
        ]
        return [
            *single,
            ("all targets", outcomes.same_language()),
            ("mixed pairs", outcomes.mixed_language()),
        ]


def estimate_of(values: NDArray[np.float64]) -> Estimate:
    """Return the estimate of a quantity given per seed and item, the same wherever it is shown."""
    return crossed(values)


def gathered(
    store: Store, scale: str, experiment: str, checkpoint: str = LAST, arms: Sequence[str] = ()
) -> Evidence:
    """Return the evidence on an experiment; runs that are missing are named, not passed over.

    A seed enters the outcomes only if every arm has it: arms are compared seed by seed.
    Where some arms are named, the evidence is on these alone.

    Raises:
        StoreError: No seed is complete, or a record does not match its files.
    """
    manifest = store.manifest(scale)
    units = [
        unit
        for unit in manifest.units
        if unit.experiment == experiment and (not arms or unit.arm in arms)
    ]
    there = [unit for unit in units if store.state(unit) != "absent"]
    records = {unit: store.record(unit) for unit in there}
    missing = tuple(unit for unit in units if unit not in records)
    complete = complete_seeds(units, there)
    if not complete:
        raise StoreError(
            f"No seed of {experiment} at scale '{scale}' is complete in {store.root}. "
            f"Run: crosslab study --scale {scale} --results {store.root}"
        )
    return Evidence(
        scale=scale,
        experiment=experiment,
        outcomes=_outcomes(store, there, complete, checkpoint),
        records=tuple(records.values()),
        parents=_parents(store, manifest, list(records.values())),
        missing=missing,
    )


def gathered_by_checkpoint(
    store: Store, scale: str, experiment: str, arms: Sequence[str]
) -> dict[str, Evidence]:
    """Return the evidence on an experiment under each checkpoint choice."""
    return {
        checkpoint: gathered(store, scale, experiment, checkpoint, arms)
        for checkpoint in CHECKPOINTS
    }


def complete_seeds(units: Sequence[Unit], there: Sequence[Unit]) -> list[int]:
    """Return the seeds that every planned arm has a record of."""
    arms = {unit.arm for unit in units}
    return sorted(
        seed
        for seed in {unit.seed for unit in there}
        if {unit.arm for unit in there if unit.seed == seed} == arms
    )


def _parents(store: Store, manifest: Manifest, records: Sequence[Record]) -> tuple[Record, ...]:
    wanted = {parent for record in records for parent in record.parents}
    return tuple(store.record(unit) for unit in manifest.units if unit.fingerprint in wanted)


def _outcomes(
    store: Store, there: Sequence[Unit], seeds: Sequence[int], checkpoint: str
) -> Outcomes:
    blocks: dict[str, list[NDArray[np.bool_]]] = {}
    asked: Block | None = None  # the first block: all others must be about the same
    for unit in sorted(there, key=lambda unit: (unit.arm, unit.seed)):
        if unit.seed not in seeds:
            continue
        block = _block(store, unit, checkpoint)
        asked = asked or block
        if not block.about_the_same(asked):
            raise StoreError(
                f"{store.folder(unit)}: answers other items, or other languages, than the runs "
                "it is compared with; move it away and run the study again."
            )
        blocks.setdefault(unit.arm, []).append(block.right)
    assert asked is not None  # the caller made sure that a seed is complete
    return Outcomes(
        languages=asked.languages,
        seeds=tuple(seeds),
        right={arm: np.stack(parts) for arm, parts in blocks.items()},
        commonest_share=float(np.bincount([gold for _, gold in asked.items]).max())
        / len(asked.items),
        asked=None if asked.asked.all() else asked.asked,
        items=tuple(name for name, _ in asked.items),
    )


_BLOCKS: dict[tuple[str, str], "Block"] = {}  # by the hash of the answers, which never change


def _block(store: Store, unit: Unit, checkpoint: str) -> "Block":
    """Return which answers of a run were right; its files are checked anew at every call."""
    key = (store.record(unit).files[ANSWERS], checkpoint)
    if key not in _BLOCKS:
        _BLOCKS[key] = right_block(store.answers(unit), prediction_column(checkpoint))
    return _BLOCKS[key]


@dataclass(frozen=True, slots=True)
class Block:
    """The answers of one run: what was asked, and which were right."""

    languages: tuple[str, ...]
    items: tuple[tuple[str, int], ...]  # item and gold label, sorted
    right: NDArray[np.bool_]  # (items, first language, second language)
    asked: NDArray[np.bool_]  # the same shape

    def about_the_same(self, other: "Block") -> bool:
        """Whether both answer the same items in the same pairs."""
        alike = (self.languages, self.items) == (other.languages, other.items)
        return alike and bool(np.array_equal(self.asked, other.asked))


def right_block(answers: pd.DataFrame, column: str = "prediction") -> Block:
    """Return which answers in a column were right, whatever the order of the rows.

    Languages stand in the order in which they first occur, the source first. Every item is
    asked in every pair, or within every language and in equally many of the mixed pairs, all
    of which are then asked about as often as each other: an answer that is missing shows.

    Raises:
        StoreError: Some item has no answer where it must have one, or more than one, or its
            gold label differs between pairs.
    """
    languages = tuple(answers["first"].unique())
    rows, names = pd.factorize(answers["item"], sort=True)
    gold = np.zeros(len(names), dtype=np.int64)
    gold[rows] = answers["gold"]
    shape = (len(names), len(languages), len(languages))
    places = [rows, *(_places(answers[side], languages) for side in ("first", "second"))]
    known = np.min(places, axis=0) >= 0
    cells = np.ravel_multi_index([np.maximum(each, 0) for each in places], shape)
    times = np.bincount(cells, minlength=int(np.prod(shape)))
    asked = times.reshape(shape) == 1
    whole = (times <= 1).all() and _evenly_asked(asked)
    if (gold[rows] != answers["gold"]).any() or not known.all() or not whole:
        raise StoreError(
            f"Answers hold {len(answers)} rows, but {len(names)} items in {len(languages)} x "
            f"{len(languages)} language pairs need {times.size}, one each, or one within each "
            "language and equally many in mixed pairs; with one gold label an item."
        )
    block = np.zeros(shape, dtype=np.bool_)
    block.flat[cells] = (answers[column] == answers["gold"]).to_numpy()
    return Block(languages, tuple(zip(names, gold.tolist(), strict=True)), block, asked)


def _evenly_asked(asked: NDArray[np.bool_]) -> bool:
    """Whether items are asked within every language, and in mixed pairs all equally often."""
    mixed = ~np.eye(asked.shape[1], dtype=np.bool_)
    per_item, per_pair = asked[:, mixed].sum(axis=1), asked[:, mixed].sum(axis=0)
    evenly = np.ptp(per_item) == 0 and np.ptp(per_pair) <= 1 if mixed.any() else True
    return bool(asked[:, ~mixed].all() and evenly)


def _places(column: "pd.Series[str]", languages: tuple[str, ...]) -> NDArray[np.intp]:
    """Return which of these languages each row of a column names, -1 for another."""
    codes, found = pd.factorize(column)
    place: NDArray[np.intp] = pd.Index(languages).get_indexer(pd.Index(found.astype(object)))[codes]
    return place
