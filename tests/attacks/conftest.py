"""A classifier of the smoke laboratory and some of its items, told apart well enough to attack."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from crosslab.attacks.margins import class_margin
from crosslab.config import TaskConfig
from crosslab.lab.items import task_items
from crosslab.lab.tasks import TASKS
from crosslab.materials.laboratory import Reader, lab_resources
from crosslab.methods.base import logits, pair_batch
from crosslab.models import classifier


@pytest.fixture(scope="package")
def reader(smoke_lab):
    items = task_items(smoke_lab, TASKS["nli"], TaskConfig(train=48, dev=1, test=1))["train"]
    return Reader(smoke_lab, items, "nli/train")


@pytest.fixture(scope="package")
def model(tiny_encoder, reader):
    """A classifier that was never trained, its head turned so that items get different answers."""
    made = classifier(deepcopy(tiny_encoder), labels=3, seed=0).eval()
    with torch.no_grad():
        made.classifier.weight *= 50
        made.classifier.bias -= logits(made, unlabelled(reader)).mean(dim=0)
    return made


def unlabelled(reader):
    inputs = reader.pairs("ave", "ave")
    return pair_batch(inputs, np.zeros(len(inputs), dtype=np.int64))


@pytest.fixture(scope="package")
def batch(reader, model):
    """Items with the labels that the model gives them: all of them are right to begin with."""
    with torch.inference_mode():
        given = logits(model, unlabelled(reader)).argmax(dim=1)
    assert (given.bincount(minlength=3) > 0).all()
    return pair_batch(reader.pairs("ave", "ave"), given.numpy())


@pytest.fixture(scope="package")
def items(batch):
    return torch.arange(len(batch.labels))


@pytest.fixture(scope="package")
def margin(model):
    return class_margin(model)


@pytest.fixture(scope="package")
def known(smoke_lab, reader):
    return lab_resources(smoke_lab, reader.tokenizer)
