"""Searches in real languages on made-up data: what is learned from, asked, told and attacked."""

from dataclasses import replace

import numpy as np
import pytest
from made_up_bench import searches
from made_up_data import LEXICON, SYNONYMS, in_language, word_in, write_made_up_data
from made_up_english import pieces

from crosslab.data.folder import folder_source
from crosslab.data.loading import questions, translations
from crosslab.errors import DataError
from crosslab.grafting.english import english_marks
from crosslab.methods.base import replaced
from crosslab.models import torch_generator
from crosslab.retrieval import real
from crosslab.retrieval.vectors import sentence_batch
from crosslab.vocabularies.grafted import GraftedVocabulary

CONFIG = searches()
TARGETS = CONFIG.languages[1:]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return folder_source(write_made_up_data(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def vocabulary():
    tokenizer = pieces()
    words = {key: [word_in(key, each) for each in LEXICON] for key in TARGETS}
    return GraftedVocabulary(tokenizer, words, english_marks(tokenizer))


@pytest.fixture(scope="module")
def halves(source):
    return real.halves(source, CONFIG)


def test_what_is_asked_is_about_other_paragraphs_than_what_is_learned_from(source, halves):
    every = questions(source, CONFIG.languages)
    for key in CONFIG.languages:
        learned, asked = (set(each.paragraphs[key]) for each in (halves.learned, halves.asked))
        assert not learned & asked
        assert learned | asked <= set(every.paragraphs[key])
    assert not set(halves.learned.items) & set(halves.asked.items)
    assert len(halves.learned) + len(halves.asked) == len(every)


@pytest.mark.parametrize("which", ["learned", "asked"])
def test_an_answer_is_the_sentence_that_it_was_before_questions_were_parted(source, halves, which):
    every, part = questions(source, CONFIG.languages), getattr(halves, which)
    places = [every.items.index(item) for item in part.items]
    for key in CONFIG.languages:
        before = [every.candidates[key][every.answers[key][row]] for row in places]
        assert [part.candidates[key][row] for row in part.answers[key]] == before
        held = [part.paragraphs[key][place] for place in part.paragraph_of[key]]
        assert all(said in of for said, of in zip(part.candidates[key], held, strict=True))


def test_more_paragraphs_than_there_are_are_refused(source):
    with pytest.raises(DataError, match=r"has 8 paragraphs; up to 99 are asked"):
        real.halves(source, replace(CONFIG, asked=(4, 99)))


def test_attacked_queries_have_their_answers_where_the_pool_has_them(source, halves, vocabulary):
    pool = real.asked(halves.asked, vocabulary, CONFIG)
    few = real.attackable(halves.asked, vocabulary, source, CONFIG).queries
    assert len(few.names) == CONFIG.attack.items < len(pool.names)
    for place, name in enumerate(few.names):
        row = pool.names.index(name)
        assert (few.answer[:, place] == pool.answer[:, row]).all()
        for key in CONFIG.languages:
            one, other = few.queries.of[key].rows(np.array([place])), pool.queries.of[key]
            length = int(one.lengths[0])
            assert one.ids[0, :length].tolist() == other.ids[row, :length].tolist()


@pytest.mark.parametrize("kind", [real.SYNONYMS, real.MIXING])
def test_an_english_word_becomes_one_that_says_the_same_and_nothing_else_does(
    source, halves, vocabulary, kind
):
    few = real.attackable(halves.asked, vocabulary, source, CONFIG)
    batch = sentence_batch(few.queries.queries.in_language("en"))
    read = [_words(row, vocabulary) for row in batch.input_ids]
    changed = 0
    for seed in range(5):
        draw = torch_generator(seed, "test")
        said = replaced(batch, few.of("en")[kind], draw)
        now = [_words(row, vocabulary) for row in said.input_ids]
        for before, after in zip(read, now, strict=True):
            assert len(before) == len(after)
            for old, new in zip(before, after, strict=True):
                assert new == old or new in _same(kind, old)
                changed += new != old
    assert changed


def _words(ids, vocabulary):
    """Return the words that tokens spell, marks left out."""
    size = vocabulary.pieces.get_vocab_size()
    own = [word for key in TARGETS for word in vocabulary.words_of[key]]
    known = [i for i in ids.tolist() if i not in vocabulary.marks.special]
    said = []
    for each in known:
        piece = own[each - size] if each >= size else vocabulary.pieces.id_to_token(each)
        if piece.startswith("##"):
            said[-1] += piece[2:]
        else:
            said.append(piece)
    return said


def _same(kind, word):
    if kind == real.SYNONYMS:
        return SYNONYMS.get(word, ())
    return {word_in(key, word) for key in TARGETS}


def test_other_languages_than_english_have_no_words_to_exchange(source, halves, vocabulary):
    few = real.attackable(halves.asked, vocabulary, source, CONFIG)
    assert not few.of("de")
    assert few.queries.queries.of["de"].words is None


def test_translations_are_searched_for_in_the_languages_that_have_them(source, vocabulary):
    found = real.translated(source, vocabulary, CONFIG)
    assert [domain for domain, _ in found] == [
        *(real.GENERAL, real.MEDICAL),
        *[real.EVERYDAY] * len(TARGETS),
    ]
    general, medical, *everyday = (each for _, each in found)
    assert general.languages == CONFIG.languages
    assert medical.languages == ("en", "zh")  # there is no medical text in German
    assert [each.languages for each in everyday] == [("en", key) for key in TARGETS]
    for each in (general, medical, *everyday):
        assert len(each.names) <= CONFIG.sentences
        assert len(set(each.names)) == len(each.names)
        for key in each.languages:
            rows = [tuple(row) for row in each.passages.of[key].ids.tolist()]
            assert len(set(rows)) == len(rows)  # no sentence twice: it would be a wrong answer


def test_what_is_told_of_domains_is_nothing_that_is_asked(source, halves, vocabulary):
    told = real.told(halves.learned, source, vocabulary, CONFIG)
    probed = real.probed(halves.asked, source, vocabulary, CONFIG)
    assert np.bincount(told.domain).tolist() == [CONFIG.told] * 2
    assert np.bincount(probed.domain).tolist() == [CONFIG.probed] * 2
    asked = real.asked(halves.asked, vocabulary, CONFIG)
    everyday = [
        each
        for domain, each in real.translated(source, vocabulary, CONFIG)
        if domain == real.EVERYDAY
    ]
    for key in CONFIG.languages:
        known = {_row(each) for each in told.sentences.of[key].ids}
        others = {_row(each) for each in probed.sentences.of[key].ids}
        others |= {_row(each) for each in asked.passages.of[key].ids}
        others |= {
            _row(row)
            for each in everyday
            if key in each.languages
            for row in each.passages.of[key].ids
        }
        assert not known & others


def _row(ids):
    return tuple(each for each in ids.tolist() if each)


def test_too_few_sentences_of_a_domain_are_refused(source, halves, vocabulary):
    with pytest.raises(DataError, match=r"999 sentences of each domain .* there are \d+ in 'en'"):
        real.told(halves.learned, source, vocabulary, replace(CONFIG, told=999))


def test_rows_are_taken_at_even_distances():
    assert real.spread(100, 4).tolist() == [0, 25, 50, 75]
    assert real.spread(3, 10).tolist() == [0, 1, 2]
    assert real.spread(0, 4).tolist() == []
    for there, wanted in ((7, 3), (1000, 250), (251, 250)):
        gaps = np.diff(real.spread(there, wanted))
        assert gaps.min() >= 1
        assert gaps.max() - gaps.min() <= 1


def test_everyday_sentences_are_translated(source):
    pairs = translations(source, "tatoeba", "de")
    assert pairs.foreign[0] == in_language("de", pairs.english[0])
