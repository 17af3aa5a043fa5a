import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from crosslab.config import OptimizerConfig, TaskConfig, study_config
from crosslab.finetuning import finetuned
from crosslab.lab.items import task_items
from crosslab.lab.laboratory import laboratory
from crosslab.lab.tasks import TASKS
from crosslab.methods import METHODS
from crosslab.methods.standard import Standard
from crosslab.reading import Reader

SIZES = TaskConfig(train=150, dev=30, test=12)
CONFIG = replace(study_config("smoke").finetune, epochs=2)


@pytest.fixture(scope="module")
def small_lab():
    """The smoke laboratory with its first three languages: nine pairs to answer."""
    config = study_config("smoke").lab
    return laboratory(replace(config, languages=config.languages[:3]))


@pytest.fixture(scope="module")
def run(small_lab, tiny_encoder, no_report):
    """Fine-tunes afresh; what the encoder knows of other languages does no harm here."""

    def fine_tune(method="standard", *, task="nli", seed=0, config=CONFIG, encoder=tiny_encoder):
        return finetuned(
            encoder,
            METHODS[method] if isinstance(method, str) else method,
            small_lab,
            task=TASKS[task],
            sizes=SIZES,
            config=config,
            seed=seed,
            report=no_report,
        )

    return fine_tune


@pytest.fixture(scope="module")
def standard(run):
    return run()


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_answers(run, method):
    one, again = run(method), run(method)
    assert one.answers.equals(again.answers)
    assert one.losses == again.losses


def test_global_randomness_has_no_say(run, tiny_encoder):
    encoder = copy.deepcopy(tiny_encoder)
    encoder.config.hidden_dropout_prob = 0.2  # dropout draws from the global generator
    losses = []
    with torch.random.fork_rng():
        for seed in (1, 2):
            torch.manual_seed(seed)
            losses.append(run(encoder=encoder).losses)
    assert losses[0] == losses[1]
    assert losses[0] != run().losses


@pytest.mark.parametrize("method", METHODS)
def test_another_seed_gives_other_answers(run, method):
    assert not run(method, seed=0).answers.equals(run(method, seed=1).answers)


class Watching(Standard):
    """Plain fine-tuning that remembers its batches and the head it began with."""

    def __init__(self):
        object.__setattr__(self, "batches", [])
        object.__setattr__(self, "heads", [])

    def loss(self, model, batch, resources, generator):
        self.batches.append(batch)
        self.heads.append(model.classifier.weight.detach().clone())
        return super().loss(model, batch, resources, generator)


def test_a_seed_varies_the_head_and_the_order_of_the_items(run):
    one, other = Watching(), Watching()
    run(one, seed=0)
    run(other, seed=1)
    assert not torch.equal(one.heads[0], other.heads[0])
    assert one.batches[0].input_ids.tolist() != other.batches[0].input_ids.tolist()


def test_methods_of_one_seed_learn_differently(run, standard):
    assert run("smoothing-synonyms").losses != standard.losses


def test_the_encoder_passed_in_is_not_changed(run, tiny_encoder):
    before = copy.deepcopy(tiny_encoder.state_dict())
    run()
    after = tiny_encoder.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("task", TASKS)
def test_every_test_item_is_answered_in_every_ordered_pair(run, small_lab, task):
    answers = run(task=task).answers
    keys = list(small_lab.lexicons)
    cells = set(zip(*(answers[name].to_pylist() for name in ("first", "second")), strict=True))
    assert cells == {(first, second) for first in keys for second in keys}
    assert answers.num_rows == len(cells) * SIZES.test


def test_answers_are_held_against_the_gold_labels_of_the_test_items(standard, small_lab):
    gold = task_items(small_lab, TASKS["nli"], SIZES)["test"].label
    assert standard.answers["gold"].to_numpy().tolist() == np.tile(gold, 9).tolist()


def test_every_epoch_takes_every_training_item(run):
    # 150 items in batches of 64 are 3 updates an epoch, the last of 22 items
    assert len(run(config=replace(CONFIG, epochs=3)).losses) == 9


def test_fine_tuning_reads_source_language_training_items_alone(run, small_lab):
    watching = Watching()
    items = run(watching, config=replace(CONFIG, epochs=1)).items["train"]
    pairs = Reader(small_lab, items, "nli/train").pairs("ave", "ave")
    expected = [
        (ids[:length].tolist(), label)
        for ids, length, label in zip(pairs.ids, pairs.lengths, items.label.tolist(), strict=True)
    ]
    seen = [
        (ids[mask == 1].tolist(), label.item())
        for batch in watching.batches
        for ids, mask, label in zip(
            batch.input_ids, batch.attention_mask, batch.labels, strict=True
        )
    ]
    assert sorted(seen) == sorted(expected)


def test_training_learns_from_the_items(run, tiny_encoder):
    optimizer = OptimizerConfig(learning_rate=1e-2, warm_up_steps=2)
    losses = run(config=replace(CONFIG, epochs=25, optimizer=optimizer)).losses
    assert np.mean(losses[-3:]) < 0.5 * np.mean(losses[:3])


def test_the_dev_accuracy_is_a_share_of_dev_items(standard):
    right = standard.source_dev_accuracy * SIZES.dev
    assert right == pytest.approx(round(right), abs=1e-6)
    assert 0 < right < SIZES.dev
