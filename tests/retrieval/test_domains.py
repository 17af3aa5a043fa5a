from copy import deepcopy
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from crosslab.config import (
    ContrastConfig,
    DomainAdversaryConfig,
    DomainConfig,
    OptimizerConfig,
)
from crosslab.errors import DataError, UsageError
from crosslab.lab.domains import in_domain
from crosslab.materials.laboratory import lab_tokenizer
from crosslab.models import MARKS, token_ids
from crosslab.retrieval.domains import DomainClassifier, Told, reversal, told_apart
from crosslab.retrieval.dual import embedded, trained
from crosslab.retrieval.questions import sentences
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
            spoken = smoke_lab.sentences(meanings, language, rng, formal=formal)
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
        assert loss(drawn - 10 * drawn.grad) > before
        for each in made.parameters():
            each.sub_(1e-4 * each.grad)
        assert loss(drawn) < before


def test_what_reaches_the_encoder_is_minus_so_many_times_the_gradient():
    domains = torch.arange(40) % 3
    found = []
    for weight in (0.0, 1.0, 2.5):
        made = DomainClassifier(8, 3, replace(ADVERSARY, weight=weight), seed=0)
        drawn = torch.randn((40, 8), generator=torch.Generator().manual_seed(0)).requires_grad_()
        made.loss(drawn, domains, 1.0).backward()
        found.append(drawn.grad)
    assert (found[0] == 0).all()
    assert torch.allclose(found[2], 2.5 * found[1], atol=1e-7)


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
        trained(encoder, questions, config, seed=0, report=no_report, told=told)
        found[name] = probed(encoder, told)
    assert found["against"] < found["plain"] - 0.05
    assert found["lagging"] > found["plain"]  # why the classifier has to keep up


def test_without_weight_the_encoder_is_the_one_that_knows_of_no_domains(
    questions, told, tiny_encoder, no_report
):
    weights = []
    for adversary in (None, replace(ADVERSARY, weight=0.0)):
        encoder = deepcopy(tiny_encoder.bert)
        config = replace(
            CONFIG,
            steps=3,
            domains=adversary,
            optimizer=replace(CONFIG.optimizer, clip_norm=1e9),
        )
        trained(encoder, questions, config, seed=0, report=no_report, told=told)
        weights.append(encoder.embeddings.word_embeddings.weight.detach())
    assert torch.allclose(*weights, atol=1e-6)


def test_domains_come_up_alike_and_in_the_languages_asked_for(told):
    lopsided = Told(
        sentences=told.sentences, domain=np.where(np.arange(len(told.domain)) < 50, 0, 1)
    )
    batches = list(islice(lopsided.batches(32, np.array([0, 2]), seed=0), 100))
    domains = torch.cat([each for _, each in batches])
    assert abs(float((domains == 0).float().mean()) - 0.5) < 0.05


def test_domains_that_are_to_be_confused_have_to_be_given(questions, tiny_encoder, no_report):
    config = replace(CONFIG, domains=ADVERSARY)
    with pytest.raises(UsageError, match="sentences of several are given"):
        trained(deepcopy(tiny_encoder.bert), questions, config, seed=0, report=no_report)


def test_one_domain_cannot_be_told_from_itself():
    with pytest.raises(UsageError, match="at least two"):
        DomainClassifier(8, 1, ADVERSARY, seed=0)


def test_every_sentence_has_a_domain(told):
    with pytest.raises(DataError, match="5 domains are given for sentences"):
        Told(sentences=told.sentences, domain=np.zeros(5, dtype=int))
