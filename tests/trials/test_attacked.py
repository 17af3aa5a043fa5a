import numpy as np
import pytest

from crosslab.materials.laboratory import lab_tokenizer
from crosslab.methods import aligning
from crosslab.stats.ranking import average_precision
from crosslab.trials.attacked import NOISE, attacked
from crosslab.trials.exchanging import MIXING, SYNONYMS, word_tables

KEYS = ["item", "first", "second"]


@pytest.fixture
def tried(encoder, ground, learning):
    place = ground("hybrid-batch", contrast=learning)
    made = attacked(encoder, place, aligning(place.composition, place.config))
    frame = made.tables["attacks"].to_pandas()
    text = ["item", "first", "second", "attack", "sought"]
    return place, made.answers.to_pandas(), frame.astype(dict.fromkeys(text, str))


def precision(frame):
    """Return the precision of the search for every attacked query."""
    keys = ["attack", "sought", "budget", "item", "first"]
    ranks = frame.pivot(index=keys, columns="second", values="pooled_rank")
    values = average_precision(ranks.to_numpy())
    return ranks.index.to_frame(index=False).assign(precision=values)


def test_without_budget_answers_come_where_they_came_without_attack(tried):
    _, answers, attacks = tried
    answers = answers.astype(dict.fromkeys(KEYS, str))
    clean = attacks[attacks["budget"] == 0].merge(answers, on=KEYS, suffixes=("", "_clean"))
    assert len(clean) == (attacks["budget"] == 0).sum()
    assert (clean["pooled_rank"] == clean["pooled_rank_clean"]).all()


def test_every_query_is_attacked_in_every_language_in_every_way(tried):
    place, _, attacks = tried
    config = place.config.attack
    budgets = {NOISE: len(config.radii), **dict.fromkeys((SYNONYMS, MIXING), config.budget + 1)}
    rows = config.items * len(place.languages) ** 2
    counts = attacks.groupby(["attack", "sought"]).size()
    assert len(counts) == 6
    for (kind, _), count in counts.items():
        assert count == rows * budgets[kind]


def test_more_budget_never_helps_the_defender(tried):
    found = precision(tried[2]).sort_values("budget")
    steps = found.groupby(["attack", "sought", "item", "first"])["precision"].apply(
        lambda each: (np.diff(each.to_numpy()) <= 0).all()
    )
    assert steps.all()


def test_an_attack_takes_more_than_chance_does(tried):
    found = precision(tried[2])
    largest = found.groupby("attack")["budget"].transform("max")
    last = found[found["budget"] == largest].groupby(["attack", "sought"])["precision"].mean()
    for kind in (NOISE, SYNONYMS, MIXING):
        assert last[kind, "worst"] <= last[kind, "random"]
    assert last[NOISE, "worst"] < last[NOISE, "random"]


@pytest.mark.parametrize("language", ["ave", "fal"])
def test_words_are_exchanged_for_words_that_say_the_same(smoke_lab, language):
    meant = {}
    for key, lexicon in smoke_lab.lexicons.items():
        for concept, forms in enumerate(lexicon.forms.tolist()):
            for form in forms:
                meant.setdefault(form, set()).add((key, concept))
    vocabulary = lab_tokenizer(smoke_lab).get_vocab()
    spelled = {number: word for word, number in vocabulary.items()}
    for kind, table in word_tables(smoke_lab, language).items():
        seen = 0
        for word in np.flatnonzero(table.choices.numpy() > 0).tolist():
            own = {concept for key, concept in meant[spelled[word]] if key == language}
            for other in table.words[word, : int(table.choices[word])].tolist():
                if other != word:
                    seen += 1
                    theirs = meant[spelled[other]]
                    assert own & {concept for _, concept in theirs}
                    if kind == SYNONYMS:
                        assert language in {key for key, _ in theirs}
        assert seen > 50
