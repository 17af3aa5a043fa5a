"""Searches for translations: what a sentence finds of itself is left out."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from crosslab.errors import StoreError
from crosslab.measures.reading import Run
from crosslab.measures.searched import translated
from crosslab.retrieval.search import ranks
from crosslab.seeding import generator
from crosslab.stats.ranking import average_precision

LANGUAGES = ("en", "de", "el", "zh")
ITEMS = 12


def vectors(languages):
    """Return sentences that are near to their translations, and to others in their language."""
    rng = generator(0, "made-up sentences")
    meant = rng.normal(size=(ITEMS, 8))
    found = {}
    for key in languages:
        said = meant + rng.normal(size=8) + 0.8 * rng.normal(size=(ITEMS, 8))
        found[key] = (said / np.linalg.norm(said, axis=1, keepdims=True)).astype(np.float32)
    return found


def table(languages, name="general"):
    """Return where each translation comes in one pool, the sentence itself among them."""
    said = vectors(languages)
    pool = np.concatenate(list(said.values()))
    right = np.arange(ITEMS)[:, None] + ITEMS * np.arange(len(languages))
    rows = []
    for first in languages:
        places = ranks(said[first], pool, right)
        rows += [
            (f"{name}-{item:05d}", first, second, places[item, column])
            for item in range(ITEMS)
            for column, second in enumerate(languages)
        ]
    return pd.DataFrame(rows, columns=["item", "first", "second", "pooled_rank"])


def run_of(answers, spoken=LANGUAGES[1:]):
    return SimpleNamespace(answers=answers, spoken=lambda which: {"targets": spoken}[which])


def without_itself(languages, asked):
    """Return the precision of each item where its own sentence was never in the pool."""
    said = vectors(languages)
    found = []
    for first in asked:
        for item in range(ITEMS):
            kept = [said[key] for key in languages if key != first]
            own = np.delete(said[first], item, axis=0)
            right = item + ITEMS * np.arange(len(kept))
            places = ranks(said[first][item : item + 1], np.concatenate([*kept, own]), right[None])
            found.append(average_precision(places)[0])
    return np.array(found).reshape(len(asked), ITEMS).mean(axis=0)


def test_precision_is_that_of_a_pool_without_the_sentence_itself():
    items, values = translated("general")(run_of(table(LANGUAGES)))
    assert items == tuple(f"general-{item:05d}" for item in range(ITEMS))
    assert values == pytest.approx(100 * without_itself(LANGUAGES, LANGUAGES[1:]))
    assert 5 < values.mean() < 95  # else nothing was tested


def test_an_encoder_that_finds_every_translation_has_all_the_points_and_no_more():
    frame = table(LANGUAGES)
    order = {key: place for place, key in enumerate(LANGUAGES)}
    own, other = frame["first"].map(order), frame["second"].map(order)
    frame["pooled_rank"] = 1 + (other - own) % len(LANGUAGES)
    assert (translated("general")(run_of(frame)).values == 100).all()


def test_items_that_are_in_other_languages_each_have_a_number_each():
    frames = [table(("en", key), f"everyday-{key}") for key in LANGUAGES[1:]]
    items, values = translated("everyday")(run_of(pd.concat(frames)))
    assert len(items) == len(set(items)) == 3 * ITEMS
    expected = [without_itself(("en", key), (key,)) for key in LANGUAGES[1:]]
    assert values == pytest.approx(100 * np.concatenate(expected))


def test_other_kinds_of_items_are_left_out():
    both = pd.concat([table(LANGUAGES), table(LANGUAGES, "medical")])
    assert len(translated("medical")(run_of(both)).items) == ITEMS


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame: frame[frame["first"] != frame["second"]],
        lambda frame: frame[frame["first"] == frame["second"]],
        lambda frame: pd.concat([frame, frame[frame["first"] == frame["second"]]]),
        lambda frame: frame[:0],
    ],
)
def test_a_table_without_the_sentence_itself_or_without_others_is_refused(spoil):
    with pytest.raises(StoreError, match="each is in the pool once"):
        translated("general")(run_of(spoil(table(LANGUAGES))))


def test_languages_without_pairs_are_those_that_settings_name_no_pairs_of():
    answers = pd.DataFrame({"first": ["en", "de", "el", "zh"]})
    store = SimpleNamespace(answers=lambda _: answers)
    settings = {"searches": {"contrast": {"languages": ["en", "de"]}}}
    run = Run(store=store, record=SimpleNamespace(unit=None, settings=settings))
    assert run.spoken("unpaired") == ("el", "zh")
    assert run.spoken("targets") == ("de", "el", "zh")
