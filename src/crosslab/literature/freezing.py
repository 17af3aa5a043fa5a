"""What a source answered, frozen: one file per source and question.

A search is read from these files for as long as they are there, so a re-run gives the
same without network. Not requests-cache: two of the clients (habanero, semanticscholar)
speak httpx, which it cannot cover, and it would keep addresses and headers - keys with
them - where a reader wants to see works. A failure is frozen too: a source that was not
there stays away until somebody refreshes the search, or the same command would give
different numbers on different days. Each file carries its own checksum.
"""

import json
import re
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from crosslab.checksums import PLACE, own_checksum_holds, with_own_checksum
from crosslab.entries import validation_problems
from crosslab.errors import StoreError
from crosslab.literature.answers import Answer, State, sha256_of
from crosslab.records import write_text

SEARCHES: Final = "literature"
CITATIONS: Final = "literature/citations"  # one work asked for by its identifier
_SUBJECT_LETTERS: Final = 48
_TOLD_APART_BY: Final = 8  # hexadecimal digits
_WORTH: Final[dict[State, int]] = {"unavailable": 0, "partial": 1, "answered": 2}


def frozen_folder(below: Path, query: str, limit: int) -> Path:
    """Return where the answers to a question lie.

    The words make the name readable; the digits tell questions apart that share them.

    Example:
        >>> frozen_folder(Path("runs"), "Zero-shot transfer", 50).name
        'zero-shot-transfer-b827df10'
    """
    words = re.sub(r"[^a-z0-9]+", "-", query.casefold()).strip("-")[:_SUBJECT_LETTERS].strip("-")
    told_apart = sha256_of([query, limit])[:_TOLD_APART_BY]
    return below / f"{words or 'query'}-{told_apart}"


def frozen(folder: Path, source: str) -> Answer | None:
    """Return the frozen answer of a source, or None where there is none.

    Raises:
        StoreError: The file is damaged, or holds another source's answer.
    """
    path = folder / f"{source}.json"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}.") from error
    advice = "Move it away and ask again; the answer it held is not used."
    try:
        values = json.loads(content)
        checksum = values.pop("checksum")
        answer = Answer.model_validate_json(json.dumps(values))
    except ValidationError as error:
        problems = "; ".join(validation_problems(error)).rstrip(".")
        raise StoreError(f"{path} is damaged: {problems}. {advice}") from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise StoreError(f"{path} is damaged: it is no frozen answer. {advice}") from error
    if not own_checksum_holds(content, checksum):
        raise StoreError(f"{path} is damaged: its checksum does not hold. {advice}")
    place = frozen_folder(folder.parent, answer.query, answer.limit)
    if answer.source != source or place != folder:
        raise StoreError(f"{path} is damaged: it answers another question. {advice}")
    return answer


def freeze(folder: Path, answer: Answer) -> Answer:
    """Keep an answer unless a better one is there, and return the one that stands."""
    older = frozen(folder, answer.source)
    if older is not None and _WORTH[older.state] > _WORTH[answer.state]:
        return older
    values = answer.model_dump(mode="json") | {"checksum": PLACE}
    text = json.dumps(values, indent=1, ensure_ascii=False) + "\n"
    write_text(folder / f"{answer.source}.json", with_own_checksum(text))
    return answer


def frozen_citations(results: Path) -> dict[str, dict[str, Answer]]:
    """Return what indexes answered when they were asked for one work, by what they were asked.

    Raises:
        StoreError: Files are damaged; all of them are named.
    """
    found: dict[str, dict[str, Answer]] = {}
    for answer in _every(results / CITATIONS, "*/*.json"):
        found.setdefault(answer.query, {})[answer.source] = answer
    return found


def frozen_questions(results: Path) -> list[tuple[str, int, tuple[str, ...]]]:
    """Return every search that was made: query, limit and the sources, in a fixed order.

    Raises:
        StoreError: Files are damaged; all of them are named.
    """
    found: dict[tuple[str, int], list[str]] = {}
    for answer in _every(results / SEARCHES, "*-*/*.json"):
        found.setdefault((answer.query, answer.limit), []).append(answer.source)
    return [(query, limit, tuple(sources)) for (query, limit), sources in found.items()]


def _every(folder: Path, pattern: str) -> list[Answer]:
    """Return every frozen answer below a folder, or refuse with all that are damaged."""
    found: list[Answer] = []
    problems: list[str] = []
    for path in sorted(folder.glob(pattern)):
        try:
            answer = frozen(path.parent, path.stem)
        except StoreError as error:
            problems += error.problems
            continue
        if answer is not None:
            found.append(answer)
    if problems:
        raise StoreError(problems)
    return found
