import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from made_up_data import write_made_up_data

from crosslab.data.folder import FolderSource, folder_source
from crosslab.data.manifest import write_manifest

Change = Callable[[str], str]
Edit = Callable[[str, Change], FolderSource]


@pytest.fixture(scope="session")
def made_up_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every data set there is a card of, made up; never to be written to."""
    return write_made_up_data(tmp_path_factory.mktemp("made-up") / "data")


@pytest.fixture(scope="session")
def source(made_up_folder: Path) -> FolderSource:
    return folder_source(made_up_folder)


@pytest.fixture
def folder(made_up_folder: Path, tmp_path: Path) -> Path:
    """A copy of the made-up folder that a test may do anything to."""
    return shutil.copytree(made_up_folder, tmp_path / "data")


@pytest.fixture
def edited(folder: Path) -> Edit:
    """Change the text of a file, list it as it is then, and give the folder as a source."""

    def edit(path: str, change: Change) -> FolderSource:
        target = folder / path
        target.write_text(change(target.read_text(encoding="utf-8")), encoding="utf-8")
        write_manifest(folder)
        return folder_source(folder)

    return edit
