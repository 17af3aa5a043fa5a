"""What every method is tried on: a small batch, its words' synonyms and translations, a model."""

import pytest

from crosslab.config import TaskConfig
from crosslab.lab.items import task_items
from crosslab.lab.tasks import TASKS
from crosslab.materials.laboratory import Reader, lab_resources
from crosslab.methods.base import Context, pair_batch
from crosslab.models import classifier, torch_generator
from crosslab.scales import study_config

CONFIG = study_config("smoke").methods


@pytest.fixture(scope="package")
def reader(smoke_lab):
    items = task_items(smoke_lab, TASKS["nli"], TaskConfig(train=32, dev=1, test=1))["train"]
    return Reader(smoke_lab, items, "nli/train")


@pytest.fixture(scope="package")
def batch(reader):
    return pair_batch(reader.pairs("ave", "ave"), reader.items.label)


@pytest.fixture(scope="package")
def known(smoke_lab, reader):
    return lab_resources(smoke_lab, reader.tokenizer)


@pytest.fixture
def model(tiny_encoder):
    made = classifier(tiny_encoder, labels=3, seed=0)
    made.classifier.weight.data *= 50  # a fresh head hardly tells inputs apart
    return made


@pytest.fixture
def context(known):
    """Returns the surroundings of an update: chance by seed, and how far training has come."""

    def made(seed=0, progress=1.0, resources=known):
        return Context(resources, torch_generator(seed), progress)

    return made
