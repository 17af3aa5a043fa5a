"""A small set of questions in the languages of the smoke laboratory."""

import numpy as np
import pytest

from crosslab.config import TaskConfig
from crosslab.lab.items import task_items
from crosslab.lab.retrieval import TASK
from crosslab.materials.laboratory import Reader
from crosslab.models import MARKS
from crosslab.retrieval.questions import Questions, sentences

LANGUAGES = ("ave", "bor", "cym")


@pytest.fixture(scope="package")
def questions(smoke_lab):
    items = task_items(smoke_lab, TASK, TaskConfig(train=120, dev=1, test=1))["train"]
    reader = Reader(smoke_lab, items, "retrieval/train")
    queries, passages = (
        sentences({key: reader.ids(side, key) for key in LANGUAGES}, MARKS, 20)
        for side in ("first", "second")
    )
    return Questions(
        queries=queries,
        passages=passages,
        answer=np.tile(np.arange(120), (3, 1)),
        names=tuple(reader.names),
    )
