import time
from dataclasses import replace

import numpy as np
import pytest

from crosslab.errors import UnknownNameError
from crosslab.lab.concepts import ABSENT, NAMES, VERBS
from crosslab.lab.laboratory import laboratory, pretraining_text
from crosslab.scales import study_config

CONFIG = study_config("smoke").lab
KEYS = [language.key for language in CONFIG.languages]
SOURCE, *TARGETS = KEYS


def lab_with(mixed_sentence_share=0.5, **language):
    """Return the smoke laboratory with something changed for every language."""
    languages = tuple(replace(each, **language) for each in CONFIG.languages)
    config = replace(CONFIG, languages=languages, mixed_sentence_share=mixed_sentence_share)
    return laboratory(config)


@pytest.fixture(scope="module")
def meanings(smoke_lab):
    return smoke_lab.world.meanings(4000, np.random.default_rng(0))


def foreign_share(lab, sentences, key, partner):
    """Return the share of words that only the partner has, among words only one of them has."""
    own, other = (set(lab.lexicons[each].words()) for each in (key, partner))
    words = [word for sentence in sentences for word in sentence.split()]
    foreign = sum(word in other - own for word in words)
    return foreign / (foreign + sum(word in own - other for word in words))


@pytest.mark.parametrize("key", KEYS)
def test_one_meaning_has_the_same_glosses_in_every_language(smoke_lab, meanings, key):
    few = meanings.take(slice(0, 200))
    glosses = [
        [
            sorted(gloss for _, gloss in sentence)
            for sentence in smoke_lab.glossed(few, each, np.random.default_rng(1))
        ]
        for each in (SOURCE, key)
    ]
    assert glosses[0] == glosses[1]


def test_a_gloss_stands_under_the_word_it_belongs_to(smoke_lab, meanings):
    few = meanings.take(slice(0, 200))
    said = [
        [word for word, _ in sentence]
        for sentence in smoke_lab.glossed(few, "esk", np.random.default_rng(1))
    ]
    assert [" ".join(words) for words in said] == smoke_lab.sentences(
        few, "esk", np.random.default_rng(1)
    )


def test_a_sentence_has_a_word_for_every_filled_role(smoke_lab, meanings):
    lengths = [
        len(sentence.split())
        for sentence in smoke_lab.sentences(meanings, "fal", np.random.default_rng(1))
    ]
    assert lengths == (meanings.matrix() != ABSENT).sum(axis=1).tolist()


@pytest.mark.parametrize("key", ["esk", "fal"])
def test_the_verb_comes_last_where_the_order_says_so(smoke_lab, meanings, key):
    placeless = meanings.take(meanings.adjunct == ABSENT)
    verbs = set(smoke_lab.lexicons[key].forms[list(VERBS)].ravel())
    sentences = smoke_lab.sentences(placeless, key, np.random.default_rng(1))
    assert {sentence.split()[-1] for sentence in sentences} <= verbs


def test_both_synonyms_are_said_about_equally_often(smoke_lab, meanings):
    first, second = smoke_lab.lexicons["bor"].forms[list(VERBS)].T.tolist()
    words = " ".join(smoke_lab.sentences(meanings, "bor", np.random.default_rng(1))).split()
    counts = [sum(word in forms for word in words) for forms in (set(first), set(second))]
    assert abs(counts[0] / sum(counts) - 0.5) < 0.03


def test_a_language_fronts_its_places_as_often_as_it_is_told(meanings):
    lab = lab_with(fronting=0.3)
    placed = meanings.take(meanings.adjunct != ABSENT)
    sentences = lab.glossed(placed, SOURCE, np.random.default_rng(1))
    fronted = [sentence[0][1] in {"near", "behind", "with"} for sentence in sentences]
    assert abs(np.mean(fronted) - 0.3) < 0.04


@pytest.mark.parametrize("key", KEYS)
def test_without_mixing_text_is_in_one_language(key):
    lab = lab_with(mixing=0.0)
    words = set(" ".join(pretraining_text(lab, key)).split())
    assert words <= set(lab.lexicons[key].words())


@pytest.mark.parametrize("key", TARGETS)
def test_source_words_come_into_target_text_at_the_agreed_rate(smoke_lab, meanings, key):
    partners = np.full(len(meanings), SOURCE)
    text = smoke_lab.mixed_sentences(meanings, key, partners, np.random.default_rng(1))
    expected = CONFIG.mixed_sentence_share * smoke_lab.language(key).mixing
    assert abs(foreign_share(smoke_lab, text, key, SOURCE) - expected) < 0.02


def test_the_source_mixes_in_a_target_at_the_rate_of_that_target(smoke_lab, meanings):
    for key in ("bor", "gha"):
        partners = np.full(len(meanings), key)
        text = smoke_lab.mixed_sentences(meanings, SOURCE, partners, np.random.default_rng(1))
        expected = CONFIG.mixed_sentence_share * smoke_lab.language(key).mixing
        assert abs(foreign_share(smoke_lab, text, SOURCE, key) - expected) < 0.02


def test_only_the_agreed_share_of_sentences_is_mixed(meanings):
    lab = lab_with(mixing=1.0, borrowed_share=0.0, mixed_sentence_share=0.3)
    partners = np.full(len(meanings), SOURCE)
    text = lab.mixed_sentences(meanings, "bor", partners, np.random.default_rng(1))
    own = set(lab.lexicons["bor"].words())
    assert abs(np.mean([not own.issuperset(sentence.split()) for sentence in text]) - 0.3) < 0.03


def test_a_mixed_sentence_says_the_same_in_the_order_of_its_speaker(smoke_lab, meanings):
    partners = np.full(len(meanings), SOURCE)
    pure = smoke_lab.sentences(meanings, "esk", np.random.default_rng(1))
    mixed = smoke_lab.mixed_sentences(meanings, "esk", partners, np.random.default_rng(1))
    concept = {
        form: number
        for key in (SOURCE, "esk")
        for number, row in enumerate(smoke_lab.lexicons[key].forms)
        for form in row
    }
    said = [[[concept[word] for word in line.split()] for line in text] for text in (pure, mixed)]
    assert said[0] == said[1]
    assert pure != mixed


def test_each_sentence_takes_words_from_its_own_partner(meanings):
    lab = lab_with(mixing=1.0, borrowed_share=0.0, mixed_sentence_share=1.0)
    partners = np.resize(["bor", "gha"], len(meanings))
    text = lab.mixed_sentences(meanings, SOURCE, partners, np.random.default_rng(1))
    for partner in ("bor", "gha"):
        lines = [line for line, own in zip(text, partners, strict=True) if own == partner]
        assert set(" ".join(lines).split()) <= set(lab.lexicons[partner].words())


def test_both_synonyms_of_the_partner_are_mixed_in(meanings):
    lab = lab_with(mixing=1.0, borrowed_share=0.0, mixed_sentence_share=1.0)
    partners = np.full(len(meanings), SOURCE)
    text = lab.mixed_sentences(meanings, "bor", partners, np.random.default_rng(1))
    verbs = set(lab.lexicons[SOURCE].forms[list(VERBS)].ravel().tolist())
    assert verbs <= set(" ".join(text).split())


def test_the_source_meets_every_target_in_its_text(smoke_lab):
    words = set(" ".join(pretraining_text(smoke_lab, SOURCE)).split())
    own = set(smoke_lab.lexicons[SOURCE].words())
    met = {key for key in TARGETS if words & (set(smoke_lab.lexicons[key].words()) - own)}
    assert met == set(TARGETS)


def test_a_target_mixes_in_no_language_but_the_source(smoke_lab):
    words = set(" ".join(pretraining_text(smoke_lab, "bor")).split())
    assert words <= {word for key in (SOURCE, "bor") for word in smoke_lab.lexicons[key].words()}


@pytest.mark.parametrize("language", CONFIG.languages, ids=lambda language: language.key)
def test_a_language_brings_as_much_text_as_it_is_told_to(smoke_lab, language):
    assert len(pretraining_text(smoke_lab, language.key)) == language.sentences


def test_the_same_configuration_gives_the_same_text(smoke_lab):
    again = laboratory(CONFIG)
    assert pretraining_text(smoke_lab, "cym") == pretraining_text(again, "cym")


def test_texts_of_two_languages_are_not_parallel():
    # one meaning has as many words in every language, so parallel text would show in the lengths
    lab = lab_with(sentences=400)
    lengths = [[len(line.split()) for line in pretraining_text(lab, key)] for key in ("cym", "gha")]
    assert np.mean(np.equal(*lengths)) < 0.5


def test_text_is_made_at_more_than_a_hundred_thousand_sentences_a_minute():
    lab = lab_with(sentences=10_000)
    began = time.process_time()
    pretraining_text(lab, SOURCE)
    assert 10_000 / (time.process_time() - began) > 100_000 / 60


def test_names_are_glossed_by_themselves(smoke_lab, meanings):
    named = meanings.take(meanings.subject >= NAMES.start).take(slice(0, 50))
    glossed = smoke_lab.glossed(named, SOURCE, np.random.default_rng(0))
    names = {pair for sentence in glossed for pair in sentence if pair[0][0].isupper()}
    assert names
    assert all(word == gloss for word, gloss in names)


def test_an_unknown_language_is_refused_with_the_nearest_known_one(smoke_lab):
    with pytest.raises(UnknownNameError, match="Did you mean 'bor'"):
        smoke_lab.language("borr")
