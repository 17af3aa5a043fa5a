from copy import deepcopy
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from crosslab.config import (
    ContrastConfig,
    DomainAdversaryConfig,
    DomainConfig,
    OptimizerConfig,
)
from crosslab.errors import DataError, UnknownNameError, UsageError
from crosslab.lab.domains import in_domain
from crosslab.materials.laboratory import lab_tokenizer
from crosslab.models import MARKS, token_ids
from crosslab.retrieval.domains import DomainClassifier, Told, reversal, told_apart
from crosslab.retrieval.dual import trained
from crosslab.retrieval.questions import Sentences, sentences
from crosslab.retrieval.vectors import embedded
from crosslab.seeding import generator

LANGUAGES = ("ave", "bor", "cym")
ADVERSARY = DomainAdversaryConfig()
CONFIG = ContrastConfig(
    steps=60,
    optimizer=OptimizerConfig(learning_rate=1e-2, warm_up_steps=3),
    batch=16,
    same_share=0.5,
)


@pytest.fixture(scope="module")
def told(smoke_lab):
    """Sentences of two domains that differ in what they speak of and how."""
    words = lab_tokenizer(smoke_lab)
    parts, said = [], {key: [] for key in LANGUAGES}
    for number, (key, formal) in enumerate((("medical", 0.9), ("sports", 0.1))):
        world = in_domain(smoke_lab.world, DomainConfig(key=key, focus=2.0), seed=1)
        meanings = world.meanings(300, generator(0, "told", key))
        for language in LANGUAGES:
            rng = generator(0, "told", key, language)
            spoken = replace(smoke_lab, formal=formal).sentences(meanings, language, rng)
            said[language] += token_ids(words, spoken)
        parts += [number] * 300
    return Told(sentences=sentences(said, MARKS, 20), domain=np.array(parts))


def probed(encoder, told):
    vectors = {key: embedded(encoder, told.sentences.in_language(key)) for key in LANGUAGES}
    return float(np.mean(list(told_apart(vectors, told.domain).values())))


# Reversal


def test_reversal_begins_at_nothing_grows_and_ends_near_one():
    found = [reversal(each, 10.0) for each in np.linspace(0, 1, 11)]
    assert found[0] == 0.0
    assert found == sorted(found)
    assert found[-1] == pytest.approx(1.0, abs=1e-3)
    assert found[2] == pytest.approx(2 / (1 + np.exp(-2.0)) - 1)


def test_the_classifier_learns_and_the_encoder_unlearns():
    # one step along the gradients: the classifier's makes it better, the vectors' makes it worse
    made = DomainClassifier(8, 3, ADVERSARY, seed=0)
    drawn = torch.randn((40, 8), generator=torch.Generator().manual_seed(0)).requires_grad_()
    domains = torch.arange(40) % 3

    def loss(vectors):
        return made.loss(vectors, domains, 1.0)

    before = loss(drawn)
    before.backward()
    with torch.no_grad():
        assert loss(drawn - 0.1 * drawn.grad) > before
        for each in made.parameters():
            each.sub_(0.1 * each.grad)
        assert loss(drawn) < before


@pytest.mark.parametrize("weight", [0.0, 0.1, 2.5])
@pytest.mark.parametrize("progress", [0.1, 1.0])
def test_what_reaches_the_encoder_is_the_gradient_turned_round_and_weighed(weight, progress):
    domains = torch.arange(40) % 3
    made = DomainClassifier(8, 3, replace(ADVERSARY, weight=weight), seed=0)
    drawn = torch.randn((40, 8), generator=torch.Generator().manual_seed(0))

    def gradient(loss):
        given = drawn.clone().requires_grad_()
        loss(given).backward()
        return given.grad

    found = gradient(lambda given: made.loss(given, domains, progress))
    plain = gradient(
        lambda given: functional.cross_entropy(20 * made.layers(given * 8**0.5), domains) / 20
    )
    assert torch.allclose(found, -weight * reversal(progress, 10.0) * plain, atol=1e-6)
    assert plain.abs().max() > 1e-3


def test_the_seed_makes_the_classifier():
    one, same, other = (DomainClassifier(8, 3, ADVERSARY, seed=each) for each in (0, 0, 1))
    weights = [each.layers[0].weight for each in (one, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


# Probe


def test_a_probe_finds_what_is_there_and_no_more():
    rng = np.random.default_rng(0)
    domain = np.arange(2000) % 4
    noise = rng.standard_normal((2000, 32)).astype(np.float32)
    clear = noise.copy()
    clear[:, :4] += 5 * np.eye(4)[domain]
    found = told_apart({"noise": noise, "clear": clear}, domain)
    assert found["clear"] > 0.95
    assert abs(found["noise"] - 0.25) < 0.05


def test_the_probe_is_asked_about_sentences_that_it_has_not_seen():
    # more dimensions than sentences: a probe that had seen them would name every domain
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((200, 500)).astype(np.float32)
    found = told_apart({"noise": vectors}, np.arange(200) % 2)["noise"]
    assert abs(found - 0.5) < 0.15


# Training


def test_training_against_domains_leaves_less_to_tell_them_by(
    questions, told, tiny_encoder, no_report
):
    found = {}
    lagging = replace(ADVERSARY, weight=1.0, pace=1.0)
    for name, adversary in (("plain", None), ("against", ADVERSARY), ("lagging", lagging)):
        encoder = deepcopy(tiny_encoder.bert)
        config = replace(
            CONFIG,
            steps=300,
            batch=32,
            optimizer=OptimizerConfig(learning_rate=3e-3, warm_up_steps=5),
            domains=adversary,
        )
        given = told if adversary else None
        trained(encoder, questions, config, seed=0, report=no_report, told=given)
        found[name] = probed(encoder, told)
    assert found["against"] < found["plain"] - 0.05
    assert found["lagging"] > found["plain"]  # why the classifier has to keep up


def test_without_weight_the_encoder_is_the_one_that_knows_of_no_domains(
    questions, told, tiny_encoder, no_report
):
    weights = [tiny_encoder.bert.embeddings.word_embeddings.weight]
    for adversary in (None, replace(ADVERSARY, weight=0.0)):
        encoder = with_dropout(tiny_encoder)
        config = replace(CONFIG, domains=adversary)
        given = told if adversary else None
        trained(encoder, questions, config, seed=0, report=no_report, told=given)
        weights.append(encoder.embeddings.word_embeddings.weight.detach())
    before, plain, beside = weights
    assert (beside - plain).abs().max() < 0.01 * (plain - before).abs().max()


def with_dropout(encoder):
    """Return a copy that learns under dropout, as encoders of another size may."""
    made = deepcopy(encoder.bert)
    for each in made.modules():
        if isinstance(each, nn.Dropout):
            each.p = 0.1
    return made


def test_domains_come_up_alike_and_in_the_languages_asked_for(told):
    lopsided = Told(
        sentences=told.sentences, domain=np.where(np.arange(len(told.domain)) < 50, 0, 1)
    )
    batches = list(islice(lopsided.batches(32, ("cym", "ave"), seed=0), 100))
    domains = torch.cat([each for _, each in batches])
    assert abs(float((domains == 0).float().mean()) - 0.5) < 0.05
    read = {word for inputs, _ in batches for word in inputs.ids.ravel().tolist()}
    known, other = (
        {word for key in keys for word in told.sentences.in_language(key).ids.ravel().tolist()}
        for keys in (("ave", "cym"), ("bor",))
    )
    assert read <= known
    assert other - known


def test_languages_are_known_by_name_and_not_by_place(told):
    turned = Told(
        sentences=Sentences(dict(reversed(told.sentences.of.items()))), domain=told.domain
    )
    inputs, _ = next(turned.batches(64, ("ave",), seed=0))
    known = set(told.sentences.in_language("ave").ids.ravel().tolist())
    assert set(inputs.ids.ravel().tolist()) <= known
    with pytest.raises(UnknownNameError, match="ave"):
        next(turned.batches(64, ("avve",), seed=0))


@pytest.mark.parametrize("asked", [True, False])
def test_domains_are_given_where_they_are_to_be_confused_and_nowhere_else(
    asked, questions, told, tiny_encoder, no_report
):
    config = replace(CONFIG, domains=ADVERSARY if asked else None)
    given = None if asked else told
    with pytest.raises(UsageError, match="one without the other"):
        trained(
            deepcopy(tiny_encoder.bert), questions, config, seed=0, report=no_report, told=given
        )


def test_one_domain_cannot_be_told_from_itself():
    with pytest.raises(UsageError, match="at least two"):
        DomainClassifier(8, 1, ADVERSARY, seed=0)


def test_every_sentence_has_a_domain(told):
    with pytest.raises(DataError, match="5 domains are given for sentences"):
        Told(sentences=told.sentences, domain=np.zeros(5, dtype=int))
    with pytest.raises(DataError, match="without gaps"):
        Told(sentences=told.sentences, domain=2 * told.domain)


def test_a_probe_of_an_encoder_that_says_the_same_of_everything_finds_nothing():
    same = np.ones((400, 8), dtype=np.float32)
    assert told_apart({"one": same}, np.arange(400) % 2)["one"] < 0.6


def test_a_probe_needs_every_domain_in_both_halves():
    with pytest.raises(UsageError, match="4 sentences are too few"):
        told_apart({"one": np.eye(4, dtype=np.float32)}, np.array([0, 1, 2, 3]))
