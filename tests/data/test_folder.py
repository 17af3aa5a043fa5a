import gzip
import json
from pathlib import Path

import pytest

from crosslab.data.catalogue import CARDS
from crosslab.data.folder import folder_source
from crosslab.data.loading import labelled_pairs, parallel, questions, texts
from crosslab.data.manifest import WRITE_ANEW, main, read_manifest, write_manifest
from crosslab.errors import DataError
from crosslab.provenance import digest


def refusal(call, *arguments, **options):
    with pytest.raises(DataError) as caught:
        call(*arguments, **options)
    return caught.value


def without_entry(folder, path):
    manifest = folder / "manifest.json"
    content = json.loads(manifest.read_text())
    content["files"] = [each for each in content["files"] if each["path"] != path]
    manifest.write_text(json.dumps(content))


def test_an_altered_file_is_named_with_both_hashes_and_the_remedy(folder):
    path = folder / "xnli/dev-de.tsv"
    before = path.read_bytes()
    after = before.replace(b"entailment", b"Entailment", 1)
    path.write_bytes(after)
    error = refusal(labelled_pairs, folder_source(folder), "xnli", "dev", ["de"])
    for expected in (str(path), digest(before), digest(after), "Restore", f"{WRITE_ANEW} {folder}"):
        assert expected in str(error)


def test_a_truncated_file_is_refused_although_its_rows_could_be_read(folder):
    path = folder / "xnli/dev-de.tsv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    error = refusal(labelled_pairs, folder_source(folder), "xnli", "dev", ["de"])
    assert "cut off" in str(error)


def test_a_gzip_file_that_broke_off_is_said_to_be_broken(folder):
    path = folder / "rawtext/de/tatoeba.txt.gz"
    path.write_bytes(path.read_bytes()[:-20])
    error = refusal(texts, folder_source(folder), "de")
    assert "broken gzip file" in str(error)
    assert str(path) in str(error)


def test_a_gzip_file_that_was_broken_when_listed_is_refused_too(folder):
    path = folder / "lareqa/xquad-r.de.json.gz"
    manifest = folder / "manifest.json"
    before = digest(path.read_bytes())
    path.write_bytes(path.read_bytes()[:-9])
    manifest.write_text(manifest.read_text().replace(before, digest(path.read_bytes())))
    assert "broken gzip file" in str(refusal(questions, folder_source(folder), ["de"]))


def test_problems_of_several_files_are_reported_together(folder):
    (folder / "pawsx/dev-de.tsv").unlink()
    (folder / "pawsx/dev-fr.tsv").write_text("cut")
    (folder / "pawsx/ids.tsv").write_text("cut")
    error = refusal(labelled_pairs, folder_source(folder), "pawsx", "dev", ["en", "de", "fr"])
    assert len(error.problems) == 3
    assert "dev-de.tsv is listed in manifest.json, but is not there" in error.problems[0]
    assert "dev-fr.tsv" in error.problems[1]
    assert "ids.tsv" in error.problems[2]


def test_a_folder_without_a_list_of_its_files_is_refused(folder):
    (folder / "manifest.json").unlink()
    assert f"{WRITE_ANEW} {folder}" in str(refusal(folder_source, folder))
    assert "There is no folder" in str(refusal(folder_source, folder / "nowhere"))


def test_a_file_that_is_not_listed_is_not_used(folder):
    without_entry(folder, "xnli/dev-de.tsv")
    error = refusal(labelled_pairs, folder_source(folder), "xnli", "dev", ["en", "de"])
    assert "does not list xnli/dev-de.tsv" in str(error)
    assert not folder_source(folder).has(CARDS["xnli"], "dev", "de")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ("no list", "cannot be read"),
        ([{"path": "a", "sha256": "0", "bytes": 1, "rows": 1}], "file 1: sha256"),
        ([{"path": "../a", "sha256": "0" * 64, "bytes": 1, "rows": 1}], "must lie in the folder"),
        ([{"path": "/a", "sha256": "0" * 64, "bytes": 1, "rows": 1}], "must lie in the folder"),
        ([{"path": "a", "sha256": "0" * 64, "bytes": 1, "rows": 1}] * 2, "more than once"),
        ([{"path": "a"}, {"path": "b"}], "file 2: rows"),
    ],
)
def test_a_list_that_is_not_as_it_should_be_is_refused(tmp_path, files, expected):
    (tmp_path / "manifest.json").write_text(json.dumps({"files": files}))
    assert expected in str(refusal(folder_source, tmp_path))


def test_a_list_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text("{")
    assert "cannot be read" in str(refusal(folder_source, tmp_path))


def test_a_split_that_no_folder_holds_is_refused_with_its_substitute(source):
    error = refusal(labelled_pairs, source, "pawsx", "train", ["en"])
    assert "'paws-wiki' is a substitute" in str(error)


def test_an_unknown_split_or_language_is_refused_with_those_there_are(source):
    assert "It has: dev, test, train" in str(
        refusal(labelled_pairs, source, "xnli", "tset", ["en"])
    )
    error = refusal(labelled_pairs, source, "xnli", "dev", ["en", "eu", "xx"])
    assert "has no eu, xx. It has: ar bg de" in str(error)
    assert "No language" in str(refusal(labelled_pairs, source, "xnli", "dev", []))


def test_lines_of_another_width_are_named(edited):
    source = edited(
        "xnli/dev-de.tsv", lambda text: text.replace("\t", " ", 1).replace("\n", "\ta\n", 2)
    )
    error = refusal(labelled_pairs, source, "xnli", "dev", ["de", "en"])
    assert "must have 3 columns" in str(error)
    assert "line 2 has 4" in str(error)


def test_test_files_without_labels_are_recognized(edited):
    source = edited(
        "xnli/test-de.tsv",
        lambda text: "".join(line.rpartition("\t")[0] + "\n" for line in text.splitlines()),
    )
    assert "has no labels" in str(refusal(labelled_pairs, source, "xnli", "test", ["de"]))


def test_a_language_that_a_file_of_many_has_not_is_refused(edited):
    source = edited("flores200-devtest/devtest.tsv", lambda text: text.replace("de\t", "xx\t", 1))
    error = refusal(parallel, source, "flores", ["en", "de"])
    assert "has no column 'de'" in str(error)


def test_text_that_is_not_utf8_is_refused_with_the_place(folder):
    path = folder / "xnli/dev-de.tsv"
    path.write_bytes(b"caf\xe9" + path.read_bytes())
    entry = digest(path.read_bytes())
    manifest = folder / "manifest.json"
    content = json.loads(manifest.read_text())
    for each in content["files"]:
        if each["path"] == "xnli/dev-de.tsv":
            each["sha256"] = entry
    manifest.write_text(json.dumps(content))
    error = refusal(labelled_pairs, folder_source(folder), "xnli", "dev", ["de"])
    assert "not UTF-8 at byte 3" in str(error)


def test_ids_that_leave_a_row_out_are_refused(edited):
    source = edited("pawsx/ids.tsv", lambda text: text.replace("dev\t3\t", "dev\t99\t"))
    error = refusal(labelled_pairs, source, "pawsx", "dev", ["en"])
    assert "row 3 is missing" in str(error)


def test_a_file_of_all_languages_is_read_once(source, monkeypatch):
    read = []
    original = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: read.append(self) or original(self))
    parallel(source, "flores", CARDS["flores"].languages)
    assert len(read) == 1


def test_the_revision_is_that_of_the_cards_files_and_reads_none_of_them(folder):
    card = CARDS["pawsx"]
    before = folder_source(folder).revision(card)
    for path in ("xnli/dev-de.tsv", "pawsx/train-en.pawswiki-devtest.tsv"):
        (folder / path).write_text("not of this card\n")
    write_manifest(folder)
    assert folder_source(folder).revision(card) == before
    (folder / "pawsx/ids.tsv").write_text("of this card\n")
    write_manifest(folder)
    after = folder_source(folder).revision(card)
    assert after != before
    for path in folder.rglob("*.tsv"):
        path.unlink()
    assert folder_source(folder).revision(card) == after


def test_the_revision_of_what_is_not_there_is_refused(folder):
    without_entry(folder, "tico19/test.tsv")
    assert "does not list tico19" in str(refusal(folder_source(folder).revision, CARDS["tico19"]))


def test_in_what_a_folder_differs_from_the_published_one_is_told(source, folder):
    without_entry(folder, "pawsx/dev-de.tsv")
    found = folder_source(folder).differences(CARDS["pawsx"])
    assert any(each.startswith("pawsx/dev-de.tsv is not listed") for each in found)
    assert "pawsx/dev-en.tsv has 24 rows, the card says 2000." in found
    same_rows = source.differences(CARDS["neighbours"])
    assert same_rows != []


def test_listing_anew_keeps_what_is_known_of_a_file_and_counts_its_rows(folder):
    manifest = folder / "manifest.json"
    content = json.loads(manifest.read_text())
    content["files"][0]["licence"] = "CC0"
    first = content["files"][0]["path"]
    manifest.write_text(json.dumps(content))
    (folder / ".hidden").write_text("x")
    (folder / "README.md").write_text("x")
    (folder / "new.txt.gz").write_bytes(gzip.compress(b"one\ntwo"))
    listed = read_manifest(write_manifest(folder).parent)
    assert listed[first].licence == "CC0"
    assert listed["new.txt.gz"].rows == 2
    assert listed["flores200-devtest/devtest.tsv"].rows == 24
    assert listed["flores200-devtest/devtest.tsv"].header
    assert listed["lareqa/xquad-r.de.json.gz"].rows == 24
    assert not {".hidden", "README.md", "manifest.json"} & set(listed)


def test_a_file_that_cannot_be_listed_leaves_the_list_as_it_was(folder):
    before = (folder / "manifest.json").read_bytes()
    (folder / "broken.txt.gz").write_bytes(b"no gzip")
    (folder / "broken.json").write_text("{")
    error = refusal(write_manifest, folder)
    assert len(error.problems) == 2
    assert (folder / "manifest.json").read_bytes() == before


def test_the_remedy_that_messages_name_is_a_command(folder, capsys):
    (folder / "xnli/dev-de.tsv").write_text("a\tb\tneutral\n")
    assert main([str(folder)]) == 0
    assert read_manifest(folder)["xnli/dev-de.tsv"].rows == 1
    assert main([]) == 2
    assert main([str(folder / "nowhere")]) == 2
    (folder / "broken.json").write_text("{")
    assert main([str(folder)]) == 2
    assert "broken.json" in capsys.readouterr().err
