"""The indexes asked for one citation by its identifier, frozen like a search."""

from collections.abc import Generator
from pathlib import Path

from crosslab.literature.asking import Asking
from crosslab.literature.citations import COVER, Finding, Reference, asked_by, finding
from crosslab.literature.freezing import CITATIONS, freeze, frozen, frozen_folder
from crosslab.literature.gathering import Access, gathered
from crosslab.literature.sources import SOURCES
from crosslab.literature.sources.base import Item, Source


def looked_up(
    reference: Reference, *, results: Path, access: Access | None = None, again: bool = False
) -> dict[str, Finding]:
    """Return what each index that covers the identifier says; what is frozen is not asked again.

    Raises:
        StoreError: A frozen answer is damaged, or cannot be written.
    """
    question = asked_by(reference)
    if question is None:
        return {}
    kind, identifier = question
    query = f"{kind}:{identifier}"
    folder = frozen_folder(results / CITATIONS, query, 1)
    sources = [each for each in SOURCES.values() if each.key in COVER[kind]]
    there = {each.key: frozen(folder, each.key) for each in sources}

    def items(each: Source, asking: Asking) -> Generator[Item, None, None]:
        item = each.item(kind, identifier, asking)
        yield from () if item is None else (item,)

    missing = [each for each in sources if again or there[each.key] is None]
    for answer in gathered(missing, items, access or Access(), query=query, limit=1):
        there[answer.source] = freeze(folder, answer)
    return {key: finding(answer) for key, answer in there.items() if answer is not None}
