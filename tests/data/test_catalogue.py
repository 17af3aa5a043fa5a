import json
import re

import pytest

from crosslab.data.cards import LANGUAGE
from crosslab.data.catalogue import CARDS, known_card
from crosslab.errors import UnknownNameError

every_card = pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.key)


@every_card
def test_a_card_says_what_it_is_whose_it_is_and_what_is_wrong_with_it(card):
    assert card.name
    assert card.licence
    assert card.origin
    assert card.flaws
    for split in card.splits.values():
        assert card.licence.startswith("that of") <= bool(split.licence)


@every_card
def test_every_split_is_in_a_folder_or_its_card_says_why_not(card):
    for name, split in card.splits.items():
        assert bool(split.file) != bool(split.absent)
        assert not split.absent or name in card.hub.splits
        assert all(rows > 0 for rows in split.rows.values())
        assert split.wide or len(split.rows) == 1 or LANGUAGE in split.file


@every_card
def test_a_card_is_on_the_hub_or_says_why_not(card):
    assert (card.hub is None) == bool(card.no_hub)


@pytest.mark.parametrize("hub", [card.hub for card in CARDS.values() if card.hub], ids=str)
def test_a_revision_is_a_whole_commit_and_was_read_somewhere(hub):
    assert hub.seen_in
    assert hub.revision is None or re.fullmatch("[0-9a-f]{40}", hub.revision)


@every_card
def test_labels_have_a_code_in_every_source(card):
    assert len(card.labels) == len(card.codes)
    if card.hub is not None:
        assert len(card.hub.codes) == len(card.labels)
        wanted = {name for split in card.splits.values() for name in split.columns}
        assert set(card.hub.columns) - {"id"} == wanted


@every_card
def test_what_a_record_keeps_of_a_card_is_plain_data_and_names_the_flaws(card):
    details = json.loads(json.dumps(card.details()))
    assert details == card.details()
    assert details["flaws"] == list(card.flaws)
    assert all(split["licence"] for split in details["splits"].values())


def test_no_two_languages_of_a_data_set_share_a_file():
    for card in CARDS.values():
        for name, split in card.splits.items():
            files = [card.file(name, language) for language in split.languages if split.file]
            assert split.wide or len(set(files)) == len(files)


def test_a_language_has_one_key_whatever_a_file_calls_it():
    assert CARDS["tatoeba"].file("test", "de") == "tatoeba-v1/deu-eng.tsv"
    assert CARDS["tatoeba"].file("test", "amh") == "tatoeba-v1/amh-eng.tsv"
    assert CARDS["tico19"].code("es") == "es_LA"


def test_substitutes_say_that_they_are_and_how_large_the_official_set_is():
    assert "substitute" in CARDS["paws-wiki"].name
    assert "substitute" in CARDS["nli-en"].name
    assert any("49,401" in flaw for flaw in CARDS["paws-wiki"].flaws)
    assert any("392,702" in flaw for flaw in CARDS["nli-en"].flaws)


def test_the_dictionary_of_swahili_is_not_the_swedish_file_of_that_name():
    card = CARDS["dictionaries"]
    (name,) = [name for name, split in card.splits.items() if "sw" in split.rows]
    assert card.file(name, "sw") == "dicts/freedict.en-sw.tsv"


def test_an_unknown_data_set_is_refused_with_the_nearest_one():
    with pytest.raises(UnknownNameError, match="Did you mean 'pawsx'"):
        known_card("paws-x")
