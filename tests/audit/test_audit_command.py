import json
import os
import subprocess
import sys

import jsonschema
import pytest
from conftest import PROJECT
from made_up_reports import ROWS, report_text

SCHEMA = json.loads((PROJECT / "claims" / "audit.schema.json").read_text())


@pytest.fixture
def audit(project, crosslab):
    """Run the command in a copy of the project that has no records."""

    def run(*arguments):
        return crosslab("audit", *map(str, arguments), "--results", "runs")

    return run


@pytest.fixture
def report(project):
    path = project / "sixth.txt"
    path.write_text(report_text())
    return path


def test_json_on_standard_output_follows_the_schema_and_nothing_else_is_there(audit, report):
    done = audit(report, "--json", "-")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    jsonschema.validate(found, SCHEMA)
    (only,) = found["reports"]
    assert only["path"] == str(report)
    assert only["found"] == {"claims": 4, "verified": 2}


def test_the_five_reports_come_out_as_they_should_in_every_format(audit, project):
    reports = sorted((project / "claims" / "reports").glob("*.txt"))
    names = {name: project / f"out.{name}" for name in ("json", "jsonl", "csv", "html")}
    options = [part for name, path in names.items() for part in (f"--{name}", path)]
    done = audit(*reports, *options)
    assert done.returncode == 0, done.stderr
    rows = json.loads(names["json"].read_text())["reports"]
    assert [len(row["claims"]) for row in rows] == [12, 12, 11, 12, 11]
    assert [json.loads(line) for line in names["jsonl"].read_text().splitlines()] == rows
    assert len(names["csv"].read_text().splitlines()) == 1 + 58
    assert names["html"].read_text().count('<mark class="claim') >= 58
    assert "Claims: 58, marked as verified: 45, matched to the registry: 58." in done.stdout


def test_unusable_reports_end_in_status_2_and_the_others_are_written(audit, report, project):
    (project / "empty.txt").touch()
    done = audit(project, project / "empty.txt", report, "gone.txt", "--json", project / "out.json")
    assert done.returncode == 2
    assert len(json.loads((project / "out.json").read_text())["reports"]) == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    for line, said in zip(lines, ("is a folder", "is empty", "No such file"), strict=True):
        assert said in line
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("level", "status"), [("error", 1), ("info", 1), (None, 0)])
def test_findings_fail_the_call_only_at_the_level_asked_for(audit, report, level, status):
    done = audit(report, *([] if level is None else ["--fail-on", level]))
    assert done.returncode == status


def test_an_honest_report_does_not_fail_at_errors(audit, project):
    path = project / "honest.txt"
    rows = [("Pickled herring affects zero-shot retrieval on SMORGAS.", "✓", "0.9"), *ROWS[1:]]
    path.write_text(report_text(rows))
    assert audit(path, "--fail-on", "error").returncode == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fail-on", "eror"], "Did you mean 'error'"),
        (["--json", "-", "--csv", "-"], "named for two outputs"),
        (["--json", "sixth.txt/out.json"], "could not be written"),
        (["--scale", "lub"], "Did you mean 'lab'"),
    ],
)
def test_options_that_cannot_be_used_are_refused_in_a_line(audit, report, options, said):
    done = audit(report, *options)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_escape_sequence_in_a_report_does_not_reach_the_terminal(audit, project):
    path = project / "coloured.txt"
    path.write_text(report_text([("A \x1b[31mred\x1b[0m claim here", "maybe \x1b]0;x\x07", "0.5")]))
    done = audit(path)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout


def test_a_kept_report_gets_a_page_and_rows_in_the_explorer(audit, report, project, monkeypatch):
    done = audit(report, "--keep")
    assert done.returncode == 0, done.stderr
    assert "claims/reports/sixth.txt" in done.stdout
    from crosslab.book.explorer_rows import explored
    from crosslab.prose.audit_tables import reports_overview

    mine = [each for each in explored([]).printed if each.report == "sixth"]
    assert [each.row for each in mine] == [1, 2, 3, 4]
    assert None in {each.claim_id for each in mine}
    assert "[sixth](reports/sixth.md) | `sixth.txt` | 4 | 2 |" in reports_overview()


def test_what_is_found_does_not_depend_on_the_order_of_hashing(project):
    script = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); "
        "from made_up_reports import made_up_knowledge; "
        "from crosslab.audit.auditing import audit; from crosslab.audit.keeping import kept; "
        "rows = []; paths = [each.path for each in kept()]; "
        "audit(paths, made_up_knowledge(), lambda row, _: rows.append(row)); "
        "print(json.dumps(rows))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script, str(PROJECT / "tests")],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
