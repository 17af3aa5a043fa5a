"""What must hold of a data set before it is used; each check returns what does not.

Every check looks at all languages, so that one message tells everything. None corrects
anything: what is known to be wrong with a data set is on its card.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crosslab.data.cards import Card
from crosslab.data.sources import Document, Table
from crosslab.errors import DataError

UNTRANSLATED: Final = "NS"  # what PAWS-X has in place of a sentence that was not translated
_SHOWN: Final = 4

Labels = NDArray[np.int8]


def refuse(problems: Sequence[str]) -> None:
    """Raise once with all problems, if there are any.

    Raises:
        DataError: There are.
    """
    if problems:
        raise DataError(problems)


def some(values: Iterable[object], *, most: int = _SHOWN) -> str:
    """Return the first of some values, and how many more there are.

    Example:
        >>> some("abcdef", most=2)
        'a, b and 4 more'
    """
    every = [str(value) for value in values]
    if len(every) <= most:
        return ", ".join(every)
    return f"{', '.join(every[:most])} and {len(every) - most} more"


def place_problems(card: Card, split: str, languages: Sequence[str]) -> list[str]:
    """Whether the data set has this split, in these languages."""
    if split not in card.splits:
        return [f"'{card.key}' has no split '{split}'. It has: {', '.join(card.splits)}."]
    known = card.splits[split].languages
    if not languages:
        return [f"No language of '{card.key}' {split} is asked for. It has: {' '.join(known)}."]
    missing = [each for each in languages if each not in known]
    if not missing:
        return []
    return [f"'{card.key}' {split} has no {', '.join(missing)}. It has: {' '.join(known)}."]


def count_problems(found: Iterable[Table]) -> list[str]:
    """Whether every table has the rows it must have, and none is empty."""
    return [
        count_problem(table.place, len(table), table.expected)
        for table in found
        if len(table) != table.expected or not len(table)
    ]


def count_problem(place: str, rows: int, expected: int) -> str:
    """Return what is said where rows are missing or too many."""
    return (
        f"{place} has {rows} rows and must have {expected or 'at least 1'}. Restore the data; if "
        f"there is a new version of it, its card needs a new revision and new counts."
    )


def document_problem(document: Document, rows: int) -> list[str]:
    """Whether some JSON holds as many entries as it must."""
    if rows == document.expected and rows:
        return []
    return [count_problem(document.place, rows, document.expected)]


def empty_problems(tables: Iterable[Table]) -> list[str]:
    """Whether every cell holds something."""
    found = []
    for table in tables:
        for name, values in table.columns.items():
            empty = [row for row, value in enumerate(values) if not value or value.isspace()]
            if empty:
                lines = some(row + table.first_line for row in empty)
                found.append(f"{table.place} has an empty '{name}' in line {lines}. Correct it.")
    return found


def label_problems(card: Card, tables: Iterable[Table]) -> list[str]:
    """Whether every label is one that the card knows."""
    found = []
    for table in tables:
        wrong = [
            f"{value!r} in line {row + table.first_line}"
            for row, value in enumerate(table.columns["label"])
            if value not in table.codes
        ]
        if wrong:
            meant = ", ".join(
                f"{code} ({label})" if code != label else code
                for code, label in zip(table.codes, card.labels, strict=True)
            )
            found.append(
                f"{table.place} has labels that '{card.key}' does not know: {some(wrong)}. "
                f"Accepted: {meant}."
            )
    return found


def label_numbers(table: Table) -> Labels:
    """Return the labels of a table as numbers in the order of the card."""
    number = {code: place for place, code in enumerate(table.codes)}
    return np.array([number[code] for code in table.columns["label"]], dtype=np.int8)


def distribution_problems(
    card: Card, split: str, labels: Mapping[str, Labels], places: Mapping[str, str]
) -> list[str]:
    """Whether labels are real ones: all of them occur, none more often than the card allows."""
    low, high = card.splits[split].commonest
    found = []
    for language, numbers in labels.items():
        occurring = np.bincount(numbers, minlength=len(card.labels))
        share = float(occurring.max()) / numbers.size
        absent = [label for label, times in zip(card.labels, occurring, strict=True) if not times]
        if np.count_nonzero(occurring) == 1:
            found.append(
                f"{places[language]} has one label in all {numbers.size} rows, "
                f"'{card.labels[int(occurring.argmax())]}': it stands for labels that are not "
                f"there. Use a copy with labels."
            )
        elif absent:
            found.append(f"{places[language]} has no row with the label {some(absent)}.")
        elif not low - 1e-9 <= share <= high + 1e-9:
            found.append(
                f"{places[language]} has the label '{card.labels[int(occurring.argmax())]}' in "
                f"{share:.1%} of rows; the card of '{card.key}' allows {low:.1%} to {high:.1%}. "
                f"Labels may be shifted or of another split."
            )
    return found


def alignment_problems(card: Card, split: str, tables: Mapping[str, Table]) -> list[str]:
    """Whether languages have the same rows: as many, and with the same ids."""
    sizes = {language: len(table) for language, table in tables.items()}
    if len(set(sizes.values())) > 1:
        each = ", ".join(f"{language} {rows}" for language, rows in sizes.items())
        return [
            f"Languages of '{card.key}' {split} differ in rows ({each}), so that items cannot be "
            f"aligned. Use files of one release."
        ]
    found = []
    (first, reference), *others = tables.items()
    if reference.ids and len(reference.ids) != len(reference):
        found.append(
            f"'{card.key}' {split} has {len(reference.ids)} item ids for {len(reference)} rows."
        )
    if len(set(reference.ids)) < len(reference.ids):
        found.append(f"Item ids of '{card.key}' {split} occur more than once.")
    found += [
        f"Items of '{card.key}' {split} do not stand in the same order in {first} and {language}: "
        f"their ids differ from row {_first_difference(reference.ids, table.ids)} on."
        for language, table in others
        if table.ids != reference.ids
    ]
    return found


def agreement_problems(
    card: Card, split: str, labels: Mapping[str, Labels], kept: NDArray[np.bool_]
) -> list[str]:
    """Whether an item that is kept has the same label in every language."""
    (first, reference), *others = labels.items()
    found = []
    for language, numbers in others:
        rows = np.flatnonzero((numbers != reference) & kept)
        if rows.size:
            found.append(
                f"'{card.key}' {split} has other labels in {language} than in {first}, in row "
                f"{some(int(row) + 1 for row in rows)}: rows are shifted, or labels were edited."
            )
    return found


def untranslated(tables: Mapping[str, Table]) -> dict[str, NDArray[np.bool_]]:
    """Return which rows of each language have a sentence that was never translated."""
    return {
        language: np.array(
            [
                UNTRANSLATED in (one.strip(), other.strip())
                for one, other in zip(table.columns["first"], table.columns["second"], strict=True)
            ],
            dtype=np.bool_,
        )
        for language, table in tables.items()
    }


def _first_difference(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False), start=1)
    return next((row for row, (a, b) in pairs if a != b), min(len(one), len(other)) + 1)
