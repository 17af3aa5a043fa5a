"""A folder gives what it can hold, the hub the rest, and neither stands in for the other."""

import shutil
from types import SimpleNamespace

import pytest

from crosslab.data.catalogue import CARDS
from crosslab.data.folder import folder_source
from crosslab.data.folder_and_hub import FolderAndHub, source_of
from crosslab.data.hub import HubSource
from crosslab.data.loading import labelled_pairs
from crosslab.data.manifest import write_manifest
from crosslab.errors import DataError


class Rows(dict):
    def __init__(self, columns):
        super().__init__(columns)
        self.column_names = list(columns)
        self.info = SimpleNamespace(download_checksums={})


@pytest.fixture
def both(source):
    """A folder and a hub that has two rows of everything."""
    asked = []

    def load(name, config, **options):
        asked.append((name, config, options["split"]))
        return Rows(
            {"sentence1": ["a", "b"], "sentence2": ["c", "d"], "label": [0, 1], "id": [1, 2]}
        )

    return source_of(source, HubSource(load)), asked


def test_what_a_folder_holds_comes_from_it(both, source):
    there, asked = both
    languages = ["en", "de"]
    found, known = (labelled_pairs(each, "pawsx", "test", languages) for each in (there, source))
    assert (found.first, found.own_ids) == (known.first, known.own_ids)
    assert there.revision(CARDS["pawsx"]) == source.revision(CARDS["pawsx"])
    assert not asked


def test_what_no_folder_can_hold_comes_from_the_hub(both):
    there, asked = both
    table = there.tables(CARDS["pawsx"], "train", ["en"])["en"]
    assert table.columns["first"] == ("a", "b")
    assert asked == [("google-research-datasets/paws-x", "en", "train")]
    assert there.has(CARDS["pawsx"], "train", "en")
    assert not there.has(CARDS["pawsx"], "train", "de")


def test_a_file_that_is_gone_from_a_folder_is_not_fetched_in_silence(folder, both, edited):
    _, asked = both
    (folder / "pawsx/test-de.tsv").unlink()
    there = FolderAndHub(edited("pawsx/ids.tsv", lambda text: text), both[0].hub)
    with pytest.raises(DataError, match=r"test-de\.tsv"):
        there.tables(CARDS["pawsx"], "test", ["de"])
    assert not asked


def test_a_data_set_that_a_folder_has_nothing_of_comes_from_the_hub(folder, both):
    shutil.rmtree(folder / "pawsx")
    write_manifest(folder)
    there = FolderAndHub(folder_source(folder), both[0].hub)
    assert there.tables(CARDS["pawsx"], "test", ["de"])["de"].columns["first"] == ("a", "b")
    assert there.revision(CARDS["pawsx"]) == CARDS["pawsx"].hub.revision


def test_what_the_hub_does_not_have_is_missed_in_the_folder(folder, both):
    shutil.rmtree((folder / CARDS["neighbours"].file("all", "en")).parent)
    write_manifest(folder)
    there = FolderAndHub(folder_source(folder), both[0].hub)
    with pytest.raises(DataError, match="neighbours"):
        there.revision(CARDS["neighbours"])


def test_without_a_folder_there_is_the_hub_alone():
    assert isinstance(source_of(None), HubSource)
