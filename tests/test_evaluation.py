from itertools import product

import numpy as np
import pytest
import torch

from crosslab.checkpoints import BEST_SOURCE_DEV, CHECKPOINTS, LAST, ORACLE, prediction_column
from crosslab.config import TaskConfig
from crosslab.evaluation import accuracy, matrix_answers, matrix_probabilities, probabilities
from crosslab.lab.items import task_items
from crosslab.lab.tasks import TASKS
from crosslab.materials.laboratory import Reader
from crosslab.methods.base import pair_batch
from crosslab.models import classifier

KEYS = ("ave", "bor", "gha")
ITEMS = 300  # more than one batch


@pytest.fixture(scope="module")
def reader(smoke_lab):
    items = task_items(smoke_lab, TASKS["nli"], TaskConfig(train=1, dev=1, test=ITEMS))["test"]
    return Reader(smoke_lab, items, "nli/test")


@pytest.fixture(scope="module")
def model(tiny_encoder):
    """A classifier that answers different items differently."""
    model = classifier(tiny_encoder, labels=3, seed=0)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim == 2:
                weight.mul_(20.0)
    return model


@pytest.fixture(scope="module")
def matrix(model, reader):
    return matrix_probabilities(model, reader, KEYS)


@pytest.fixture(scope="module")
def answers(matrix, reader):
    return matrix_answers({LAST: matrix}, reader)


def test_there_is_one_answer_for_every_item_and_ordered_pair(answers):
    names = ("first", "second", "item")
    rows = list(zip(*(answers[name].to_pylist() for name in names), strict=True))
    items = [f"test-{number:05d}" for number in range(ITEMS)]
    assert rows == [(*cell, item) for cell in product(KEYS, repeat=2) for item in items]


def class_shares(answers):
    columns = [answers[f"probability_{label}"].to_numpy().astype(np.float64) for label in range(2)]
    return np.stack([*columns, 1 - sum(columns)], axis=1)


STEP = 1 / 256


def test_the_last_probability_is_what_the_others_leave(answers, matrix):
    found = np.concatenate(list(matrix.values()))
    assert np.abs(class_shares(answers) - found).max() <= STEP


def test_probabilities_are_kept_in_steps_that_float16_holds_exactly(answers):
    kept = class_shares(answers)[:, :2] * 256
    assert np.array_equal(kept, np.round(kept))
    assert len(np.unique(kept)) > 50


def test_the_prediction_is_the_likeliest_label(answers):
    shares, predicted = class_shares(answers), answers["prediction"].to_numpy()
    assert (shares[np.arange(len(shares)), predicted] >= shares.max(axis=1) - STEP).all()
    assert len(set(predicted.tolist())) > 1


def test_the_gold_label_does_not_depend_on_the_pair(answers, reader):
    gold = answers["gold"].to_numpy().reshape(len(KEYS) ** 2, ITEMS)
    assert np.all(gold == reader.items.label)


def test_each_cell_answers_its_own_pair_of_languages(model, reader, answers):
    expected = probabilities(model, reader.pairs("gha", "ave"))
    rows = [
        row
        for row, cell in enumerate(
            zip(answers["first"].to_pylist(), answers["second"].to_pylist(), strict=True)
        )
        if cell == ("gha", "ave")
    ]
    assert np.abs(class_shares(answers.take(rows)) - expected).max() <= STEP


def test_answers_come_in_the_order_of_the_items(model, reader):
    # they are computed shortest first, and must be put back
    inputs = reader.pairs("ave", "bor")
    one_by_one = []
    for row in range(20):
        batch = pair_batch(inputs.rows(np.array([row])), np.zeros(1, dtype=np.int64))
        with torch.inference_mode():
            scores = model(
                input_ids=batch.input_ids,
                attention_mask=batch.attention_mask,
                token_type_ids=batch.token_type_ids,
            ).logits
        one_by_one.append(scores.softmax(dim=1)[0].tolist())
    assert probabilities(model, inputs)[:20] == pytest.approx(np.array(one_by_one), abs=1e-4)


def test_evaluation_switches_dropout_off(tiny_encoder, reader):
    model = classifier(tiny_encoder, labels=3, seed=0)
    model.dropout = torch.nn.Dropout(0.5)
    model.train()
    one, two = (probabilities(model, reader.pairs("ave", "ave")) for _ in range(2))
    assert np.array_equal(one, two)


def test_evaluation_leaves_the_weights_alone(tiny_encoder, reader):
    model = classifier(tiny_encoder, labels=3, seed=0)
    before = [weight.detach().clone() for weight in model.parameters()]
    matrix_probabilities(model, reader, ["ave"])
    assert all(torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True))


@pytest.fixture(scope="module")
def other_matrix(tiny_encoder, model, reader):
    """What another checkpoint answers: the same encoder under a head of another seed."""
    other = classifier(tiny_encoder, labels=3, seed=1)
    other.bert.load_state_dict(model.bert.state_dict())
    return matrix_probabilities(other, reader, KEYS)


def test_checkpoints_stand_side_by_side_each_with_what_it_predicts(matrix, other_matrix, reader):
    matrices = {LAST: matrix, BEST_SOURCE_DEV: other_matrix, ORACLE: matrix}
    table = matrix_answers(matrices, reader)
    found = [table[prediction_column(each)].to_numpy() for each in CHECKPOINTS]
    cells = list(product(KEYS, repeat=2))
    expected = np.concatenate([other_matrix[cell].argmax(axis=1) for cell in cells])
    assert np.array_equal(found[1], expected)
    assert np.array_equal(found[0], found[2])
    assert not np.array_equal(found[0], found[1])


def test_a_checkpoint_that_is_the_last_one_answers_the_same_and_changes_nothing_else(
    matrix, other_matrix, answers, reader
):
    matrices = {LAST: matrix, BEST_SOURCE_DEV: matrix, ORACLE: other_matrix}
    table = matrix_answers(matrices, reader)
    assert table["prediction_best_source_dev"].equals(table["prediction"])
    assert table.select(answers.column_names).equals(answers)


def test_answers_without_other_checkpoints_have_no_column_for_them(answers):
    shares = [f"probability_{label}" for label in range(2)]
    assert answers.column_names == ["item", "first", "second", "prediction", "gold", *shares]


def test_items_are_named_after_their_split(matrix, smoke_lab, reader):
    table = matrix_answers({LAST: matrix}, Reader(smoke_lab, reader.items, "nli/dev"))
    assert set(table["item"].to_pylist()) == {f"dev-{number:05d}" for number in range(ITEMS)}


def test_accuracy_is_the_share_of_right_answers():
    assert accuracy(np.array([0, 1, 2, 2]), np.array([0, 1, 1, 2])) == 0.75
