import gzip
import socket
import time
import tracemalloc
from dataclasses import replace
from email.utils import formatdate

import pytest
from made_up_services import (
    PAPERS,
    QUICK,
    SECRET,
    Cloud,
    Paper,
    Reply,
    arxiv_entry,
    as_json,
    bibtex,
    crossref_item,
    feed,
    openalex_item,
    refusal,
)

from crosslab.errors import UnknownNameError
from crosslab.literature.asking import waiting_seconds
from crosslab.literature.citations import COVER
from crosslab.literature.gathering import Access
from crosslab.literature.sources import SOURCES, source
from crosslab.literature.works import plain_title

EVERY = pytest.mark.parametrize("key", list(SOURCES))
PAGED = pytest.mark.parametrize("key", [key for key in SOURCES if key != "anthology"])
NO_PAPERS = pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>Down</html>"])


@EVERY
def test_a_good_answer_is_read_whole(cloud, key):
    answer = cloud.ask(key)
    assert (answer.state, answer.reason, answer.source) == ("answered", None, key)
    assert answer.client.startswith(SOURCES[key].client)
    titles = {plain_title(work.title) for work in answer.works}
    assert titles == {plain_title(paper.title) for paper in PAPERS}
    for work in answer.works:
        (paper,) = [each for each in PAPERS if plain_title(each.title) == plain_title(work.title)]
        assert work.authors == paper.authors
        assert work.year == paper.year
        assert not work.retracted
        assert work.source == key
        assert work.abstract == (None if key == "dblp" else paper.abstract)
        if key == "arxiv":
            assert work.arxiv == paper.arxiv
        else:
            assert (work.doi, work.anthology) == (paper.doi, paper.anthology)


@EVERY
def test_letters_of_other_scripts_arrive_as_they_are(cloud, key):
    (work,) = [each for each in cloud.ask(key).works if "魚" in each.title]
    assert work.title == "Zero-Shot Übertragung für 魚"
    assert work.authors == ("José Ángel Núñez",)


@EVERY
def test_an_empty_result_is_an_answer(key):
    cloud = Cloud(papers=())
    answer = cloud.ask(key)
    cloud.close()
    assert (answer.state, answer.works) == ("answered", ())


@PAGED
def test_pages_are_followed_up_to_the_limit(cloud, key):
    answer = cloud.ask(key, limit=9, page=2)
    assert (answer.state, len(answer.works)) == ("answered", 3)
    assert len(cloud.asked[key]) == 2
    cloud.papers = (*PAPERS, Paper(4, "Fish", ("A B",)), Paper(5, "More Fish", ("A B",)))
    assert len(cloud.ask(key, limit=3, page=2).works) == 3
    assert len(cloud.asked[key]) == 4


@PAGED
def test_when_the_second_page_fails_the_first_is_kept(cloud, key):
    cloud.after[key] = refusal(500)
    answer = cloud.ask(key, page=2)
    assert (answer.state, answer.reason, len(answer.works)) == ("partial", "server-error", 2)


def test_when_the_bibliography_breaks_off_what_came_is_kept(cloud):
    whole = gzip.compress(bibtex(PAPERS * 100).encode(), compresslevel=0)
    cloud.script["anthology"] = [Reply(whole[:-2000])]
    answer = cloud.ask("anthology", query="eel", limit=1000)
    assert (answer.state, answer.reason) == ("partial", "malformed-answer")
    assert 80 < len(answer.works) < 100


@EVERY
def test_a_server_that_asks_for_a_moment_gets_it(cloud, key):
    cloud.script[key] = [refusal(429, Retry_After="0"), refusal(503, Retry_After="0")]
    assert cloud.ask(key).state == "answered"
    assert len(cloud.asked[key]) == 3


@EVERY
def test_a_server_that_asks_for_hours_is_given_up_at_once(cloud, key):
    cloud.script[key] = [refusal(429, Retry_After="53578")] * 9
    began = time.monotonic()
    answer = cloud.ask(key)
    assert time.monotonic() - began < 2
    assert (answer.state, answer.reason) == ("unavailable", "rate-limited")
    assert "429" in answer.detail
    assert len(cloud.asked[key]) == 1


@EVERY
@pytest.mark.parametrize(("status", "reason"), [(429, "rate-limited"), (500, "server-error")])
def test_attempts_are_bounded(cloud, key, status, reason):
    cloud.script[key] = [refusal(status)] * 9
    answer = cloud.ask(key)
    assert (answer.state, answer.reason, answer.works) == ("unavailable", reason, ())
    assert len(cloud.asked[key]) == 1 + len(QUICK.waits)


@EVERY
@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_for_want_of_a_key_where_there_are_keys(cloud, key, status):
    cloud.script[key] = [refusal(status)] * 9
    answer = cloud.ask(key)
    assert answer.reason == ("missing-key" if SOURCES[key].takes_key else "server-error")
    assert str(status) in answer.detail
    assert len(cloud.asked[key]) == 1


@EVERY
def test_a_question_that_the_service_finds_wrong_is_not_repeated(cloud, key):
    cloud.script[key] = [refusal(400)] * 9
    answer = cloud.ask(key)
    assert (answer.reason, len(cloud.asked[key])) == ("server-error", 1)


@EVERY
def test_a_server_that_says_nothing_is_a_timeout(cloud, key):
    cloud.script[key] = [Reply(b"", stalls=True)] * 9
    answer = cloud.ask(key, patience=replace(QUICK, request_seconds=0.1))
    assert (answer.state, answer.reason) == ("unavailable", "timeout")


@EVERY
def test_a_source_has_no_more_than_its_time(cloud, key):
    cloud.script[key] = [Reply(b"", stalls=True)] * 9
    began = time.monotonic()
    answer = cloud.ask(key, patience=replace(QUICK, total_seconds=0.1))
    assert time.monotonic() - began < 1.5
    assert answer.reason == "timeout"


@EVERY
def test_a_server_that_is_not_there_is_unreachable(key):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    cloud = Cloud()
    cloud.endpoint = lambda source: f"http://127.0.0.1:{port}/{source}"
    answer = cloud.ask(key)
    cloud.close()
    assert (answer.state, answer.reason) == ("unavailable", "unreachable")


@EVERY
@NO_PAPERS
def test_a_body_that_is_no_answer_is_no_empty_result(cloud, key, body):
    cloud.script[key] = [Reply(body, headers=(("Content-Type", "application/json"),))] * 9
    answer = cloud.ask(key)
    assert (answer.state, answer.reason) == ("unavailable", "malformed-answer")


@EVERY
def test_keys_go_to_who_takes_them_and_nowhere_else(cloud, key):
    keys = dict.fromkeys(SOURCES, SECRET)
    cloud.ask(key, keys=keys)
    for path, query, headers in cloud.asked[key]:
        assert (SECRET in str(headers)) == SOURCES[key].takes_key
        assert SECRET not in path + str(query)


def test_a_spent_daily_budget_is_not_asked_again(cloud):
    cloud.script["openalex"] = [refusal(429, X_RateLimit_Remaining="0", Retry_After="0")] * 9
    assert cloud.ask("openalex").reason == "rate-limited"
    assert len(cloud.asked["openalex"]) == 1


def test_arxiv_is_not_believed_when_it_reports_an_error_as_a_result(cloud):
    wrong = """<entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_x</id>
        <title>Error</title><summary>incorrect id format for x</summary></entry>"""
    cloud.script["arxiv"] = [feed(wrong, 1), Reply(b"Rate exceeded.")]
    answer = cloud.ask("arxiv", patience=replace(QUICK, waits=()))
    assert (answer.reason, answer.detail) == (
        "server-error",
        "arXiv said: incorrect id format for x",
    )
    assert cloud.ask("arxiv", patience=replace(QUICK, waits=())).reason == "rate-limited"


def test_an_arxiv_feed_that_breaks_off_is_refused(cloud):
    cloud.script["arxiv"] = [Reply(feed(arxiv_entry(PAPERS[0]), 1).body[:-9])] * 9
    assert cloud.ask("arxiv").reason == "malformed-answer"


def test_arxiv_is_asked_for_every_word_and_for_phrases_whole(cloud):
    cloud.ask("arxiv", query='"zero shot" transfer')
    assert cloud.asked["arxiv"][0][1]["search_query"] == ['all:"zero shot" AND all:"transfer"']


@EVERY
def test_a_query_with_signs_of_its_own_reaches_the_service_whole(cloud, key):
    query = "fish & chips #1 100% a+b"
    cloud.ask(key, query=query)
    _, asked, _ = cloud.asked[key][0]
    sent = {"crossref": "query.bibliographic", "openalex": "search", "semantic-scholar": "query"}
    if key in sent:
        assert asked[sent[key]] == [query]


def test_semantic_scholar_is_spared_hyphens_which_match_nothing_there(cloud):
    cloud.ask("semantic-scholar", query="zero-shot cross-lingual")
    assert cloud.asked["semantic-scholar"][0][1]["query"] == ["zero shot cross lingual"]


def test_the_bibliography_is_searched_with_and_without_hyphens(cloud):
    for query in ("zero-shot", "zero shot"):
        assert len(cloud.ask("anthology", query=query).works) == 1


def test_the_bibliography_is_never_held_as_a_whole(cloud):
    content = bibtex(PAPERS * 2500)
    cloud.script["anthology"] = [Reply(gzip.compress(content.encode(), 1))]
    tracemalloc.start()
    answer = cloud.ask("anthology", query="whale")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.state == "answered"
    assert peak < len(content) / 4


def test_a_source_is_left_the_pauses_that_its_rules_ask_for():
    asking = Access().asking(SOURCES["arxiv"])
    assert asking.pause_seconds == 3
    assert 0 < asking.request_seconds <= 20


def test_a_server_that_drips_cannot_hold_up_the_search(cloud):
    key = "crossref"
    cloud.script[key] = [Reply(b"{" * 200, drips=True)]
    began = time.monotonic()
    answer = cloud.ask(key, patience=replace(QUICK, total_seconds=0.1))
    assert time.monotonic() - began < 2
    assert (answer.state, answer.reason) == ("unavailable", "timeout")


def test_records_that_lack_what_others_have_are_read_all_the_same(cloud):
    cloud.script["crossref"] = [
        as_json({"message": {"total-results": 1, "items": [{"DOI": "10.1000/BARE"}]}})
    ]
    bare = {"id": "https://openalex.org/W9", "title": None, "doi": None, "locations": None}
    cloud.script["openalex"] = [as_json({"meta": {"next_cursor": None}, "results": [bare]})]
    cloud.script["semantic-scholar"] = [
        as_json({"total": 1, "offset": 0, "data": [{"paperId": "9", "externalIds": None}]})
    ]
    for key in ("crossref", "openalex", "semantic-scholar"):
        (work,) = cloud.ask(key).works
        assert (work.title, work.authors, work.year, work.abstract) == ("", (), None, None)


@pytest.mark.parametrize("key", ["arxiv", "crossref", "openalex"])
def test_a_retraction_is_seen(key):
    cloud = Cloud(papers=[replace(PAPERS[0], retracted=True), PAPERS[1]])
    found = {work.title: work.retracted for work in cloud.ask(key).works}
    cloud.close()
    assert found == {PAPERS[0].title: True, PAPERS[1].title: False}


@pytest.mark.parametrize(
    ("update", "retracted"), [("retraction", True), ("withdrawal", True), ("correction", False)]
)
def test_a_notice_of_retraction_counts_and_a_correction_does_not(update, retracted):
    item = crossref_item(PAPERS[0]) | {"update-to": [{"DOI": "10.1000/x", "type": update}]}
    assert SOURCES["crossref"].work(item).retracted is retracted


def test_a_subtitle_belongs_to_the_title():
    paper = Paper(4, "Fish: What They Say", ("A B",))
    assert SOURCES["crossref"].work(crossref_item(paper)).title == "Fish: What They Say"


def test_openalex_finds_the_preprint_beside_the_publication():
    work = SOURCES["openalex"].work(openalex_item(PAPERS[0]))
    assert (work.arxiv, work.doi) == (PAPERS[0].arxiv, PAPERS[0].doi)


def test_the_bibliography_is_filtered_and_titles_come_first(cloud):
    mentions = Paper(5, "On Cod", ("A B",), abstract="An eel is in here.")
    cloud.papers = (mentions, *PAPERS)
    found = cloud.ask("anthology", query='"eel"').works
    assert [work.title for work in found] == ["Smoothing the Adversarial Eel", "On Cod"]
    asking = cloud.access().asking(SOURCES["anthology"])
    assert len(list(SOURCES["anthology"].items("eel", 1, asking))) == 1
    assert len(list(SOURCES["anthology"].items("cod", 1, asking))) == 1
    assert not cloud.ask("anthology", query="whale").works


@pytest.mark.parametrize(
    ("key", "kind"), [(key, kind) for kind, keys in COVER.items() for key in sorted(keys)]
)
def test_one_work_is_asked_for_by_its_identifier(cloud, key, kind):
    asking = cloud.access().asking(SOURCES[key])
    item = SOURCES[key].item(kind, getattr(PAPERS[1], kind), asking)
    assert plain_title(SOURCES[key].work(item).title) == plain_title(PAPERS[1].title)
    nowhere = {"arxiv": "1901.99999", "doi": "10.1000/none", "anthology": "2019.fish-main.9"}
    assert SOURCES[key].item(kind, nowhere[kind], asking) is None


def test_the_audit_asks_exactly_the_sources_that_know_an_identifier():
    for kind, keys in COVER.items():
        assert keys == {key for key, each in SOURCES.items() if kind in each.identifies}


def test_an_unknown_source_is_refused_with_the_nearest_one():
    with pytest.raises(UnknownNameError, match="Did you mean 'crossref'"):
        source("crosref")


def test_a_date_in_a_retry_after_header_is_understood():
    assert 50 < waiting_seconds(formatdate(time.time() + 60, usegmt=True)) <= 60
    assert waiting_seconds(formatdate(time.time() - 60, usegmt=True)) == 0
