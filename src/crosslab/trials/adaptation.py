"""Paraphrases of a domain that no labelled item is from: does its raw text help, and where?"""

from transformers import BertForMaskedLM

from crosslab.config import TaskConfig
from crosslab.lab.domains import specialized
from crosslab.lab.items import task_items
from crosslab.lab.paraphrase import TASK
from crosslab.materials.laboratory import Reader
from crosslab.methods.base import Method
from crosslab.methods.preparing import Aligning
from crosslab.trials.classifying import answers, tuned
from crosslab.trials.ground import Ground, Tried
from crosslab.trials.preparing import prepared


def adaptation(
    encoder: BertForMaskedLM, ground: Ground, aligning: tuple[Aligning, ...], method: Method
) -> Tried:
    """Prepare an encoder, fine-tune it on general items and ask it about those of the domain."""
    lab = specialized(ground.lab, ground.config.new_domain)
    sizes = TaskConfig(train=1, dev=1, test=ground.config.items.test, seed=ground.config.items.seed)
    asked = task_items(lab, TASK, sizes)["test"]
    items = task_items(ground.lab, TASK, ground.config.items, apart=asked.identities())
    said = [row for each in (asked.first, asked.second) for row in each.matrix()]
    model = prepared(encoder, ground, aligning, apart=[row.tobytes() for row in said])
    made = tuned(model, ground, TASK, items, method)
    readers = [
        Reader(ground.lab, items["test"], f"{TASK.key}/test"),
        Reader(lab, asked, f"{TASK.key}/{lab.domain}/test"),
    ]
    return Tried(
        answers=answers(made.model, readers, ground.languages),
        metrics={"final_loss": made.losses[-1], "updates": len(made.losses)},
        items={**items, f"{lab.domain} test": asked},
    )
