"""The lab is useful only in a regime: the task is learned, transfer is neither free nor absent.

Fine-tuning is done for real. So is pre-training, unless the published records hold the encoder
that this very code makes: its fingerprint says so, and its weights are checked against it.
"""

from dataclasses import replace

import numpy as np
import pytest
from conftest import PROJECT

from crosslab.evaluation import accuracy, probabilities
from crosslab.finetuning import finetuned
from crosslab.identity.encoders import encoder_run
from crosslab.lab.laboratory import laboratory
from crosslab.lab.tasks import TASKS
from crosslab.layout import PUBLISHED
from crosslab.materials.laboratory import lab_material
from crosslab.methods import method
from crosslab.pretraining import pretrained, restored
from crosslab.records import Store
from crosslab.running import WEIGHTS
from crosslab.scales import study_config

CONFIG = study_config("lab")


def silent(**_):
    pass


@pytest.fixture(scope="module")
def lab():
    return laboratory(CONFIG.lab)


@pytest.fixture(scope="module")
def encoder(lab):
    """The encoder of scale lab, and how it translates words."""
    store, unit = Store(PROJECT / PUBLISHED), encoder_run("lab").unit
    if store.state(unit) == "present":
        weights = (store.folder(unit) / WEIGHTS).read_bytes()
        return restored(lab, CONFIG.encoder, weights), store.answers(unit)
    made = pretrained(lab, CONFIG.encoder, CONFIG.pretrain, silent)
    return made.model, made.translations.to_pandas()


@pytest.mark.slow
def test_words_line_up_across_languages_but_not_all_of_them(encoder):
    _, frame = encoder
    right = (frame["prediction"] == frame["gold"]).groupby(frame["first"]).mean()
    assert 0.4 <= right.mean() <= 0.9
    assert right["bor"] > right["gha"]


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_the_task_is_learned_and_transfer_is_neither_free_nor_absent(lab, encoder, task):
    model, _ = encoder
    material = lab_material(lab, TASKS[task], CONFIG.task)
    tuned = finetuned(
        model,
        method("standard", CONFIG.methods),
        material,
        # looks on the way change nothing that is learned (test_finetuning.py)
        config=replace(CONFIG.finetune, checkpoints=1, oracle_items=None),
        seed=0,
        report=silent,
    )
    reader = material.split("test")
    gold = reader.items.label
    found = {
        key: accuracy(probabilities(tuned.model, reader.pairs(key, key)).argmax(axis=1), gold)
        for key in (lab.config.source, *lab.config.targets)
    }
    source = found.pop(lab.config.source)
    zero_shot = np.mean(list(found.values()))
    chance = np.bincount(gold).max() / len(gold)
    assert source >= 0.88
    assert zero_shot >= chance + 0.08
    assert zero_shot <= source - 0.08
