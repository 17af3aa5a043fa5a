"""Load a data set from any source, checked: one function for each kind of data.

``source`` is a folder or the hub; ``card`` is the key of a data set, or a card of one's
own. A split that fails a check is refused as a whole, with everything found in it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosslab.data import checks
from crosslab.data.cards import Card, Kind
from crosslab.data.catalogue import known_card
from crosslab.data.checks import refuse
from crosslab.data.rows import (
    Comparable,
    Dictionary,
    LabelledPairs,
    LeftOut,
    Parallel,
    Questions,
    Texts,
    Translations,
)
from crosslab.data.sources import Document, Source, Table
from crosslab.errors import DataError


def labelled_pairs(
    source: Source, card: str | Card, split: str, languages: Sequence[str]
) -> LabelledPairs:
    """Return the items of a sentence-pair task in some languages, aligned by item.

    An item of which one sentence was never translated into one of these languages is
    left out in all of them, for no mixed pair can be made of it; ``left_out`` names it.

    Raises:
        DataError: The split cannot be had, or fails a check.
    """
    card = _card_of_kind(card, "labelled pairs")
    tables = _tables(source, card, split, languages)
    refuse(checks.label_problems(card, tables.values()))
    labels = {language: checks.label_numbers(table) for language, table in tables.items()}
    places = {language: table.place for language, table in tables.items()}
    aligned = checks.alignment_problems(card, split, tables)
    refuse([*checks.distribution_problems(card, split, labels, places), *aligned])
    absent = checks.untranslated(tables)
    kept = ~np.logical_or.reduce(list(absent.values()))
    refuse(checks.agreement_problems(card, split, labels, kept))
    items = _items(split, len(kept))
    rows = np.flatnonzero(kept)
    own_ids = next(iter(tables.values())).ids
    return LabelledPairs(
        card=card.key,
        split=split,
        items=items,
        own_ids=own_ids,
        first={language: table.columns["first"] for language, table in tables.items()},
        second={language: table.columns["second"] for language, table in tables.items()},
        labels=next(iter(labels.values())),
        label_names=card.labels,
        left_out=_left_out(items, absent),
    ).take(rows)


def _left_out(items: Sequence[str], absent: Mapping[str, NDArray[np.bool_]]) -> tuple[LeftOut, ...]:
    gone = np.flatnonzero(np.logical_or.reduce(list(absent.values())))
    return tuple(
        LeftOut(
            item=items[row],
            languages=tuple(language for language, rows in absent.items() if rows[row]),
            reason="a sentence was never translated",
        )
        for row in gone.tolist()
    )


def translations(
    source: Source, card: str | Card, language: str, split: str = "test"
) -> Translations:
    """Return sentences of one language with their English.

    Raises:
        DataError: The split cannot be had, or fails a check.
    """
    card = _card_of_kind(card, "translations")
    table = _tables(source, card, split, [language])[language]
    return Translations(
        card=card.key,
        split=split,
        language=language,
        items=_items(split, len(table)),
        foreign=table.columns["foreign"],
        english=table.columns["english"],
    )


def parallel(
    source: Source, card: str | Card, languages: Sequence[str], split: str = ""
) -> Parallel:
    """Return the same sentences in many languages; without a split, the only one there is.

    Raises:
        DataError: The split cannot be had, or fails a check.
    """
    card = _card_of_kind(card, "parallel")
    split = split or next(iter(card.splits))
    tables = _tables(source, card, split, languages)
    refuse(checks.alignment_problems(card, split, tables))
    return Parallel(
        card=card.key,
        split=split,
        items=_items(split, len(next(iter(tables.values())))),
        sentences={language: table.columns["sentence"] for language, table in tables.items()},
    )


def comparable(source: Source, language: str, card: str | Card = "bucc") -> Comparable:
    """Return sentences of a language and of English, and which translate each other.

    Raises:
        DataError: The split cannot be had, or a gold pair names no sentence.
    """
    card = _card_of_kind(card, "comparable")
    refuse(checks.place_problems(card, "gold", [language]))
    sides = _tables(source, card, "dev", [language, "en"])
    gold = _tables(source, card, "gold", [language])[language]
    foreign, english = sides[language].columns, sides["en"].columns
    return Comparable(
        card=card.key,
        language=language,
        foreign_ids=foreign["id"],
        foreign=foreign["sentence"],
        english_ids=english["id"],
        english=english["sentence"],
        gold=_gold_rows(gold, foreign["id"], english["id"]),
    )


def _gold_rows(gold: Table, foreign: Sequence[str], english: Sequence[str]) -> NDArray[np.int32]:
    places = ({name: row for row, name in enumerate(names)} for names in (foreign, english))
    columns = list(zip(places, (gold.columns["foreign"], gold.columns["english"]), strict=True))
    unknown = [name for place, names in columns for name in names if name not in place]
    if unknown:
        raise DataError(
            f"{gold.place} names sentences that are not there: {checks.some(unknown)}. Use files "
            f"of one release."
        )
    rows = [[place[name] for name in names] for place, names in columns]
    return np.array(rows, dtype=np.int32).T


def questions(source: Source, languages: Sequence[str], card: str | Card = "lareqa") -> Questions:
    """Return questions, the sentences that may answer them, and which one does.

    Raises:
        DataError: The split cannot be had, questions differ over languages, or an answer
            lies in no sentence.
    """
    card = _card_of_kind(card, "questions")
    split = next(iter(card.splits))
    languages = list(dict.fromkeys(languages))
    documents = source.documents(card, split, languages)
    read = _read_documents(documents)
    refuse(
        [
            problem
            for language, document in documents.items()
            for problem in checks.document_problem(document, len(read[language]["items"]))
        ]
    )
    items = read[languages[0]]["items"]
    refuse(
        [
            f"{documents[language].place} does not have the questions of "
            f"{documents[languages[0]].place} in the same order. Use files of one release."
            for language in languages
            if read[language]["items"] != items
        ]
    )
    return Questions(
        card=card.key,
        items=tuple(items),
        questions={language: tuple(read[language]["questions"]) for language in languages},
        candidates={language: tuple(read[language]["candidates"]) for language in languages},
        answers={language: _rows(read[language]["answers"]) for language in languages},
        paragraphs={language: tuple(read[language]["paragraphs"]) for language in languages},
        paragraph_of={language: _rows(read[language]["paragraph_of"]) for language in languages},
    )


def _read_documents(documents: Mapping[str, Document]) -> dict[str, dict[str, list[Any]]]:
    read: dict[str, dict[str, list[Any]]] = {}
    problems: list[str] = []
    for language, document in documents.items():
        try:
            read[language] = _read_questions(document)
        except DataError as error:
            problems += error.problems
        except (KeyError, TypeError, IndexError, ValueError) as error:
            problems.append(
                f"{document.place} is not laid out as questions with sentence breaks: "
                f"{type(error).__name__} {error}. Restore the file."
            )
    refuse(problems)
    return read


def _read_questions(document: Document) -> dict[str, list[Any]]:
    """Return what a document asks and may answer, sentence by sentence."""
    found: dict[str, list[Any]] = {
        name: []
        for name in ("items", "questions", "answers", "candidates", "paragraphs", "paragraph_of")
    }
    problems = []
    for paragraph in (
        each for article in document.content["data"] for each in article["paragraphs"]
    ):
        context, breaks = paragraph["context"], paragraph["sentence_breaks"]
        before = len(found["candidates"])
        found["candidates"] += [context[start:end] for start, end in breaks]
        found["paragraph_of"] += [len(found["paragraphs"])] * len(breaks)
        found["paragraphs"].append(context)
        for each in paragraph["qas"]:
            begins = each["answers"][0]["answer_start"]
            within = [row for row, (start, end) in enumerate(breaks) if start <= begins < end]
            if len(within) != 1:
                problems.append(f"the answer of {each['id']} begins in {len(within)} sentences")
            found["items"].append(each["id"])
            found["questions"].append(each["question"])
            found["answers"].append(before + (within or [0])[0])
    if problems:
        raise DataError(f"{document.place}: {checks.some(problems)}. Restore the file.")
    return found


def text_sources(source: Source, language: str, card: str | Card = "rawtext") -> tuple[str, ...]:
    """Return which sources of raw text there are in a language."""
    card = _card_of_kind(card, "texts")
    return tuple(name for name in card.splits if source.has(card, name, language))


def texts(
    source: Source,
    language: str,
    sources: Sequence[str] = (),
    card: str | Card = "rawtext",
) -> Texts:
    """Return the raw text of a language, from some sources of text or from all there are.

    Raises:
        DataError: There is no text of this language, or it fails a check.
    """
    card = _card_of_kind(card, "texts")
    wanted = sources or text_sources(source, language, card)
    if not wanted:
        raise DataError(
            f"There is no raw text of '{language}' in {source}. The card '{card.key}' has: "
            f"{' '.join(card.languages)}."
        )
    tables: dict[str, Table] = {}
    problems: list[str] = []
    for name in wanted:
        try:
            tables[name] = _tables(source, card, name, [language])[language]
        except DataError as error:
            problems += error.problems
    refuse(problems)
    return Texts(
        card=card.key,
        language=language,
        by_source={name: table.columns["line"] for name, table in tables.items()},
        licences={name: card.splits[name].licence or card.licence for name in tables},
    )


def dictionary(
    source: Source,
    language: str,
    *,
    keep_identical: bool = False,
    card: str | Card = "dictionaries",
) -> Dictionary:
    """Return what English words are in a language, without pairs of a word and itself.

    Raises:
        DataError: There is no dictionary of this language, or it fails a check.
    """
    card = _card_of_kind(card, "dictionaries")
    names = [name for name, split in card.splits.items() if language in split.rows]
    if not names:
        raise DataError(
            f"There is no dictionary of '{language}'. There is one of: "
            f"{' '.join(sorted(card.languages))}."
        )
    table = _tables(source, card, names[0], [language])[language]
    found: dict[str, list[str]] = {}
    identical = 0
    for english, translation in zip(
        table.columns["english"], table.columns["translation"], strict=True
    ):
        same = english == translation
        identical += same
        if keep_identical or not same:
            found.setdefault(english, []).append(translation)
    return Dictionary(
        card=card.key,
        name=names[0],
        language=language,
        translations={word: tuple(dict.fromkeys(each)) for word, each in found.items()},
        identical=identical,
        licence=card.splits[names[0]].licence or card.licence,
    )


def neighbours(source: Source, card: str | Card = "neighbours") -> dict[str, tuple[str, ...]]:
    """Return the neighbours of English words, nearest first; words without any are left out.

    Raises:
        DataError: The file cannot be had, or is not words with lists of words.
    """
    card = _card_of_kind(card, "neighbours")
    (split,) = card.splits
    document = source.documents(card, split, ["en"])["en"]
    words = document.content
    if not isinstance(words, dict) or not all(
        isinstance(each, list) and all(isinstance(word, str) for word in each)
        for each in words.values()
    ):
        raise DataError(f"{document.place} must hold words with lists of words. Restore the file.")
    refuse(checks.document_problem(document, len(words)))
    return {word: tuple(each) for word, each in words.items() if each}


def _tables(source: Source, card: Card, split: str, languages: Sequence[str]) -> dict[str, Table]:
    """Return rows that are as many as they must be, every cell of them filled."""
    tables = source.tables(card, split, list(dict.fromkeys(languages)))
    found = tables.values()
    refuse([*checks.count_problems(found), *checks.empty_problems(found)])
    return tables


def _card_of_kind(card: str | Card, kind: Kind) -> Card:
    known = known_card(card)
    if known.kind != kind:
        raise DataError(f"'{known.key}' is {known.kind}, and cannot be loaded as {kind}.")
    return known


def _items(split: str, count: int) -> tuple[str, ...]:
    return tuple(f"{split}-{row:05d}" for row in range(count))


def _rows(values: Sequence[int]) -> NDArray[np.int32]:
    return np.array(values, dtype=np.int32)
