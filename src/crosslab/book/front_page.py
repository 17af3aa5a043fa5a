"""What the front page takes from records: the answer in short, and all methods side by side."""

from collections.abc import Mapping, Sequence
from typing import Final

from crosslab.audit.occurrences import occurrences
from crosslab.book.forest import forest_table
from crosslab.chapters import RUNGS_CHAPTER, TRANSFER, chapters
from crosslab.claims import Rung, Verdict, claims
from crosslab.errors import StoreError
from crosslab.evidence import Evidence, gathered
from crosslab.layout import EXECUTED, PUBLISHED
from crosslab.numerals import listed
from crosslab.prose.method_tables import plain_first_words, tasks_table, tasks_words
from crosslab.prose.render import claim_link
from crosslab.prose.rung_tables import arms_words
from crosslab.records import Store
from crosslab.rungs import SCALE, TASKS, rungs

_CHAPTERS: Final = f"{EXECUTED.name}/"


def answer(store: Store, found: Sequence[Verdict]) -> str:
    """Return the answer so far: the verdicts, whose runs they are, and what was not run."""
    whose = (
        "the published runs"
        if store.root == PUBLISHED
        else f"the runs in `{store.root}/` on this machine"
    )
    return (
        f"```{{raw}} html\n{forest_table(found)}\n```\n\n{in_short(found)}\n\n"
        f"Numbers are accuracy points, from {whose} or from what is in print."
    )


def printed(found: Sequence[Verdict]) -> str:
    """Return the claims of the answer in the words of the reports."""
    places, judged = occurrences(), {each.claim_id for each in found}
    return "\n".join(
        f"- {claim_link(claim, base='.')}, in {len(places[claim.claim_id])} reports: "
        f"“{claim.quote}”"
        for claim in claims()
        if claim.claim_id in judged
    )


# What each rung is a rung of, as the beginning of a sentence.
_RUN_WITH: Final[Mapping[Rung, str]] = {
    "paper": "With the encoders and the data of the paper",
    "bench": "On PAWS-X and XNLI, with a small English encoder made multilingual here",
    "lab": "On invented languages, with a small encoder pre-trained here",
}


def in_short(found: Sequence[Verdict]) -> str:
    """Return what the runs of each rung came to, in a sentence each, and what was not run."""
    names = {claim.claim_id: claim.name.lower() for claim in claims()}
    said = []
    for rung, beginning in _RUN_WITH.items():
        there = [each for each in found if each.rung == rung and each.estimate is not None]
        ends = dict.fromkeys(each.replication for each in there)
        every = [
            f"{listed([names[v.claim_id] for v in there if v.replication == end])} **{end}**"
            for end in ends
        ]
        if every:
            plain = plain_first_words(rung, base=_CHAPTERS)
            said.append(f"- {beginning} (`{rung}`): {'; '.join(every)}. {plain}".rstrip())
    if not any(each.rung == "paper" and each.estimate is not None for each in found):
        said.append("- Nothing was run on mBERT or XLM-R, which the claims are about.")
    return "\n".join(said)


def methods(store: Store, scale: str) -> str:
    """Return what all methods gain on targets, or why that cannot be said.

    The table is of one scale; of real languages it is said which are ahead, if they were run.
    """
    try:
        found = [gathered(store, scale, name) for name in TRANSFER]
    except StoreError as error:
        return f"Not all methods can be compared: {error}"
    return "\n\n".join(
        [tasks_words(found), *_elsewhere(store, scale), tasks_table(found), _seeds_words(found)]
    )


def _elsewhere(store: Store, scale: str) -> list[str]:
    """Return which methods are ahead on real languages, where another scale is shown."""
    if scale == SCALE or not store.has_study(SCALE):
        return []
    found = rungs(store)
    there = RUNGS_CHAPTER in {each.name for each in chapters()}
    more = f" [Every arm of it]({_CHAPTERS}{RUNGS_CHAPTER}.ipynb)." if there else ""
    each = " ".join(arms_words(found, task) for task in TASKS)
    return [f"On rung `{SCALE}`, in real languages: {each}{more}"]


def _seeds_words(found: Sequence[Evidence]) -> str:
    """Return what the numbers are of, and what is missing."""
    seeds = " and ".join(f"{len(each.outcomes.seeds)} on {each.task()}" for each in found)
    missing = [unit.label for each in found for unit in each.missing]
    said = (
        "Accuracy points on targets, 95 % intervals over seeds and items; p is one-sided, after "
        f"Holm over the methods of a task; seeds: {seeds}."
    )
    return said + (f" Missing runs: {', '.join(missing)}." if missing else "")
