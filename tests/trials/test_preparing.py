from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from crosslab.arms import Composition
from crosslab.config import PretrainConfig
from crosslab.lab.domains import specialized
from crosslab.lab.retrieval import TASK
from crosslab.methods import ALIGNING_METHODS, aligning
from crosslab.recipes import masked_batches, masked_word_loss
from crosslab.retrieval.asking import ranked
from crosslab.retrieval.material import lab_questions
from crosslab.scales import lab_config
from crosslab.trials import ground as ground_module
from crosslab.trials import preparing
from crosslab.trials.ground import asked, queries
from crosslab.trials.preparing import adapted, contrast, prepared

ALIGNED = ("contrastive-mono", "contrastive-cross", "hybrid-batch", "labse")


def of(ground):
    return aligning(ground.composition, ground.config)


def settings_of(ground):
    return contrast(ground, of(ground))


def changed(ground):
    """Return which settings an arm has that are not what all arms share."""
    shared, own = ground.config.contrast, settings_of(ground)
    return {
        name: getattr(own, name)
        for name in type(own).__slots__
        if getattr(own, name) != getattr(shared, name)
    }


def precision(model, asked):
    return float((1 / ranked(model, asked)["rank"].to_numpy()).mean())


def test_an_arm_that_prepares_nothing_leaves_its_encoder_as_it_is(encoder, tiny_encoder, ground):
    made = prepared(encoder, ground("standard"), ())
    before = tiny_encoder.base_model.state_dict()
    assert all(torch.equal(each, before[name]) for name, each in made.state_dict().items())


@pytest.mark.parametrize("arm", ALIGNED)
def test_an_aligned_encoder_finds_more_answers_than_it_did(
    arm, encoder, tiny_encoder, ground, learning
):
    place = ground(arm, contrast=learning)
    asked = lab_questions(queries(place.lab, place.config)["dev"], place.languages, 48)
    before = precision(tiny_encoder.base_model, asked)
    assert precision(prepared(encoder, place, of(place)), asked) > before + 0.05


def test_methods_differ_in_what_they_are_about_and_in_nothing_else(ground):
    place = ground("standard")
    shared = replace(place.config.contrast, same_share=0.4)
    found = {key: changed(ground(key, contrast=shared)) for key in ALIGNED}
    assert found["contrastive-mono"] == {"same_share": 1.0}
    assert found["contrastive-cross"] == {"same_share": 0.0}
    assert found["hybrid-batch"] == {"same_share": 0.5}
    assert found["labse"] == {
        "same_share": 0.0,
        "translations": True,
        "both_ways": True,
        "margin": 0.3,
    }


def test_a_share_of_one_language_can_be_given(ground):
    shared = replace(ground("standard").config.contrast, same_share=0.4)
    found = changed(ground("hybrid-batch-alpha-0.25", contrast=shared))
    assert found == {"same_share": 0.25}


@pytest.mark.parametrize(
    ("arm", "kind"), [("hybrid-batch-noise", "noise"), ("hybrid-batch-adversarial", "adversarial")]
)
def test_a_robust_arm_is_the_plain_one_and_what_moves_its_queries(arm, kind, ground):
    place = ground(arm)
    plain, robust = settings_of(ground("hybrid-batch")), settings_of(place)
    moved = getattr(place.config, f"robust_{kind}")
    assert robust == replace(plain, **{kind: moved})


@pytest.mark.parametrize("plain", ["contrastive-mono", "hybrid-batch"])
def test_confusion_is_the_plain_arm_and_a_classifier_of_domains(plain, ground):
    arm = "domain-adversarial" if plain == "contrastive-mono" else f"domain-adversarial-{plain}"
    place = ground(arm)
    expected = replace(settings_of(ground(plain)), domains=place.config.confusion)
    assert settings_of(place) == expected


def test_every_method_that_aligns_names_its_source():
    for key, make in ALIGNING_METHODS.items():
        made = make(Composition(), lab_config("smoke").questions)
        assert made.key == key
        assert made.paper.startswith("arXiv")
        assert made.section


def test_an_adapted_encoder_reads_text_of_its_domain_better_than_it_did(
    encoder, tiny_encoder, ground
):
    place = ground(
        "domain-adapted",
        adapting=replace(ground("standard").config.adapting, steps=60),
        domain_sentences=200,
    )
    lab = specialized(place.lab, place.config.new_domain)
    rng = np.random.default_rng(7)
    text = {key: lab.sentences(lab.world.meanings(100, rng), key, rng) for key in place.languages}
    again = PretrainConfig(steps=1, optimizer=place.config.adapting.optimizer, seed=5)

    def cost(model):
        batch = next(masked_batches(place.tokenizer, text, again))
        with torch.no_grad():
            return float(masked_word_loss(model.eval(), batch))

    before = cost(tiny_encoder)
    losses = adapted(encoder, place)
    assert len(losses) == 60
    assert cost(encoder) < before - 0.1


def test_no_text_says_what_is_to_be_kept_apart(ground):
    place = ground("domain-adapted", domain_sentences=60)
    lab = specialized(place.lab, place.config.new_domain)

    def drawn(*apart):
        return preparing._discourse(lab, place, set(apart), np.random.default_rng(3))

    whole = [row.tobytes() for row in drawn().matrix()]
    without = [row.tobytes() for row in drawn(whole[4], whole[11]).matrix()]
    assert len(whole) == len(without) == 60
    assert not {whole[4], whole[11]} & set(without)
    left = [*whole[:4], *whole[6:10], *whole[12:]]
    assert without[: len(left)] == left  # their neighbours went with them: sentences come in pairs


@pytest.mark.parametrize(
    ("arm", "domain"), [("domain-adapted", "clinic"), ("further-text-labse", "")]
)
def test_further_text_is_of_the_domain_or_of_none(arm, domain, encoder, ground, monkeypatch):
    read = []
    plain = preparing._discourse

    def watching(lab, *others):
        read.append(lab.domain)
        return plain(lab, *others)

    monkeypatch.setattr(preparing, "_discourse", watching)
    place = ground(arm)
    losses = adapted(encoder, place)
    assert set(read) == {domain}
    assert len(losses) == place.config.adapting.steps


def test_a_seed_prepares_the_same_encoder_twice_and_another_seed_another(
    tiny_encoder, encoder, ground
):
    place = ground("domain-adapted-hybrid-batch")
    first = prepared(encoder, place, of(place)).state_dict()
    again = prepared(deepcopy(tiny_encoder), place, of(place)).state_dict()
    other = replace(place, seed=1)
    different = prepared(deepcopy(tiny_encoder), other, of(other)).state_dict()
    assert all(torch.equal(each, again[name]) for name, each in first.items())
    assert any(not torch.equal(each, different[name]) for name, each in first.items())


# What arms of one seed share


def test_what_was_drawn_for_one_arm_is_there_for_the_next(ground):
    one, other = ground("hybrid-batch"), ground("labse")
    assert queries(one.lab, one.config) is queries(other.lab, other.config)
    readers = [queries(one.lab, one.config)["train"]]
    assert asked(readers, one) is asked(readers, other)


def test_other_settings_domains_and_passages_apart_are_drawn_anew(ground):
    place = ground("hybrid-batch")
    shared = queries(place.lab, place.config)
    first, second = place.config.trained_domains
    sharper = replace(first, focus=2 * first.focus)
    also_sharper = replace(place.config, trained_domains=(sharper, second))
    fewer = replace(place.config, queries=replace(place.config.queries, train=50))
    others = [
        queries(place.lab, fewer),
        queries(specialized(place.lab, first), place.config),
        queries(specialized(place.lab, second), place.config),
        queries(specialized(place.lab, sharper), also_sharper),
        queries(place.lab, place.config, apart=TASK.identities(shared["test"].items)[:3]),
    ]
    drawn = [each["test"].items.first.matrix().tobytes() for each in (shared, *others)]
    readers = [shared, *others]
    assert len({id(each) for each in readers}) == len(readers)
    assert len(set(drawn[1:5])) == 4


def test_no_more_is_kept_than_a_few_sets(ground):
    place = ground("hybrid-batch")
    for train in range(40, 60):
        sizes = replace(place.config.queries, train=train)
        queries(place.lab, replace(place.config, queries=sizes))
    assert len(ground_module._DRAWN) <= ground_module._MOST
