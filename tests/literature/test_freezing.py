import json

import pytest
from made_up_services import QUICK, SECRET, Cloud, Paper, Reply, refusal

from crosslab.errors import StoreError, UnknownNameError, UsageError
from crosslab.literature.freezing import SEARCHES, frozen, frozen_folder, frozen_questions
from crosslab.literature.search import refresh, search
from crosslab.literature.sources import SOURCES

QUERY = "cross-lingual fish"


@pytest.fixture
def found(cloud, tmp_path):
    """Return a search that was made while every service worked."""
    return search(QUERY, results=tmp_path, access=cloud.access())


def states(made):
    return {each.source: each.state for each in made.sources}


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def file_of(folder, source):
    return frozen_folder(folder / SEARCHES, QUERY, 100) / f"{source}.json"


def test_a_search_asks_every_source_and_merges_what_comes(found):
    assert states(found) == dict.fromkeys(SOURCES, "answered")
    assert found.flow.identified == dict.fromkeys(SOURCES, 3)
    assert (found.flow.screened, found.flow.duplicates) == (3, 15)
    assert all(set(each.work.sources) == set(SOURCES) for each in found.works)
    assert [each.work.conflicts for each in found.works] == [()] * 3


def test_a_second_run_is_the_same_with_the_services_gone(found, cloud, tmp_path):
    before = contents(tmp_path)
    cloud.close()
    again = search(QUERY, results=tmp_path, access=cloud.access())
    assert again == found
    assert contents(tmp_path) == before


def test_a_second_run_asks_nobody(found, cloud, tmp_path):
    asked = {key: len(each) for key, each in cloud.asked.items()}
    search(QUERY, results=tmp_path, access=cloud.access())
    assert {key: len(each) for key, each in cloud.asked.items()} == asked


def test_another_limit_or_query_is_another_question(found, cloud, tmp_path):
    search(QUERY, limit=2, results=tmp_path, access=cloud.access())
    search(f"{QUERY}!", results=tmp_path, access=cloud.access())
    assert len(list((tmp_path / SEARCHES).iterdir())) == 3


def test_an_unavailable_source_is_asked_again_by_refresh_only(cloud, tmp_path):
    cloud.script["dblp"] = [refusal(500)] * 3
    made = search(QUERY, results=tmp_path, access=cloud.access())
    assert states(made)["dblp"] == "unavailable"
    assert made.flow.unavailable == {"dblp": "server-error"}
    asked = len(cloud.asked["dblp"])
    assert search(QUERY, results=tmp_path, access=cloud.access()) == made
    assert len(cloud.asked["dblp"]) == asked
    (fresh,) = refresh(tmp_path, access=cloud.access())
    assert states(fresh) == dict.fromkeys(SOURCES, "answered")
    assert search(QUERY, results=tmp_path).flow == fresh.flow


def test_a_refresh_takes_what_is_new(found, cloud, tmp_path):
    cloud.papers = (*cloud.papers, Paper(7, "A Cross-lingual Fish", ("New One",)))
    (fresh,) = refresh(tmp_path, access=cloud.access())
    assert fresh.flow.screened == 4
    assert search(QUERY, results=tmp_path).works == fresh.works


@pytest.mark.parametrize("worse", [refusal(500), Reply(b"{", headers=(("Content-Type", "x"),))])
def test_a_refresh_that_fails_keeps_the_older_answer_and_says_so(found, cloud, tmp_path, worse):
    before = contents(tmp_path)
    for key in SOURCES:
        cloud.script[key] = [worse] * 3
    (fresh,) = refresh(tmp_path, access=cloud.access())
    assert contents(tmp_path) == before
    assert fresh.flow == found.flow
    for each in fresh.sources:
        assert each.state == "answered"
        assert "asked again at" in each.kept
        assert each.asked in each.kept


def test_a_part_does_not_replace_the_whole_but_replaces_nothing(cloud, tmp_path):
    papers = tuple(Paper(n, f"Cross-lingual Fish {n}", ("A B",)) for n in range(150))
    cloud.papers = papers
    access = cloud.access()
    cloud.script["crossref"] = [refusal(429, Retry_After="9999")]
    options = {"results": tmp_path, "limit": 150, "chosen": ["crossref"], "access": access}
    assert states(search(QUERY, **options)) == {"crossref": "unavailable"}
    cloud.after["crossref"] = refusal(500)
    cloud.asked.clear()
    (partial,) = refresh(tmp_path, access=access)
    assert (states(partial), partial.flow.partial) == (
        {"crossref": "partial"},
        {"crossref": "server-error"},
    )
    assert partial.flow.identified == {"crossref": 100}
    cloud.after.clear()
    (whole,) = refresh(tmp_path, access=access)
    assert whole.flow.identified == {"crossref": 150}
    cloud.after["crossref"] = refusal(500)
    cloud.asked.clear()
    (kept,) = refresh(tmp_path, access=access)
    assert kept.flow == whole.flow
    assert "server-error" in kept.sources[0].kept


def test_only_the_chosen_sources_are_asked(cloud, tmp_path):
    made = search(QUERY, results=tmp_path, chosen=["dblp", "arxiv"], access=cloud.access())
    assert list(states(made)) == ["arxiv", "dblp"]
    assert set(cloud.asked) == {"arxiv", "dblp"}
    (fresh,) = refresh(tmp_path, chosen=["dblp"], access=cloud.access())
    assert list(states(fresh)) == ["arxiv", "dblp"]
    assert len(cloud.asked["dblp"]) > len(cloud.asked["arxiv"])


def test_a_source_that_needs_a_key_is_not_asked_without_one(cloud, tmp_path):
    made = search(QUERY, results=tmp_path, access=cloud.access(keys={}))
    assert made.flow.unavailable == {"openalex": "missing-key"}
    assert not cloud.asked["openalex"]
    assert states(made)["semantic-scholar"] == "answered"


def test_the_sources_are_asked_at_the_same_time(cloud, tmp_path):
    from dataclasses import replace
    from time import monotonic

    for key in SOURCES:
        cloud.script[key] = [Reply(b"", stalls=True)] * 3
    began = monotonic()
    made = search(QUERY, results=tmp_path, access=cloud.access(replace(QUICK, request_seconds=0.4)))
    assert monotonic() - began < 0.4 * len(SOURCES)
    assert made.failed
    assert set(made.flow.unavailable.values()) == {"timeout"}


def test_no_key_is_ever_written(cloud, tmp_path):
    for key in SOURCES:
        cloud.script[key] = [refusal(401)] * 3
    search(QUERY, results=tmp_path, access=cloud.access(keys=dict.fromkeys(SOURCES, SECRET)))
    assert len(contents(tmp_path)) == len(SOURCES)
    assert not any(SECRET.encode() in each for each in contents(tmp_path).values())


def test_a_frozen_answer_says_how_it_was_come_by(found, cloud, tmp_path):
    values = json.loads(file_of(tmp_path, "arxiv").read_text())
    assert (values["query"], values["limit"], values["source"]) == (QUERY, 100, "arxiv")
    assert values["endpoint"] == cloud.endpoint("arxiv")
    assert values["client"].startswith("arxiv ")
    assert values["asked"].endswith("+00:00")
    assert (values["state"], values["reason"]) == ("answered", None)
    assert len(values["items_sha256"]) == len(values["checksum"]) == 64


def test_the_hash_of_the_items_is_that_of_what_was_sent(found, cloud, tmp_path):
    first = frozen(file_of(tmp_path, "arxiv").parent, "arxiv")
    refresh(tmp_path, access=cloud.access())
    assert frozen(file_of(tmp_path, "arxiv").parent, "arxiv").items_sha256 == first.items_sha256
    cloud.papers = cloud.papers[:2]
    refresh(tmp_path, access=cloud.access())
    assert frozen(file_of(tmp_path, "arxiv").parent, "arxiv").items_sha256 != first.items_sha256


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("Cod", "God", 1),
        lambda text: text + " ",
        lambda text: text[:-20],
        lambda _: "",
        lambda _: "[]",
        lambda text: text.replace('"state": "answered"', '"state": "fine"'),
        lambda text: text.replace('"checksum"', '"checksums"'),
    ],
)
def test_a_damaged_answer_is_refused_by_name(found, tmp_path, damage):
    path = file_of(tmp_path, "crossref")
    path.write_text(damage(path.read_text()))
    with pytest.raises(StoreError, match=r"crossref\.json is damaged"):
        search(QUERY, results=tmp_path)


def test_an_answer_to_another_question_is_refused(found, cloud, tmp_path):
    search("other fish", results=tmp_path, access=cloud.access())
    other = frozen_folder(tmp_path / SEARCHES, "other fish", 100)
    file_of(tmp_path, "dblp").replace(other / "dblp.json")
    with pytest.raises(StoreError, match="answers another question"):
        search("other fish", results=tmp_path)


def test_every_damaged_file_is_named(found, tmp_path):
    for key in ("arxiv", "dblp"):
        file_of(tmp_path, key).write_text("{}")
    with pytest.raises(StoreError) as refused:
        refresh(tmp_path)
    assert [each.split("/")[-1].split(" ")[0] for each in refused.value.problems] == [
        "arxiv.json",
        "dblp.json",
    ]


def test_a_damaged_answer_is_not_overwritten_by_a_refresh(found, cloud, tmp_path):
    path = file_of(tmp_path, "arxiv")
    path.write_text("{}")
    with pytest.raises(StoreError):
        refresh(tmp_path, access=cloud.access())
    assert path.read_text() == "{}"


def test_the_questions_are_listed_in_a_fixed_order(found, cloud, tmp_path):
    search("a fish", results=tmp_path, chosen=["dblp"], access=cloud.access())
    assert frozen_questions(tmp_path) == [
        ("a fish", 100, ("dblp",)),
        (QUERY, 100, tuple(sorted(SOURCES))),
    ]


@pytest.mark.parametrize(
    ("query", "limit", "problem"),
    [
        ("  ", 10, "no words"),
        ("?!", 10, "no words"),
        ("fish", 0, "--limit 0"),
        ("fish", 1001, "1000"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(tmp_path, query, limit, problem):
    with pytest.raises(UsageError, match=problem):
        search(query, results=tmp_path, limit=limit)
    assert not list(tmp_path.iterdir())


def test_an_unknown_source_is_refused_before_any_is_asked(tmp_path):
    with pytest.raises(UnknownNameError, match="Unknown source 'dbpl'"):
        search("fish", results=tmp_path, chosen=["arxiv", "dbpl"])
    assert not list(tmp_path.iterdir())


def test_there_is_nothing_to_refresh_before_a_search(tmp_path):
    with pytest.raises(UsageError, match="make one with: crosslab literature search"):
        refresh(tmp_path)


def test_a_query_in_any_script_has_a_folder_of_its_own(tmp_path):
    names = {frozen_folder(tmp_path, each, 5).name for each in ("魚", "鱼", "../fish", "fish")}
    assert len(names) == 4
    assert all("/" not in name and ".." not in name for name in names)


def test_a_cloud_of_no_papers_is_an_answer(tmp_path):
    empty = Cloud(papers=())
    made = search(QUERY, results=tmp_path, access=empty.access())
    empty.close()
    assert not made.failed
    assert made.flow.included == 0
