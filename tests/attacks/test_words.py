import pytest
import torch

from crosslab.attacks.words import Exchange, at_random, exchanged, worst
from crosslab.errors import UsageError
from crosslab.methods.base import WordTable
from crosslab.reading import word_table

BUDGET = 4


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def synonyms(margin, batch, items, known):
    return Exchange(margin, batch, items, known.neighbours)


@pytest.fixture
def watched(batch, items, known, margin):
    """Returns an exchange and the list of all words that it has tried."""
    tried = []

    def watching(batch, items, embeddings=None):
        tried.append((batch.words, items))
        return margin(batch, items, embeddings)

    return Exchange(watching, batch, items, known.neighbours), tried


def test_without_budget_nothing_is_lost(synonyms, margin, batch, items):
    found = worst(synonyms, 0, tries=5, generator=chance()).margins
    assert torch.allclose(found, margin(batch, items)[None], atol=1e-5)


def test_another_exchange_never_leaves_an_item_better_off(synonyms):
    found = worst(synonyms, BUDGET, tries=8, generator=chance()).margins
    assert found.shape[0] == BUDGET + 1
    assert (found.diff(dim=0) <= 0).all()
    assert found[-1].mean() < found[0].mean()


def test_greed_finds_more_than_chance_does(synonyms):
    greedy = worst(synonyms, BUDGET, tries=8, generator=chance()).margins
    random = torch.stack(
        [at_random(synonyms, BUDGET, generator=chance(seed)).margins for seed in range(10)]
    ).mean(dim=0)
    assert ((greedy <= random + 1e-6).float().mean(dim=1)[1:] > 0.9).all()
    assert (greedy.mean(dim=1)[1:] < random.mean(dim=1)[1:]).all()


@pytest.mark.parametrize("attack", ["greedy", "random"])
def test_margins_are_those_of_the_words_that_are_returned(attack, synonyms, margin, items):
    found = (
        worst(synonyms, BUDGET, tries=8, generator=chance())
        if attack == "greedy"
        else at_random(synonyms, BUDGET, generator=chance())
    )
    for words, margins in zip(found.changed, found.margins, strict=True):
        with torch.no_grad():
            again = margin(exchanged(synonyms, words), items)
        assert torch.allclose(again, margins, atol=1e-4)
    assert (found.changed[-1] != found.changed[0]).any()


@pytest.mark.parametrize("attack", ["greedy", "random"])
def test_a_word_becomes_one_of_its_own_choices_and_no_more_change_than_the_budget_allows(
    attack, watched, batch, known
):
    exchange, tried = watched
    if attack == "greedy":
        worst(exchange, 2, tries=50, generator=chance())
    else:
        at_random(exchange, 2, generator=chance())
    table = known.neighbours
    most = 0
    for words, items in tried:
        before = batch.words[items]
        changed = words != before
        most = max(most, int(changed.sum(dim=1).max()))
        allowed = (table.words[before] == words[..., None]) & (
            torch.arange(table.words.shape[1]) < table.choices[before][..., None]
        )
        assert allowed.any(dim=-1)[changed].all()
    assert most == 2


def test_all_is_tried_where_there_are_fewer_ways_than_tries(watched, batch, known):
    exchange, tried = watched
    worst(exchange, 1, tries=500, generator=chance())
    words, items = tried[1]
    table = known.neighbours
    for row in range(3):
        before = batch.words[row]
        ways = {
            (place, int(other))
            for place, word in enumerate(before.tolist())
            for other in table.words[word, : int(table.choices[word])]
            if int(other) != word
        }
        found = {
            (int(place), int(words[each, place]))
            for each in torch.nonzero(items == row).flatten()
            for place in torch.nonzero(words[each] != before).flatten()
        }
        assert found == ways


def test_words_without_others_are_left_alone(margin, batch, items):
    none = word_table({str(number): number for number in range(3000)}, {})
    assert isinstance(none, WordTable)
    found = worst(Exchange(margin, batch, items, none), 2, tries=4, generator=chance()).margins
    assert torch.equal(found[0], found[2])


def test_translations_mix_languages(margin, batch, items, known):
    mixing = Exchange(margin, batch, items, known.dictionary)
    found = worst(mixing, BUDGET, tries=8, generator=chance()).margins
    assert (found.diff(dim=0) <= 0).all()
    assert found[-1].mean() < found[0].mean()


@pytest.mark.parametrize(("budget", "tries"), [(-1, 3), (2, 0)])
def test_budgets_that_make_no_sense_are_refused(synonyms, budget, tries):
    with pytest.raises(UsageError, match="A budget is 0 or more"):
        worst(synonyms, budget, tries=tries, generator=chance())
