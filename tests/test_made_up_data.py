from made_up_data import LEXICON, word_in, write_made_up_data

from crosslab.data.catalogue import CARDS
from crosslab.data.folder import folder_source
from crosslab.data.loading import dictionary, labelled_pairs, neighbours


def test_every_data_set_is_written_and_the_same_each_time(tmp_path):
    one = folder_source(write_made_up_data(tmp_path / "one", rows=12))
    other = folder_source(write_made_up_data(tmp_path / "other", rows=12))
    assert {one.revision(card) for card in CARDS.values()} == {
        other.revision(card) for card in CARDS.values()
    }


def test_training_sentences_are_made_of_words_that_the_dictionaries_have(tmp_path):
    source = folder_source(write_made_up_data(tmp_path, rows=12))
    known = set(dictionary(source, "de").translations)
    for key in ("paws-wiki", "nli-en"):
        pairs = labelled_pairs(source, key, "train", ["en"])
        words = {word for each in pairs.first["en"] + pairs.second["en"] for word in each.split()}
        assert words <= known
        assert words & set(neighbours(source))


def test_no_two_words_of_a_language_are_the_same(tmp_path):
    languages = {"en", *CARDS["xnli"].languages, *CARDS["pawsx"].languages}
    words = [word_in(language, word) for language in sorted(languages) for word in LEXICON]
    assert len(set(words)) == len(words)
