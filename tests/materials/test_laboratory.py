from crosslab.config import TaskConfig
from crosslab.lab.items import task_items
from crosslab.lab.nli import TASK
from crosslab.materials.laboratory import Reader


def test_the_first_few_items_are_said_in_the_words_that_they_are_said_in_among_all(smoke_lab):
    items = task_items(smoke_lab, TASK, TaskConfig(train=60, dev=1, test=1))["train"]
    reader = Reader(smoke_lab, items, "nli/train")
    few = reader.few(10)
    assert len(few.items) == len(few.labels) == len(few.names) == 10
    assert few.names == reader.names[:10]
    assert (few.labels == reader.labels[:10]).all()
    for side in ("first", "second"):
        assert few.ids(side, "gha") == reader.ids(side, "gha")[:10]
    assert few.few(99).ids("first", "ave") == few.ids("first", "ave")
