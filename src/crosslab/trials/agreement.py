"""Are answers the same in every language? On items as they come, and on items made hard."""

from transformers import BertForMaskedLM

from crosslab.lab.items import task_items
from crosslab.lab.nli import TASK
from crosslab.lab.pairs import Pairs
from crosslab.materials.laboratory import Reader
from crosslab.methods.base import Method
from crosslab.methods.preparing import Aligning
from crosslab.trials.alignment import alignment_table
from crosslab.trials.classifying import answers, tuned
from crosslab.trials.ground import Ground, Tried
from crosslab.trials.preparing import prepared


def agreement(
    encoder: BertForMaskedLM,
    ground: Ground,
    aligning: tuple[Aligning, ...],
    method: Method,
    collected: Pairs,
) -> Tried:
    """Align an encoder, fine-tune it on the source and ask the same items in every language."""
    model = prepared(encoder, ground, aligning)
    table = alignment_table(model, ground)
    items = task_items(ground.lab, TASK, ground.config.items, apart=collected.identities())
    made = tuned(model, ground, TASK, items, method)
    readers = [
        Reader(ground.lab, items["test"], f"{TASK.key}/test"),
        Reader(ground.lab, collected, f"{TASK.key}/collected"),
    ]
    return Tried(
        answers=answers(made.model, readers, ground.languages),
        metrics={"final_loss": made.losses[-1], "updates": len(made.losses)},
        items={**items, "collected": collected},
        tables={"alignment": table},
    )
