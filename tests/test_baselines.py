import copy
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from torch.nn import functional

from crosslab.baselines import answers_by_script, features, pair_tokenizer, trainer
from crosslab.config import OptimizerConfig, TaskConfig
from crosslab.evaluation import probabilities
from crosslab.lab.items import spoken, task_items
from crosslab.lab.tasks import TASKS
from crosslab.materials.laboratory import Reader
from crosslab.methods.base import logits, pair_batch
from crosslab.models import classifier
from crosslab.scales import study_config
from crosslab.training import train, whole

LONGEST = 30
UPDATES = 4


@pytest.fixture(scope="module")
def reader(smoke_lab):
    items = task_items(smoke_lab, TASKS["paraphrase"], TaskConfig(train=20, dev=2, test=2))
    return Reader(smoke_lab, items["train"], "toy")


@pytest.fixture
def model(tiny_encoder):
    made = classifier(tiny_encoder, 2, seed=0)
    with torch.no_grad():
        for weights in made.parameters():
            weights.mul_(8)  # an untrained model answers everything alike
    return made


def test_the_tokenizer_joins_two_sentences_as_the_lab_does(smoke_lab, reader):
    first, second = (
        spoken(smoke_lab, reader.items, side, key, "toy")
        for side, key in (("first", "ave"), ("second", "esk"))
    )
    own = pair_batch(reader.pairs("ave", "esk"), reader.items.label)
    found = pair_tokenizer(reader.tokenizer)(first, second, padding=True, return_tensors="pt")
    for name in ("input_ids", "attention_mask", "token_type_ids"):
        assert torch.equal(found[name], getattr(own, name))


def test_features_are_what_the_model_reads_here_without_padding(reader):
    inputs = reader.pairs("ave", "bor")
    whole = pair_batch(inputs, reader.items.label)
    for row, (item, length) in enumerate(
        zip(features(inputs, reader.items.label), inputs.lengths, strict=True)
    ):
        assert item["labels"] == reader.items.label[row]
        for name in ("input_ids", "attention_mask", "token_type_ids"):
            assert item[name] == getattr(whole, name)[row, :length].tolist()


@pytest.mark.parametrize("batch", [3, 32])
def test_a_script_called_once_a_pair_gives_the_same_answers(
    smoke_lab, reader, model, tmp_path, batch
):
    model.save_pretrained(tmp_path)
    sentences = [
        spoken(smoke_lab, reader.items, side, key, "toy")
        for side, key in (("first", "cym"), ("second", "gha"))
    ]
    tokenizer = pair_tokenizer(reader.tokenizer)
    encode = partial(tokenizer, padding="max_length", truncation=True, max_length=LONGEST)
    found = answers_by_script(tmp_path, encode, *sentences, batch=batch)
    expected = probabilities(model, reader.pairs("cym", "gha"))
    assert np.ptp(expected[:, 0]) > 1e-3  # else answers in any order would do
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("padding", ["batch", "fixed"])
def test_the_trainer_learns_what_the_loop_learns(reader, model, tmp_path, padding):
    inputs, labels = reader.pairs("ave", "ave"), reader.items.label
    # Two things on purpose differ: warm-up begins at 0 there, and decay spares biases there.
    optimizer = OptimizerConfig(learning_rate=1e-2, warm_up_steps=0, weight_decay=0.0)
    config = replace(study_config("smoke").finetune, batch=len(labels), optimizer=optimizer)
    theirs, began, untrained = copy.deepcopy(model), [], probabilities(model, inputs)
    trainer(
        theirs,
        features(inputs, labels),
        pair_tokenizer(reader.tokenizer),
        padding=padding,
        longest=LONGEST,
        steps=UPDATES,
        config=config,
        folder=tmp_path,
        note=lambda: began.append(1),
    ).train()
    batch = pair_batch(inputs, labels)
    train(
        model,
        whole([batch] * UPDATES),
        lambda each, _: functional.cross_entropy(logits(model, each), each.labels),
        steps=UPDATES,
        optimizer=optimizer,
        report=lambda **_: None,
    )
    assert len(began) == UPDATES
    learned = probabilities(model, inputs)
    assert np.abs(learned - untrained).mean() > 0.05
    np.testing.assert_allclose(probabilities(theirs, inputs), learned, atol=1e-3)


@pytest.mark.parametrize("padding", ["batch", "fixed"])
def test_padding_is_to_the_longest_of_a_batch_or_to_a_fixed_length(
    reader, model, tmp_path, padding
):
    made = trainer(
        model,
        features(reader.pairs("ave", "ave"), reader.items.label),
        pair_tokenizer(reader.tokenizer),
        padding=padding,
        longest=LONGEST,
        steps=UPDATES,
        config=replace(study_config("smoke").finetune, batch=4),
        folder=tmp_path,
        note=lambda: None,
    )
    shapes = {tuple(each["input_ids"].shape) for each in made.get_train_dataloader()}
    if padding == "fixed":
        assert shapes == {(4, LONGEST)}
    else:
        assert len(shapes) > 1
        assert max(length for _, length in shapes) < LONGEST
