import pytest
from made_up_english import pieces

from crosslab.grafting.english import english_marks
from crosslab.vocabularies.grafted import GraftedVocabulary, likeness
from crosslab.vocabularies.vocabulary import pieces_of


@pytest.fixture(scope="module")
def vocabulary():
    tokenizer = pieces()
    own = {
        "de": ["haus", "arbeiten", "arbeit", "mira"],
        "ru": ["дом", "работать"],
        "zh": ["昨日", "雨"],
        "ko": ["사람"],
    }
    return GraftedVocabulary(tokenizer, own, english_marks(tokenizer))


def names(vocabulary, ids):
    """Return tokens by their words, English pieces by themselves."""
    own = {
        number: f"{language}:{word}"
        for language in vocabulary.words_of
        for word, number in vocabulary.numbers(language).items()
    }
    return [own.get(each) or vocabulary.pieces.id_to_token(each) for each in ids]


def read(vocabulary, sentence, language):
    return names(vocabulary, vocabulary.ids([sentence], language)[0])


def test_every_word_of_every_language_has_a_number_of_its_own(vocabulary):
    numbers = [each for key in vocabulary.words_of for each in vocabulary.numbers(key).values()]
    first = vocabulary.pieces.get_vocab_size()
    assert sorted(numbers) == list(range(first, len(vocabulary)))


def test_english_is_read_by_its_pieces(vocabulary):
    sentence = "The tailor greets"
    assert vocabulary.ids([sentence], "en") == pieces_of(vocabulary.pieces, [sentence])


def test_a_known_word_is_one_token_whatever_its_case(vocabulary):
    assert read(vocabulary, "Haus HAUS", "de") == ["de:haus", "de:haus"]


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("arbeitete", "de", "de:arbeiten"),  # shares seven letters with both; the earlier counts
        ("bearbeiten", "de", "de:arbeiten"),  # shares its end
        ("работал", "ru", "ru:работать"),
        ("사람이", "ko", "ko:사람"),  # two syllables of three
    ],
)
def test_another_form_of_a_word_is_read_as_the_word(vocabulary, word, language, expected):
    assert read(vocabulary, word, language) == [expected]


def test_a_form_must_share_most_of_the_longer_word(vocabulary):
    assert "ko:사람" not in read(vocabulary, "사람들까지는", "ko")


def test_a_word_like_none_is_spelled_in_english(vocabulary):
    assert read(vocabulary, "zug", "de") == ["z", "##u", "##g"]


def test_a_word_that_english_has_whole_is_a_name_and_no_form(vocabulary):
    whole = next(each for each in ("the", "not", "in") if each in vocabulary.pieces.get_vocab())
    assert read(vocabulary, whole, "de") == [whole]


def test_latin_words_in_another_script_are_english(vocabulary):
    assert read(vocabulary, "дом mira", "ru")[0] == "ru:дом"
    assert read(vocabulary, "mira", "ru") == read(vocabulary, "mira", "en")
    assert read(vocabulary, "mira", "de") == ["de:mira"]


def test_text_without_spaces_is_cut_by_the_vocabulary(vocabulary):
    assert read(vocabulary, "昨日雨。", "zh")[:2] == ["zh:昨日", "zh:雨"]


def test_the_likest_word_shares_most_letters_of_equally_like_ones_the_earlier():
    like = likeness(["arbeiten", "arbeit", "hausarbeit"])
    assert like.nearest("arbeiter") == "arbeiten"
    assert like.nearest("feldarbeit") == "arbeit"
    assert like.nearest("arbe") == "arbeit"  # four letters of six
    assert like.nearest("arb") is None
    assert like.nearest("hausa") is None  # five of ten are too few
    assert like.nearest("zug") is None
