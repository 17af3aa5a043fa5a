"""A small set of questions in the languages of the smoke laboratory."""

import pytest

from crosslab.config import TaskConfig
from crosslab.lab.items import task_items
from crosslab.lab.retrieval import TASK
from crosslab.materials.laboratory import Reader
from crosslab.retrieval.material import lab_questions

LANGUAGES = ("ave", "bor", "cym")


@pytest.fixture(scope="package")
def questions(smoke_lab):
    items = task_items(smoke_lab, TASK, TaskConfig(train=120, dev=1, test=1))["train"]
    return lab_questions(Reader(smoke_lab, items, "retrieval/train"), LANGUAGES, 20)
