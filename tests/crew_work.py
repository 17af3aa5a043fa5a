"""What processes of a crew do in tests; they find it by name, so it is a module of its own."""

import os
from dataclasses import replace
from functools import partial

import torch

from crosslab.bookmarks import FileBookmark
from crosslab.config import TaskConfig
from crosslab.errors import DataError
from crosslab.finetuning import finetuned
from crosslab.lab.tasks import TASKS
from crosslab.materials.laboratory import lab_material
from crosslab.methods import method
from crosslab.scales import study_config

CONFIG = replace(study_config("smoke").finetune, epochs=2, checkpoints=2, accumulation=4)


class KilledError(Exception):
    """Stands for a machine that goes away."""


def fine_tuned(encoder, lab, crew, *, key, path=None, killed_at=None):  # noqa: PLR0913
    """Fine-tune in one of the processes; return what came of it as plain data."""
    material = lab_material(lab, TASKS["nli"], TaskConfig(train=150, dev=20, test=1))

    def report(*, done, total, loss):
        if done == killed_at:
            raise KilledError

    tuned = finetuned(
        encoder,
        method(key, study_config("smoke").methods),
        material,
        config=CONFIG,
        seed=0,
        report=report,
        crew=crew,
        bookmarking=partial(FileBookmark, path, 1, crew=crew) if path else None,
    )
    return tuned.losses, tuned.history, tuned.model.state_dict()


def places(crew):
    return crew.rank, [int(each) for each in crew.gathered(torch.tensor(crew.rank))], os.getpid()


def refusing(crew):
    if crew.rank:
        raise DataError(["one thing is wrong", "and another"])
    return crew.rank


def breaking(crew):
    raise ZeroDivisionError(f"in process {crew.rank}")
