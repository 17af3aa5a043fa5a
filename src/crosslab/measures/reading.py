"""A finished run of a question, and blocks of numbers read from its tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from crosslab.data.languages import NAMES
from crosslab.errors import StoreError
from crosslab.records import Record, Store, Unit

Values = NDArray[np.float64]

POOR: Final = 2  # languages with the least text


class Measured(NamedTuple):
    """One number per item, or a block of them, and what the items are called."""

    items: tuple[str, ...]
    values: Values


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run of a question; its tables are read when they are asked for.

    Targets are the languages that nothing was fine-tuned on; the poor ones are those among them
    that encoders have read least text of.
    """

    store: Store
    record: Record

    @property
    def unit(self) -> Unit:
        """Which run it is."""
        return self.record.unit

    @cached_property
    def answers(self) -> pd.DataFrame:
        """Its answers, or where its searches ended."""
        return self.store.answers(self.unit)

    def table(self, name: str) -> pd.DataFrame:
        """Return another table of its record.

        Raises:
            StoreError: The record has none of this name.
        """
        if name not in self._tables:
            file = f"{name}.parquet"
            if file not in self.record.files:
                raise StoreError(
                    f"{self.store.folder(self.unit)} has no {file}; it holds "
                    f"{', '.join(self.record.files)}. Make the run again with the code as it is."
                )
            self._tables[name] = pq.read_table(self.store.folder(self.unit) / file).to_pandas()
        return self._tables[name]

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}

    def budgets(self) -> dict[str, tuple[float, ...]]:
        """Return what attacks change, and the budgets of each in order."""
        frame = self.table("attacks")
        kinds = frame["attack"].astype(str)
        return {
            kind: tuple(np.unique(frame.loc[kinds == kind, "budget"]).astype(np.float64).tolist())
            for kind in dict.fromkeys(kinds)
        }

    def attacked_in(self, kind: str) -> str:
        """Return where an attack can be looked at: in the targets, or in the source alone."""
        frame = self.table("attacks")
        there = set(frame.loc[frame["attack"].astype(str) == kind, "first"].astype(str).unique())
        return "targets" if there > {self.languages[0]} else "source"

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Every language, the source first."""
        return tuple(self.answers["first"].unique())

    @property
    def text(self) -> dict[str, int]:
        """How many sentences of each language the encoder has read."""
        known = self.record.settings["lab"]["languages"]
        return {each["key"]: each["sentences"] for each in known}

    @property
    def names(self) -> dict[str, str]:
        """The name of each language."""
        if "searches" in self.record.settings:
            return {key: NAMES[key] for key in self.record.settings["searches"]["languages"]}
        return {each["key"]: each["name"] for each in self.record.settings["lab"]["languages"]}

    def spoken(self, which: str) -> tuple[str, ...]:
        """Return the languages of a group: ``all``, ``source``, ``targets``, ``poor``.

        ``source-and-poor`` are those in which answers are compared; ``unpaired`` are those that
        had no pairs to be aligned by.
        """
        source, *targets = self.languages
        if which == "unpaired":
            paired = self.record.settings["searches"]["contrast"]["languages"]
            return tuple(key for key in targets if key not in paired)
        if which in {"poor", "source-and-poor"}:
            poor = tuple(sorted(targets, key=self.text.__getitem__)[:POOR])
            return poor if which == "poor" else (source, *poor)
        return {"all": self.languages, "source": (source,), "targets": tuple(targets)}[which]


Reader = Callable[[Run], Measured]


def of_kind(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the rows about one kind of items; the name of an item begins with its kind."""
    names, codes = _named(frame["item"])
    wanted = np.array([name.startswith(f"{kind}-") for name in names], dtype=np.bool_)
    return frame[wanted[codes]] if len(frame) else frame


def is_one_of(column: "pd.Series[str]", keys: Sequence[str]) -> NDArray[np.bool_]:
    """Return which rows of a column hold one of some names."""
    names, codes = _named(column)
    wanted = np.isin(names, list(keys))
    found: NDArray[np.bool_] = wanted[codes] if len(column) else np.zeros(0, dtype=np.bool_)
    return found


def in_one_language(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose two sentences are in the same language."""
    (first, codes), (second, others) = (_named(frame[side]) for side in ("first", "second"))
    same = _places(first.tolist(), second)[others] == codes
    rows: pd.DataFrame = frame[same]
    return rows


def _named(column: "pd.Series[str]") -> tuple[NDArray[np.str_], NDArray[np.intp]]:
    """Return the names in a column, each once, and which of them every row holds.

    Names are few and rows are many, and a table keeps them like that.
    """
    held = column.array
    if not isinstance(held, pd.Categorical):
        held = pd.Categorical(column)
    return np.array(held.categories.tolist(), dtype=np.str_), held.codes.astype(np.intp)


def cells(frame: pd.DataFrame, column: str, sides: Mapping[str, Sequence[str]]) -> Measured:
    """Return a column as a block: items in order of their names, then languages as they are given.

    Rows of other languages are left out.

    Raises:
        StoreError: Some item has no value in some cell, or several.
    """
    kept = np.ones(len(frame), dtype=np.bool_)
    for side, keys in sides.items():
        kept &= is_one_of(frame[side], keys)
    rows = frame[kept]
    every, codes = _named(rows["item"])
    there = np.unique(codes)
    names = sorted(every[there].tolist())
    places = [_places(names, every)[codes]]
    for side, keys in sides.items():
        known, spoken = _named(rows[side])
        places.append(_places(keys, known)[spoken])
    shape = (len(names), *(len(keys) for keys in sides.values()))
    flat = np.ravel_multi_index(places, shape) if len(rows) else np.empty(0, dtype=np.intp)
    times = np.bincount(flat, minlength=int(np.prod(shape)))
    if not len(rows) or not (times == 1).all():
        where = " and ".join("/".join(keys) for keys in sides.values())
        raise StoreError(
            f"A table holds {len(rows)} rows for {len(names)} items in {where}, where each item "
            "needs one row in each."
        )
    block = np.empty(shape)
    block.flat[flat] = rows[column].to_numpy(dtype=np.float64)
    return Measured(tuple(names), block)


def _places(wanted: Sequence[str], names: NDArray[np.str_]) -> NDArray[np.intp]:
    """Return the place of every name among those wanted, -1 for another."""
    known = {name: place for place, name in enumerate(wanted)}
    return np.array([known.get(name, -1) for name in names.tolist()], dtype=np.intp)


def averaged(found: Measured, scale: float = 100.0) -> Measured:
    """Return the mean over everything but items, in points."""
    values = found.values.reshape(len(found.items), -1)
    return Measured(found.items, scale * values.mean(axis=1))
