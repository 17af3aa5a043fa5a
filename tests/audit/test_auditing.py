import csv
import json
import os
import subprocess
import tracemalloc

import jsonschema
import pytest
from conftest import PROJECT
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_reports import ROWS, made_up_knowledge, report_text

from crosslab.audit.auditing import audit, audited
from crosslab.audit.decoding import LARGEST_BYTES
from crosslab.audit.findings import KINDS, LEVELS
from crosslab.audit.keeping import kept
from crosslab.audit.output import takers
from crosslab.errors import UsageError

SCHEMA = json.loads((PROJECT / "claims" / "audit.schema.json").read_text())
KNOWN = made_up_knowledge()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in a folder of one's own, where scratch may be put."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder, *texts):
    """Write reports and return their paths."""
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"report-{number}.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        paths.append(path)
    return paths


def results(paths):
    rows = []
    total = audit(paths, KNOWN, lambda row, _: rows.append(row))
    return rows, total


def test_the_five_reports_declare_and_hold_what_they_should():
    paths = [each.path for each in kept()]
    rows, total = results(paths)
    assert [row["found"]["claims"] for row in rows] == [12, 12, 11, 12, 11]
    assert [row["found"]["verified"] for row in rows] == [9, 10, 8, 10, 8]
    assert [row["declared"]["claims"] for row in rows] == [12, 12, 11, 12, 11]
    assert [row["declared"]["verified"] for row in rows] == [9, 10, 8, 10, 8]
    assert (total.claims, total.matched, total.verified) == (58, 58, 45)
    ids = {claim["claim_id"] for row in rows for claim in row["claims"]}
    assert ids == {claim.claim_id for claim in KNOWN.claims}
    assert all(row["coverage"]["uncovered"] == 0 for row in rows)


def test_the_two_claims_on_which_the_five_reports_disagree_are_found():
    rows, total = results([each.path for each in kept()])
    said = [
        each["message"].split()[0]
        for row in rows
        for each in row["findings"]
        if each["code"] == "verified-elsewhere"
    ]
    assert sorted(set(said)) == ["extra-supervision", "syntax-needs-data"]
    assert len(said) == 2 * 5
    assert 0.7 < total.alpha < 0.9


def test_what_comes_out_follows_the_published_schema(folder):
    texts = [
        report_text(),
        report_text([], counts=""),
        "no report at all\n",
        "\ufeff" + report_text(),
    ]
    rows, _ = results(written(folder, *texts))
    assert len(rows) == len(texts)
    jsonschema.validate({"reports": rows}, SCHEMA)


def test_the_schema_names_every_kind_and_level_of_finding():
    finding = SCHEMA["properties"]["reports"]["items"]["properties"]["findings"]["items"]
    assert set(finding["properties"]["code"]["enum"]) == set(KINDS)
    assert finding["properties"]["level"]["enum"] == list(LEVELS)


UNUSABLE = {
    "empty.txt": (b"", "is empty"),
    "blank.txt": (b" \n\t\r\n", "is empty"),
    "picture.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "binary"),
    "zeros.txt": (b"Claim\x00Verified\x00", "binary"),
    "half.txt": (b"\xff\xfea\x00b", "binary"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_is_no_report_is_named_with_what_would_be_one(folder, name):
    raw, said = UNUSABLE[name]
    (folder / name).write_bytes(raw)
    with pytest.raises(UsageError, match=said) as refusal:
        audited(folder / name, KNOWN)
    assert str(folder / name) in str(refusal.value)


def test_a_file_that_is_too_large_is_refused_without_reading_it_all(folder):
    path = folder / "large.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000)  # sparse: it takes no room
    tracemalloc.start()
    with pytest.raises(UsageError, match=r"larger than 20 MB"):
        audited(path, KNOWN)
    assert tracemalloc.get_traced_memory()[1] < 2.5 * LARGEST_BYTES
    tracemalloc.stop()


def test_unusable_reports_are_all_named_and_the_others_are_audited(folder):
    good, also_good = written(folder, report_text(), report_text(marks="##"))
    (folder / "empty.txt").touch()
    paths = [good, folder / "empty.txt", folder, folder / "missing.txt", also_good]
    rows, total = results(paths)
    assert [row["path"] for row in rows] == [str(good), str(also_good)]
    assert len(total.unusable) == 3
    for path, problem in zip(paths[1:4], total.unusable, strict=True):
        assert problem.startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("raw", "places"),
    [
        (report_text().encode("utf-8-sig"), 0),
        (report_text().encode("utf-16"), 0),
        (report_text().replace("lifts", "l\xefft\xe9").encode("latin-1", "ignore"), 1),
    ],
)
def test_other_encodings_are_read_and_offsets_lead_back_to_the_bytes(folder, raw, places):
    from crosslab.audit.decoding import encoded

    (path,) = written(folder, raw)
    found = audited(path, KNOWN)
    assert len(found.report.claims) == len(ROWS)
    for claim in found.report.claims:
        before = encoded(found.report.text[: claim.start], raw)
        piece = encoded(found.report.text[claim.start : claim.end], raw)
        assert raw[len(before) : len(before) + len(piece)] == piece
    assert sum(each.code == "not-utf-8" for each in found.findings) == places


def test_hostile_text_leaves_as_text_in_every_format(folder):
    cell = '=cmd|"/C calc"!A1 <script>alert(1)</script> `x` !!python/object:os.system'
    (path,) = written(folder, report_text([(cell, "✓", "0.5"), *ROWS[1:]]))
    files = {name: folder / f"out.{name}" for name in ("json", "jsonl", "csv", "html")}
    with takers(files) as taking:
        audit([path], KNOWN, lambda *given: [take(*given) for take in taking])
    (row,) = json.loads(files["json"].read_text())["reports"]
    assert row["claims"][0]["text"] == cell
    assert json.loads(files["jsonl"].read_text()) == row
    with files["csv"].open(newline="") as file:
        cells = list(csv.DictReader(file))
    assert cells[0]["text"] == f"'{cell}"
    assert [each["row"] for each in cells] == ["1", "2", "3", "4"]
    page = files["html"].read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert page.count('id="claim-') == len(ROWS)


def test_a_page_holds_every_character_of_the_report_in_its_order(folder):
    from html.parser import HTMLParser

    class Text(HTMLParser):
        inside, text = False, ""

        def handle_starttag(self, tag, attrs):
            self.inside = self.inside or tag == "pre"

        def handle_endtag(self, tag):
            self.inside = self.inside and tag != "pre"

        def handle_data(self, data):
            self.text += data if self.inside else ""

    text = report_text(form="pipe", marks="##").replace("parrots", "<parrots> & \u202eso `on`")
    (path,) = written(folder, text)
    with takers({"html": folder / "page.html"}) as taking:
        audit([path], KNOWN, lambda *given: [take(*given) for take in taking])
    reader = Text()
    reader.feed((folder / "page.html").read_text())
    assert reader.text.strip() == text.strip()  # a reader drops the first line end of pre


def test_a_run_that_fails_leaves_no_half_written_file(folder):
    (path,) = written(folder, report_text())

    def fail(row, text):
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError), takers({"json": folder / "out.json"}):
        audit([path], KNOWN, fail)
    assert [each.name for each in folder.iterdir() if each.is_file()] == ["report-0.txt"]


def test_one_place_for_two_outputs_is_refused(folder):
    with (
        pytest.raises(UsageError, match="named for two outputs"),
        takers({"json": folder / "x", "csv": folder / "x"}),
    ):
        pass


def test_memory_does_not_grow_with_the_number_of_reports(folder):
    paths = written(folder, *[report_text(title=f"Report {number}") for number in range(60)])
    audit(paths[:5], KNOWN, lambda *_: None)  # whatever is loaded once is loaded now
    peaks = []
    for count in (60, 600):
        tracemalloc.start()
        audit((paths * 10)[:count], KNOWN, lambda *_: None)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # results below the limit of the scratch file are held as text, about 10 kB a report
    assert peaks[1] < peaks[0] + 9_000_000


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_bytes_put_anywhere_into_a_report_break_nothing(tmp_path_factory, data):
    raw = bytearray(report_text().encode())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at:at] = data.draw(st.binary(max_size=8))
    path = tmp_path_factory.getbasetemp() / "fuzzed.txt"
    path.write_bytes(bytes(raw))
    rows = []
    total = audit([path], KNOWN, lambda row, _: rows.append(row))
    assert len(rows) + len(total.unusable) == 1
    jsonschema.validate({"reports": rows}, SCHEMA)
    for row in rows:
        coverage = row["coverage"]
        parts = coverage["claims"] + coverage["recognized"] + coverage["uncovered"]
        assert parts == coverage["characters"]
        json.dumps(row).encode()
        "".join(claim["text"] for claim in row["claims"]).encode()


# --- what an output may not do --------------------------------------------------------------------


def test_an_output_never_takes_the_place_of_a_report(folder):
    (path,) = written(folder, report_text())
    (folder / "alias").symlink_to(path)
    for place in (path, folder / "alias", folder / "x" / ".." / path.name):
        with pytest.raises(UsageError, match="is a report"), takers({"json": place}, [path]):
            pass
    assert path.read_text() == report_text()


def test_two_names_of_one_file_are_refused(folder):
    with (
        pytest.raises(UsageError, match="named for two outputs"),
        takers({"json": folder / "out", "csv": folder / "." / "out"}),
    ):
        pass


def test_a_link_is_written_through_and_a_pipe_stays_a_pipe(folder):
    (path,) = written(folder, report_text())
    (folder / "link.json").symlink_to(folder / "real.json")
    os.mkfifo(folder / "pipe")
    reader = subprocess.Popen(["cat", folder / "pipe"], stdout=subprocess.PIPE)
    with takers({"json": folder / "link.json", "csv": folder / "pipe"}) as taking:
        audit([path], KNOWN, lambda *given: [take(*given) for take in taking])
    said, _ = reader.communicate(timeout=10)
    assert said.decode().count("\n") == 1 + len(ROWS)
    assert (folder / "link.json").is_symlink()
    assert len(json.loads((folder / "real.json").read_text())["reports"]) == 1
    assert (folder / "pipe").is_fifo()


def test_a_pipe_is_no_report(folder):
    os.mkfifo(folder / "pipe")
    with pytest.raises(UsageError, match="is a pipe or a device"):
        audited(folder / "pipe", KNOWN)


def test_the_same_file_twice_is_said_and_its_marks_count_once(folder):
    (path, other) = written(
        folder, report_text(), report_text([*ROWS[:3], (ROWS[3][0], "✓", "0.9")])
    )
    rows, total = results([path, other])
    again, twice = results([path, path, other])
    assert total.alpha == twice.alpha
    assert [each["code"] for each in again[1]["findings"]].count("same-report") == 1
    assert [each["message"] for each in again[2]["findings"]] == [
        each["message"] for each in rows[1]["findings"]
    ]


def test_a_name_that_is_no_text_reaches_every_output_as_text(folder):
    path = folder / os.fsdecode(b"caf\xe9.txt")
    path.write_text(report_text())
    other = folder / "other.txt"
    other.write_text(report_text([*ROWS[:3], (ROWS[3][0], "✓", "0.9")]))
    files = {name: folder / f"out.{name}" for name in ("json", "csv", "html")}
    with takers(files) as taking:
        audit([path, other], KNOWN, lambda *given: [take(*given) for take in taking])
    assert "caf\ufffd.txt" in files["json"].read_text()


@pytest.mark.parametrize("text", ["=1+1", "\u200b=1+1", "＝1+1", "+1", "@x", "\t=1"])  # noqa: RUF001
def test_no_cell_is_taken_for_a_formula(folder, text):
    from crosslab.audit.output import cell

    assert cell(text) == f"'{text}"
