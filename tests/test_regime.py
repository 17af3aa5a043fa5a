"""The lab is useful only in a regime: the task is learned, transfer is neither free nor absent."""

import numpy as np
import pytest
import torch

from crosslab.config import study_config
from crosslab.finetuning import finetuned
from crosslab.lab.laboratory import laboratory
from crosslab.lab.tasks import TASKS
from crosslab.methods import METHODS
from crosslab.pretraining import pretrained
from crosslab.running import summary

CONFIG = study_config("lab")


def silent(**_):
    pass


@pytest.fixture(scope="module")
def lab():
    return laboratory(CONFIG.lab)


@pytest.fixture(scope="module")
def encoder(lab):
    torch.set_num_threads(CONFIG.pretrain.threads)
    return pretrained(lab, CONFIG.encoder, CONFIG.pretrain, silent)


@pytest.mark.slow
def test_words_line_up_across_languages_but_not_all_of_them(encoder):
    frame = encoder.translations.to_pandas()
    right = (frame["prediction"] == frame["gold"]).groupby(frame["first"]).mean()
    assert 0.4 <= right.mean() <= 0.9
    assert right["bor"] > right["gha"]


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_the_task_is_learned_and_transfer_is_neither_free_nor_absent(lab, encoder, task):
    tuned = finetuned(
        encoder.model,
        METHODS["standard"],
        lab,
        task=TASKS[task],
        sizes=CONFIG.task,
        config=CONFIG.finetune,
        seed=0,
        report=silent,
    )
    found = summary(tuned.answers.to_pandas(), lab.config.source)
    labels = tuned.items["test"].label
    chance = np.bincount(labels).max() / len(labels)
    assert found["source_accuracy"] >= 0.88
    assert found["zero_shot_macro_accuracy"] >= chance + 0.08
    assert found["zero_shot_macro_accuracy"] <= found["source_accuracy"] - 0.08
