"""Over the real folder, where there is one: CROSSLAB_DATA names it."""

import os
from pathlib import Path

import pytest

from crosslab.data.catalogue import CARDS
from crosslab.data.folder import FolderSource, folder_source
from crosslab.data.loading import (
    comparable,
    dictionary,
    labelled_pairs,
    neighbours,
    parallel,
    questions,
    texts,
    translations,
)


@pytest.fixture(scope="module")
def published() -> FolderSource:
    named = os.environ.get("CROSSLAB_DATA")
    if not named:
        pytest.skip("CROSSLAB_DATA names no folder of real data")
    return folder_source(Path(named))


def rows_loaded(source, card, name, split):
    """Return how many rows each language of a split has, all checks passed."""
    if card.kind == "labelled pairs":
        pairs = labelled_pairs(source, card, name, split.languages)
        return dict.fromkeys(split.languages, len(pairs) + len(pairs.left_out))
    if card.kind == "parallel":
        return dict.fromkeys(split.languages, len(parallel(source, card, split.languages, name)))
    return {each: len(translations(source, card, each, name)) for each in split.languages}


@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.key)
def test_the_folder_is_the_one_that_published_runs_used(published, card):
    assert published.differences(card) == []


@pytest.mark.parametrize(
    "card",
    [
        card
        for card in CARDS.values()
        if card.kind in ("labelled pairs", "parallel", "translations")
    ],
    ids=lambda card: card.key,
)
def test_every_split_passes_its_checks_with_the_rows_of_its_card(published, card):
    for name, split in card.splits.items():
        if not split.absent:
            assert rows_loaded(published, card, name, split) == split.rows


@pytest.mark.parametrize(("split", "gone"), [("dev", 151), ("test", 121)])
def test_as_many_items_of_pawsx_are_untranslated_as_its_card_says(published, split, gone):
    pairs = labelled_pairs(published, "pawsx", split, CARDS["pawsx"].languages)
    assert len(pairs.left_out) == gone
    assert len(pairs) == 2000 - gone
    assert len(set(pairs.own_ids)) == len(pairs)


def test_every_language_has_its_text_and_dictionary(published):
    rows = {name: dict(split.rows) for name, split in CARDS["rawtext"].splits.items()}
    for language in CARDS["rawtext"].languages:
        found = texts(published, language)
        assert {name: len(lines) for name, lines in found.by_source.items()} == {
            name: each[language] for name, each in rows.items() if language in each
        }
    for language in CARDS["dictionaries"].languages:
        found = dictionary(published, language)
        pairs = sum(len(each) for each in found.translations.values()) + found.identical
        assert pairs == CARDS["dictionaries"].splits[found.name].rows[language]


def test_questions_neighbours_and_comparable_texts_are_all_there(published):
    asked = questions(published, CARDS["lareqa"].languages)
    assert len(asked) == 1190
    assert {len(each) for each in asked.paragraphs.values()} == {240}
    assert (len(asked.candidates["en"]), len(asked.candidates["th"])) == (1180, 852)
    assert len(neighbours(published)) == 49_975 - 24_384
    assert len(comparable(published, "zh").gold) == 257
