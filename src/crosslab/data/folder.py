"""A local folder as a source of data: every file is proven before it is used."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crosslab.data.cards import Card
from crosslab.data.checks import place_problems, refuse, some
from crosslab.data.manifest import (
    BROKEN_GZIP,
    MANIFEST,
    WRITE_ANEW,
    ListedFile,
    lines_of,
    read_manifest,
    unpacked,
)
from crosslab.data.sources import Document, Table
from crosslab.errors import DataError
from crosslab.provenance import digest, digest_of


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder in the layout that the cards describe; made by ``folder_source``."""

    folder: Path
    listed: dict[str, ListedFile] = field(repr=False)

    def __str__(self) -> str:
        return f"folder {self.folder}"

    def has(self, card: Card, split: str, language: str) -> bool:
        """Whether the folder lists the file of a language."""
        return language in card.splits[split].rows and card.file(split, language) in self.listed

    def holds(self, card: Card) -> bool:
        """Whether the folder lists anything of a data set, or nobody else could have it."""
        return card.hub is None or any(path in self.listed for path in card.files())

    def revision(self, card: Card) -> str:
        """Return the SHA-256 over the card's files that the folder lists; none is read.

        Raises:
            DataError: The folder lists no file of the card.
        """
        files = [self.listed[path] for path in card.files() if path in self.listed]
        if not files:
            raise DataError(self._lacks(card, card.files()))
        return digest_of([[each.path, each.sha256] for each in files])

    def differences(self, card: Card) -> list[str]:
        """Return in what the folder is not the one that published runs used."""
        found = [
            f"{path} is not listed in {self.folder / MANIFEST}."
            for path in card.files()
            if path not in self.listed
        ]
        for name, split in card.splits.items():
            for language, rows in split.rows.items():
                listed = self.listed.get(card.file(name, language))
                if listed is not None and listed.rows != rows:
                    found.append(f"{listed.path} has {listed.rows} rows, the card says {rows}.")
        if not found and self.revision(card) != card.published_revision:
            found.append(
                f"The files of '{card.key}' in {self.folder} have revision {self.revision(card)}; "
                f"published runs used {card.published_revision}."
            )
        return found

    def tables(self, card: Card, split: str, languages: Sequence[str]) -> dict[str, Table]:
        """Return the rows of a split in some languages, each file read once.

        Raises:
            DataError: A file is missing, altered, damaged or not laid out as the card says.
        """
        refuse(place_problems(card, split, languages))
        what = card.splits[split]
        contents = self._contents(card, split, languages, extra=[what.ids] if what.ids else [])
        ids_file = self.folder / what.ids
        ids = _own_ids(contents[what.ids], split, path=ids_file) if what.ids else ()
        columns = (_wide if what.wide else _narrow)(card, split, contents, folder=self.folder)
        found: dict[str, Table] = {}
        problems: list[str] = []
        for language in languages:
            path = card.file(split, language)
            try:
                found[language] = Table(
                    place=str(self.folder / path),
                    columns=columns(language),
                    expected=self.listed[path].rows,
                    first_line=1 + what.header,
                    codes=card.codes,
                    ids=ids,
                )
            except DataError as error:
                problems += error.problems
        refuse(problems)
        return found

    def documents(self, card: Card, split: str, languages: Sequence[str]) -> dict[str, Document]:
        """Return the JSON of a split in some languages.

        Raises:
            DataError: A file is missing, altered, damaged or no JSON.
        """
        contents = self._contents(card, split, languages)
        found: dict[str, Document] = {}
        problems: list[str] = []
        for language in languages:
            path = card.file(split, language)
            try:
                content = json.loads(contents[path])
            except ValueError as error:
                problems.append(f"{self.folder / path} is no JSON: {error}. Restore the file.")
                continue
            found[language] = Document(
                place=str(self.folder / path), content=content, expected=self.listed[path].rows
            )
        refuse(problems)
        return found

    def _contents(
        self, card: Card, split: str, languages: Sequence[str], extra: Iterable[str] = ()
    ) -> dict[str, str]:
        """Return the text of every file that is needed, all of them proven."""
        refuse(place_problems(card, split, languages))
        if card.splits[split].absent:
            raise DataError(
                f"'{card.key}' {split} is in no folder. {card.splits[split].absent} Without "
                f"--data, it is loaded from the hub."
            )
        paths = [*dict.fromkeys([card.file(split, each) for each in languages]), *extra]
        missing = [path for path in paths if path not in self.listed]
        if missing:
            raise DataError(self._lacks(card, missing))
        texts: dict[str, str] = {}
        problems: list[str] = []
        for path in paths:
            try:
                texts[path] = self._text(self.listed[path])
            except DataError as error:
                problems += error.problems
        refuse(problems)
        return texts

    def _lacks(self, card: Card, paths: Sequence[str]) -> str:
        there = [path for path in card.files() if path in self.listed]
        return (
            f"{self.folder / MANIFEST} does not list {some(paths)}, which '{card.key}' needs; of "
            f"its files it lists {some(there) or 'none'}. Ask for what is there, or put the files "
            f"there and list them: {WRITE_ANEW} {self.folder}"
        )

    def _text(self, listed: ListedFile) -> str:
        path = self.folder / listed.path
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise DataError(
                f"{path} is listed in {MANIFEST}, but is not there. Restore it."
            ) from error
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}.") from error
        sha256 = digest(content)
        if sha256 != listed.sha256:
            raise DataError(
                _altered(path, self.folder, content=content, sha256=sha256, listed=listed)
            )
        try:
            return unpacked(content, listed.path).decode("utf-8")
        except BROKEN_GZIP as error:
            raise DataError(
                f"{path} is a broken gzip file ({error}), and was so when it was listed. Fetch it "
                f"again and list it: {WRITE_ANEW} {self.folder}"
            ) from error
        except UnicodeDecodeError as error:
            raise DataError(
                f"{path} is not UTF-8 at byte {error.start}. Convert it and list it: "
                f"{WRITE_ANEW} {self.folder}"
            ) from error


def folder_source(folder: Path) -> FolderSource:
    """Return a folder as a source of data; its manifest is read, and nothing else yet.

    Raises:
        DataError: It has no manifest, or one that is not as it should be.
    """
    return FolderSource(folder, read_manifest(folder))


def _altered(path: Path, folder: Path, *, content: bytes, sha256: str, listed: ListedFile) -> str:
    broken = ""
    if path.suffix == ".gz":
        try:
            unpacked(content, listed.path)
        except BROKEN_GZIP as error:
            broken = f" It is a broken gzip file ({error})."
    cut = " It may have been cut off." if len(content) < listed.bytes else ""
    return (
        f"{path} has {len(content)} bytes with SHA-256 {sha256}, but {MANIFEST} lists "
        f"{listed.bytes} bytes with SHA-256 {listed.sha256}.{broken or cut} Restore the file; if "
        f"the change is meant, list it as it is: {WRITE_ANEW} {folder}"
    )


def _narrow(
    card: Card, split: str, contents: Mapping[str, str], *, folder: Path
) -> Callable[[str], dict[str, tuple[str, ...]]]:
    """Return what gives the columns of a language, each language having a file of its own."""
    what = card.splits[split]

    def columns(language: str) -> dict[str, tuple[str, ...]]:
        path = card.file(split, language)
        lines = lines_of(contents[path])[what.header :]
        if len(what.columns) == 1:
            return {what.columns[0]: tuple(lines)}
        rows = [line.split("\t") for line in lines]
        return _columns(rows, what.columns, path=folder / path, header=what.header)

    return columns


def _wide(
    card: Card, split: str, contents: Mapping[str, str], *, folder: Path
) -> Callable[[str], dict[str, tuple[str, ...]]]:
    """Return what gives the column of a language, one file holding all of them."""
    what = card.splits[split]
    header, *lines = lines_of(contents[what.file])
    names = tuple(header.split("\t"))
    every = _columns(
        [line.split("\t") for line in lines], names, path=folder / what.file, header=True
    )

    def columns(language: str) -> dict[str, tuple[str, ...]]:
        code = card.code(language)
        if code not in every:
            raise DataError(
                f"{folder / what.file} has no column '{code}' for '{language}'; it has "
                f"{' '.join(names)}. Leave the language out, or restore the file."
            )
        return {what.columns[0]: every[code]}

    return columns


def _columns(
    rows: Sequence[Sequence[str]], names: tuple[str, ...], *, path: Path, header: bool
) -> dict[str, tuple[str, ...]]:
    """Return rows as columns, all of them being of the same width."""
    width = len(names)
    odd = [number for number, row in enumerate(rows) if len(row) != width]
    if odd and names[-1] == "label" and all(len(row) == width - 1 for row in rows):
        raise DataError(
            f"{path} has no labels: {width - 1} columns instead of {', '.join(names)}. The test "
            f"files of XTREME come without; use files with labels."
        )
    if odd:
        where = [f"line {number + 1 + header} has {len(rows[number])}" for number in odd]
        raise DataError(
            f"{path} must have {width} columns separated by tabs, but {some(where)}. Correct "
            f"these lines."
        )
    columns: list[tuple[str, ...]] = list(zip(*rows, strict=True)) or [()] * width
    return dict(zip(names, columns, strict=True))


def _own_ids(text: str, split: str, *, path: Path) -> tuple[str, ...]:
    """Return the id of every row of a split, from a list of split, row and id."""
    rows = [line.split("\t") for line in lines_of(text)[1:]]
    columns = _columns(rows, ("split", "row", "id"), path=path, header=True)
    pairs = zip(columns["split"], columns["row"], columns["id"], strict=True)
    here = {row: name for part, row, name in pairs if part == split}
    ids = tuple(here.get(str(row), "") for row in range(len(here)))
    if "" in ids:
        raise DataError(
            f"{path} must number the rows of '{split}' from 0 on; row {ids.index('')} is missing."
        )
    return ids
