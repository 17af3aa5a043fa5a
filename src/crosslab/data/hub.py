"""The model hub as a source of data, at the commits that the cards name.

The libraries of the hub are imported when something is loaded and not before: the rest
of the package works without them and without a network. Their many errors come down to
a few that a person can do something about.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from crosslab.data.cards import LANGUAGE, Card, Hub
from crosslab.data.checks import place_problems, refuse
from crosslab.data.sources import Document, Table
from crosslab.errors import DataError

OTHERWISE: Final = "Or give a local folder: --data DIR."

# What would end a field or a line in a folder is a space there, and so it is here.
_ENDS: Final = str.maketrans(dict.fromkeys("\t\r\n\u2028\u0085", " "))

# What a failure is called in the libraries, by class or in words, and what to do about it.
_REMEDIES: Final = (
    (
        ("GatedRepoError", "is a gated dataset"),
        "is given only to those who accept its terms. Accept them on its page, and set HF_TOKEN to "
        "a token of yours.",
    ),
    (
        ("RevisionNotFoundError", "Revision '"),
        "has no commit {revision} any more. Compare the newest one with the card, then change the "
        "card's revision.",
    ),
    (
        ("OfflineModeIsEnabled", "offline mode is enabled"),
        "is not on this machine, and HF_HUB_OFFLINE forbids to fetch it. Unset it.",
    ),
    (
        ("ConnectionError", "ConnectError", "ConnectTimeout", "TimeoutException", "Couldn't reach"),
        "cannot be reached. Check the network; HF_ENDPOINT names another address of the hub.",
    ),
    (
        ("RepositoryNotFoundError", "DatasetNotFoundError", "doesn't exist on the Hub"),
        "is not on the hub: moved, renamed or made private. Find its new name and change the card; "
        "if it is private, set HF_TOKEN.",
    ),
    (
        ("Dataset scripts are no longer supported",),
        "is a loading script at this commit, which the library no longer runs. Change the card to "
        "a commit that holds data.",
    ),
    (
        ("BuilderConfig '", "Unknown split", "DataFilesNotFoundError"),
        "has no '{config}' with a split '{split}' at commit {revision}. Change the card to what "
        "is there.",
    ),
)


def _load(*arguments: Any, **options: Any) -> Any:
    from datasets import load_dataset

    return load_dataset(*arguments, **options)


def _newest(name: str) -> str:
    from huggingface_hub import HfApi

    return str(HfApi().dataset_info(name).sha)


@dataclass(frozen=True, slots=True)
class HubSource:
    """The hub; ``load`` and ``newest`` are the libraries' own unless others are given."""

    load: Callable[..., Any] = _load
    newest: Callable[[str], str] = _newest
    _resolved: dict[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return "the hub"

    def has(self, card: Card, split: str, language: str) -> bool:
        """Whether the card says that a language is on the hub."""
        there = card.hub is not None and split in card.hub.splits
        return there and language in card.splits[split].rows

    def revision(self, card: Card) -> str:
        """Return the commit that is loaded: the card's, or else the newest, asked for once.

        Raises:
            DataError: The data set is not on the hub, or the hub cannot be asked.
        """
        hub = _hub_of(card)
        if hub.revision is not None:
            return hub.revision
        if hub.name not in self._resolved:
            try:
                self._resolved[hub.name] = self.newest(hub.name)
            except Exception as error:
                raise DataError(explained(error, hub, revision="newest")) from error
        return self._resolved[hub.name]

    def tables(self, card: Card, split: str, languages: Sequence[str]) -> dict[str, Table]:
        """Return the rows of a split in some languages.

        Raises:
            DataError: The data set is not there, not reachable, or not as the card says.
        """
        refuse(place_problems(card, split, languages))
        hub = _hub_of(card)
        if split not in hub.splits:
            raise DataError(f"'{card.key}' {split} is not on the hub. {OTHERWISE}")
        found: dict[str, Table] = {}
        problems: list[str] = []
        for language in languages:
            try:
                found[language] = self._table(card, hub, split=split, language=language)
            except DataError as error:
                problems += error.problems
                if not _of_one_part(error.__cause__):
                    break  # the next language would only fail, or wait, in the same way
        refuse(problems)
        return found

    def documents(self, card: Card, split: str, languages: Sequence[str]) -> dict[str, Document]:
        """Refuse: no data set that is made of documents is on the hub.

        Raises:
            DataError: Always.
        """
        refuse(place_problems(card, split, languages))
        _hub_of(card)
        raise DataError(f"'{card.key}' cannot be loaded from the hub. {OTHERWISE}")

    def _table(self, card: Card, hub: Hub, *, split: str, language: str) -> Table:
        config = hub.config.replace(LANGUAGE, hub.languages.get(language, language))
        revision = self.revision(card)
        options = {"split": hub.splits[split], "revision": revision}
        try:
            data = self.load(hub.name, config, **options)
        except Exception as error:
            message = explained(
                error, hub, revision=revision, config=config, split=hub.splits[split]
            )
            raise DataError(message) from error
        place = f"{hub.name}/{config}/{hub.splits[split]} on the hub"
        refuse([*_layout_problems(data, hub, place=place), *_commit_problems(data, hub, revision)])
        columns = {
            ours: tuple(_plain(value) for value in data[theirs])
            for ours, theirs in hub.columns.items()
        }
        ids = columns.pop("id", ())
        expected = card.splits[split].rows[language]
        return Table(place=place, columns=columns, expected=expected, codes=hub.codes, ids=ids)


def explained(error: Exception, hub: Hub, **where: str) -> str:
    """Return in one line what is wrong with a data set on the hub, and what to do."""
    signs = " ".join(f"{type(each).__name__}: {each}" for each in _chain(error))
    for wanted, remedy in _REMEDIES:
        if any(sign in signs for sign in wanted):
            known = {"revision": "", "config": "", "split": "", **where}
            return f"'{hub.name}' {remedy.format(**known)} {OTHERWISE}"
    first = str(error).partition("\n")[0] or type(error).__name__
    return f"'{hub.name}' could not be loaded from the hub: {first}. {OTHERWISE}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it was raised from; the libraries wrap theirs several times."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _of_one_part(error: BaseException | None) -> bool:
    """Whether a failure says something of one configuration only."""
    return error is None or isinstance(error, ValueError)


def _hub_of(card: Card) -> Hub:
    if card.hub is None:
        raise DataError(f"'{card.key}' cannot be loaded from the hub. {card.no_hub} {OTHERWISE}")
    return card.hub


def _layout_problems(data: Any, hub: Hub, *, place: str) -> list[str]:
    missing = [name for name in hub.columns.values() if name not in data.column_names]
    if not missing:
        return []
    return [
        f"{place} has no column {', '.join(missing)}; it has {', '.join(data.column_names)}. "
        f"Change the card to what is there. {OTHERWISE}"
    ]


def _commit_problems(data: Any, hub: Hub, revision: str) -> list[str]:
    """Whether rows are of the commit asked for: without a network, the library takes any it has."""
    address = f"hf://datasets/{hub.name}@"
    fetched = getattr(getattr(data, "info", None), "download_checksums", None) or {}
    commits = {
        each.removeprefix(address).split("/")[0] for each in fetched if each.startswith(address)
    }
    if commits <= {revision}:
        return []
    return [
        f"'{hub.name}' is on this machine at commit {', '.join(sorted(commits))} and was asked for "
        f"at {revision}. Load it once with a network. {OTHERWISE}"
    ]


def _plain(value: Any) -> str:
    return str(value).translate(_ENDS)
