import json
import re

import jsonschema
import pytest
from conftest import PROJECT
from made_up_services import SECRET, refusal
from typer.testing import CliRunner

from crosslab.errors import RunError, UsageError
from crosslab.literature import command
from crosslab.literature.found import Search
from crosslab.literature.freezing import frozen_citations
from crosslab.literature.references import references
from crosslab.literature.sources import SOURCES

SCHEMA = json.loads((PROJECT / "claims" / "literature.schema.json").read_text())


@pytest.fixture
def run(cloud, project):
    """Run the command in a project folder, every source asked at its local server."""

    def _run(*arguments, keys=SECRET):
        endpoints = [f"--endpoint={key}={cloud.endpoint(key)}" for key in SOURCES]
        if keys is not None:
            (project / "keys.yaml").write_text(f"openalex: {keys}\n")
            endpoints.append("--keys=keys.yaml")
        return CliRunner().invoke(command.literature, [*arguments, *endpoints])

    return _run


def unpaused(monkeypatch):
    """Leave out the pauses between pages and before further attempts."""
    monkeypatch.setattr("time.sleep", lambda _: None)


def test_a_search_shows_where_the_records_went(run, project):
    done = run("search", "cross-lingual fish")
    assert done.exit_code == 0, done.exception
    for source in SOURCES.values():
        assert re.search(rf"{source.name} +answered +3", done.stdout)
    assert "18 records, 15 of them duplicates" in done.stdout
    assert re.search(r"\d works included", done.stdout)
    assert (project / "runs" / "literature").is_dir()
    assert done.stderr == ""


def test_json_on_standard_output_is_alone_there_and_follows_the_schema(run):
    done = run("search", "cross-lingual fish", "--json", "-")
    found = json.loads(done.stdout)
    jsonschema.validate(found, SCHEMA)
    (only,) = found["searches"]
    assert [each["source"] for each in only["sources"]] == list(SOURCES)
    assert only["flow"]["identified"] == dict.fromkeys(SOURCES, 3)
    assert {title["work"]["title"] for title in only["works"]} > {"Zero-Shot Übertragung für 魚"}


def test_json_with_failures_and_conflicts_follows_the_schema(run, cloud, project, monkeypatch):
    unpaused(monkeypatch)
    cloud.script["dblp"] = [refusal(500)] * 9
    cloud.script["arxiv"] = [refusal(429, Retry_After="9999")]
    run("search", "fish", "--json", "out.json")
    found = json.loads((project / "out.json").read_text())
    jsonschema.validate(found, SCHEMA)
    assert found["searches"][0]["flow"]["unavailable"] == {
        "arxiv": "rate-limited",
        "dblp": "server-error",
    }
    assert found["searches"][0]["flow"]["by_hand"] == len(references())


def test_the_published_schema_is_that_of_the_code():
    made = Search.model_json_schema(mode="serialization")
    assert SCHEMA["$defs"] == made.pop("$defs")
    assert SCHEMA["properties"]["searches"]["items"] == made


def test_an_unavailable_source_is_named_and_the_status_is_good(run, cloud, monkeypatch):
    unpaused(monkeypatch)
    cloud.script["crossref"] = [refusal(500)] * 9
    done = run("search", "fish", keys=None)
    assert done.exit_code == 0
    lines = done.stderr.splitlines()
    assert [line.split(" is ")[0] for line in lines] == ["crosslab: Crossref", "crosslab: OpenAlex"]
    assert "server-error (HTTP 500" in lines[0]
    assert "--keys FILE" in lines[1]


def test_when_no_source_gave_anything_the_search_has_failed(run, cloud, monkeypatch):
    unpaused(monkeypatch)
    for key in SOURCES:
        cloud.script[key] = [refusal(500)] * 9
    done = run("search", "fish", "--json", "-")
    assert isinstance(done.exception, RunError)
    assert done.exception.exit_status == 1
    assert len(done.exception.problems) == len(SOURCES) + 1
    assert json.loads(done.stdout)["searches"][0]["flow"]["included"] == 0
    again = run("search", "fish")
    assert again.exception.problems == done.exception.problems


def test_a_refresh_goes_over_every_search(run, cloud, monkeypatch):
    unpaused(monkeypatch)
    run("search", "fish")
    run("search", "eel", "--source", "dblp")
    cloud.script["dblp"] = [refusal(500)] * 3
    done = run("refresh", "--json", "-")
    assert done.exit_code == 0, done.exception
    searches = json.loads(done.stdout)["searches"]
    assert [each["query"] for each in searches] == ["eel", "fish"]
    assert done.stderr.count("the answer of") == 1
    jsonschema.validate({"searches": searches}, SCHEMA)


def test_everything_wrong_with_the_options_is_reported_together(run, project):
    (project / "wrong.yaml").write_text(f"openalex: '{SECRET} x'\nnobody: {SECRET}\n")
    done = run(
        "search", "fish", "--keys=wrong.yaml", "--endpoint", "dblp", "--endpoint", "dbpl=http://x",
        keys=None,
    )  # fmt: skip
    assert isinstance(done.exception, UsageError)
    said = "\n".join(done.exception.problems)
    assert len(done.exception.problems) == 4
    assert "--endpoint dblp: must be SOURCE=URL" in said
    assert "Did you mean 'dblp'" in said
    assert "wrong.yaml, openalex: a key is a text" in said
    assert "Unknown source 'nobody'" in said
    assert SECRET not in said


@pytest.mark.parametrize("content", [f"openalex: [{SECRET}", f"- {SECRET}", ""])
def test_a_file_of_keys_that_cannot_be_read_is_refused_without_quoting_it(run, project, content):
    (project / "keys").write_text(content)
    done = run("search", "fish", "--keys", "keys", keys=None)
    assert isinstance(done.exception, UsageError)
    assert "keys" in str(done.exception)
    assert SECRET not in str(done.exception)


def test_no_key_reaches_the_screen_or_the_disk(run, cloud, project, monkeypatch):
    unpaused(monkeypatch)
    cloud.script["openalex"] = [refusal(401)] * 9
    done = run("search", "fish")
    (project / "keys.yaml").unlink()
    assert "missing-key" in done.stderr
    assert SECRET not in done.output
    written = [path for path in project.rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in path.read_bytes() for path in written)


def test_outside_the_project_nothing_is_asked(cloud, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command.literature, ["search", "fish"])
    assert isinstance(done.exception, UsageError)
    assert not list(tmp_path.iterdir())


def test_without_the_clients_the_command_says_how_to_get_them(run, monkeypatch):
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "habanero" else name)
    done = run("search", "fish")
    assert isinstance(done.exception, UsageError)
    assert str(done.exception).startswith("habanero: not installed.")
    assert ".[literature]" in str(done.exception)


def test_a_word_of_help_needs_no_client_loaded():
    import subprocess
    import sys

    code = (
        "import sys, crosslab.literature.command\n"
        "clients = {'arxiv', 'habanero', 'pyalex', 'semanticscholar', 'httpx'}\n"
        "sys.exit(bool(clients & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_references_can_be_looked_up_again_and_what_came_of_it_is_kept(
    run, project, monkeypatch, cloud
):
    unpaused(monkeypatch)
    asked = dict(list(references().items())[:2])
    monkeypatch.setattr(command, "references", lambda: asked)
    run("search", "cross-lingual fish")
    done = run("refresh", "--citations")
    assert done.exit_code == 0, done.exception
    for key in asked:
        assert f"{key}: " in done.stderr
    kept = frozen_citations(project / "runs")
    assert any("2104.08645" in question for question in kept)
