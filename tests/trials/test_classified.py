"""Trials that fine-tune: agreement, adaptation and sizes."""

import numpy as np
import pytest

from crosslab.lab.items import task_items
from crosslab.lab.nli import TASK
from crosslab.methods import aligning
from crosslab.methods.standard import Standard
from crosslab.trials import adaptation as adaptation_module
from crosslab.trials import agreement as agreement_module
from crosslab.trials import alignment as alignment_module
from crosslab.trials.adaptation import adaptation
from crosslab.trials.agreement import agreement
from crosslab.trials.alignment import SENTENCE, SPACE, WORD, alignment_table
from crosslab.trials.sizes import sizes


@pytest.fixture
def hard(smoke_lab, ground):
    """Items that stand for collected ones; some of them would be drawn for training as well."""
    items = task_items(smoke_lab, TASK, ground("standard").config.items)
    return items["train"].take(np.arange(12))


def by_kind(made):
    answers = made.answers.to_pandas()
    kinds = answers["item"].astype(str).str.rsplit("-", n=1).str[0]
    return answers, kinds.value_counts().to_dict()


def test_agreement_asks_the_same_items_in_every_language(encoder, ground, hard):
    place = ground("hybrid-batch")
    methods = aligning(place.composition, place.config)
    made = agreement(encoder, place, methods, Standard(), hard)
    answers, counts = by_kind(made)
    languages = len(place.languages)
    assert counts == {"test": place.config.items.test * languages, "collected": 12 * languages}
    assert (answers["first"].astype(str) == answers["second"].astype(str)).all()
    asked = answers.groupby(answers["first"].astype(str))["item"].agg(tuple)
    assert asked.nunique() == 1
    assert set(made.tables["alignment"]["kind"].to_pylist()) == {SENTENCE, WORD, SPACE}


@pytest.mark.parametrize("trial", ["agreement", "sizes"])
def test_no_item_that_is_hard_is_learned_from(trial, encoder, ground, hard):
    place = ground("standard")
    made = (
        agreement(encoder, place, (), Standard(), hard)
        if trial == "agreement"
        else sizes(encoder, place, Standard(), hard)
    )
    learned = {key for split in ("train", "dev") for key in made.items[split].identities()}
    assert not learned & set(hard.identities())


def test_items_of_the_domain_are_asked_and_never_learned_from(encoder, ground):
    place = ground("domain-adapted")
    made = adaptation(encoder, place, (), Standard())
    _, counts = by_kind(made)
    asked = place.config.items.test * len(place.languages)
    assert counts == {"test": asked, f"{place.config.new_domain.key}-test": asked}
    domain = set(made.items[f"{place.config.new_domain.key} test"].identities())
    learned = {key for split in ("train", "dev") for key in made.items[split].identities()}
    assert not learned & domain


@pytest.mark.parametrize("module", [agreement_module, adaptation_module])
def test_what_is_fine_tuned_is_the_encoder_that_was_prepared(
    module, encoder, ground, hard, monkeypatch
):
    begun, plain = [], module.tuned

    def watching(model, *others):
        begun.append(model)
        return plain(model, *others)

    monkeypatch.setattr(module, "tuned", watching)
    place = ground("labse")
    methods = aligning(place.composition, place.config)
    if module is agreement_module:
        agreement(encoder, place, methods, Standard(), hard)
    else:
        adaptation(encoder, place, methods, Standard())
    assert begun == [encoder.base_model]


def test_synonyms_cost_answers_and_never_give_one_back(encoder, ground, hard):
    place = ground("standard-medium")
    made = sizes(encoder, place, Standard(), hard)
    attacks = made.tables["attacks"].to_pandas()
    worst = attacks[attacks["sought"] == "worst"].sort_values("budget")
    falls = worst.groupby(["first", "item"], observed=True)["right"].apply(
        lambda each: (np.diff(each.to_numpy().astype(int)) <= 0).all()
    )
    assert falls.all()
    answers = made.answers.to_pandas()
    answers = answers.assign(right=answers["prediction"] == answers["gold"])
    keys = ["item", "first"]
    clean = attacks[attacks["budget"] == 0].astype(dict.fromkeys(keys, str))
    both = clean.merge(answers.astype(dict.fromkeys(keys, str)), on=keys, suffixes=("", "_asked"))
    assert len(both) == len(clean)
    assert (both["right"] == both["right_asked"]).all()


def test_an_encoder_lines_up_with_itself(encoder, ground):
    """A target that is said in the words of the source is found, word by word and as a whole."""
    place = ground("standard")
    table = alignment_table(encoder.base_model, place).to_pandas()
    counts = table.groupby("kind").size()
    targets = len(place.languages) - 1
    assert counts[SPACE] == targets
    assert counts[SENTENCE] == targets * place.config.measured
    assert table[table["kind"] == SENTENCE]["value"].min() >= 1
    assert set(table[table["kind"] == WORD]["value"]) <= {0.0, 1.0}
    assert table[table["kind"] == SPACE]["value"].between(-1, 1).all()


def test_a_translation_that_is_the_same_sentence_comes_first(encoder, ground, monkeypatch):
    place = ground("standard")
    plain = alignment_module._spoken

    def one_tongue(model, place):
        spoken = plain(model, place)
        return dict.fromkeys(spoken, spoken[place.lab.config.source])

    monkeypatch.setattr(alignment_module, "_spoken", one_tongue)
    table = alignment_table(encoder.base_model, place).to_pandas()
    assert (table[table["kind"] == SENTENCE]["value"] == 1).mean() > 0.95
    assert np.allclose(table[table["kind"] == SPACE]["value"], 1.0)
