"""The six services, made up: one local server that speaks the format of each of them.

The papers exist nowhere. What is kept true to life are the formats, their traps included:
one author where others have a list, titles that are null, errors with status 200.
"""

import gzip
import json
import threading
from collections import defaultdict
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from crosslab.literature.asking import Patience
from crosslab.literature.gathering import Access, gathered
from crosslab.literature.sources import SOURCES

SECRET = "a-key-that-nobody-may-see"
QUICK = Patience(request_seconds=3.0, total_seconds=8.0, pause_seconds=0.0, waits=(0.0, 0.0))


@dataclass(frozen=True)
class Paper:
    number: int
    title: str
    authors: tuple[str, ...]
    year: int = 2021
    abstract: str = "We teach made-up fish to speak cross-lingual tongues, robustly."
    retracted: bool = False

    @property
    def arxiv(self) -> str:
        return f"{self.year - 2000:02}12.{self.number:05}"

    @property
    def anthology(self) -> str:
        return f"{self.year}.fish-main.{self.number}"

    @property
    def doi(self) -> str:
        return f"10.18653/v1/{self.anthology}"


PAPERS = (
    Paper(1, "Cross-lingual Herring & Robust Cod", ("Ana Perch", "Bo Unn")),
    Paper(2, "Zero-Shot Übertragung für 魚", ("José Ángel Núñez",)),
    Paper(3, "Smoothing the Adversarial Eel", ("Cy Carp", "Di Dace", "Ed Eel"), year=2020),
)


@dataclass(frozen=True)
class Reply:
    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    stalls: bool = False
    drips: bool = False


def as_json(content, status=200, **headers):
    further = ((name.replace("_", "-"), value) for name, value in headers.items())
    sent = (("Content-Type", "application/json"), *further)
    return Reply(json.dumps(content).encode(), status, sent)


def refusal(status, **headers):
    """What a service says with a status of failure."""
    return as_json(
        {"error": "Invalid API key", "message": "no", "code": str(status)}, status, **headers
    )


class Cloud:
    """The server. ``script`` holds what a service says before it works as it should."""

    def __init__(self, papers=PAPERS):
        self.papers = tuple(papers)
        self.script: dict[str, list[Reply]] = defaultdict(list)
        self.after: dict[str, Reply] = {}  # said from the second request on
        self.asked: dict[str, list] = defaultdict(list)
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def close(self):
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def endpoint(self, source):
        return f"http://127.0.0.1:{self._server.server_port}/{source}"

    def access(self, patience=QUICK, keys=None):
        return Access(
            keys={"openalex": SECRET, "semantic-scholar": SECRET} if keys is None else keys,
            endpoints={source: self.endpoint(source) for source in SOURCES},
            patience=patience,
        )

    def ask(  # noqa: PLR0913 - what a test may vary
        self, source, query="fish", limit=10, *, page=None, patience=QUICK, keys=None
    ):
        """Return the answer of one source."""
        chosen = SOURCES[source]
        if page is not None and source != "anthology":
            chosen = replace(chosen, page=page)
        access = self.access(patience, keys)
        (answer,) = gathered(
            [chosen],
            lambda each, asking: each.items(query, limit, asking),
            access,
            query=query,
            limit=limit,
        )
        return answer

    def reply(self, source, path, query, headers):
        self.asked[source].append((path, query, headers))
        if self.script[source]:
            return self.script[source].pop(0)
        if source in self.after and len(self.asked[source]) > 1:
            return self.after[source]
        return _SERVICES[source](self.papers, path, {key: each[0] for key, each in query.items()})


def _handler(cloud):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            _, source, *path = parts.path.split("/")
            reply = cloud.reply(
                source, unquote("/".join(path)), parse_qs(parts.query), dict(self.headers)
            )
            if reply.stalls:
                cloud.released.wait(20)
                return
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if not reply.drips:
                self.wfile.write(reply.body)
                return
            for place in range(len(reply.body)):
                self.wfile.write(reply.body[place : place + 1])
                if cloud.released.wait(0.05):
                    return

        def log_message(self, *_):
            pass

    return Handler


# arXiv: Atom, an entry for each version


def _arxiv(papers, _, query):
    if query.get("id_list"):
        papers = [each for each in papers if each.arxiv == query["id_list"]]
    first, count = int(query["start"]), int(query["max_results"])
    entries = "".join(arxiv_entry(each) for each in papers[first : first + count])
    return feed(entries, len(papers), first)


def feed(entries, total, first=0):
    return Reply(
        f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
      xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/made-up</id>
  <title>arXiv Query</title>
  <updated>2026-01-01T00:00:00Z</updated>
  <opensearch:itemsPerPage>100</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{first}</opensearch:startIndex>
  {entries}
</feed>""".encode(),
        headers=(("Content-Type", "application/atom+xml"),),
    )


def arxiv_entry(paper):
    people = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    comment = "<arxiv:comment>This paper has been withdrawn</arxiv:comment>"
    return f"""<entry>
    <id>http://arxiv.org/abs/{paper.arxiv}v2</id>
    <title>{escape(paper.title).replace(" ", chr(10) + "  ", 1)}</title>
    <updated>{paper.year}-12-02T10:00:00Z</updated>
    <published>{paper.year}-12-01T10:00:00Z</published>
    <summary>{escape(paper.abstract)}</summary>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <arxiv:primary_category term="cs.CL"/>
    <link href="https://arxiv.org/abs/{paper.arxiv}v2" rel="alternate" type="text/html"/>
    {comment if paper.retracted else ""}
    {people}
    </entry>"""


# Crossref: titles are lists, abstracts are JATS


def _crossref(papers, path, query):
    if path != "works":
        found = [each for each in papers if path == f"works/{each.doi}"]
        if not found:
            return Reply(b"Resource not found.", 404, (("Content-Type", "text/plain"),))
        return as_json({"status": "ok", "message-type": "work", "message": crossref_item(found[0])})
    first, count = int(query["offset"]), int(query["rows"])
    items = [crossref_item(each) for each in papers[first : first + count]]
    message = {"total-results": len(papers), "items": items, "items-per-page": count}
    return as_json({"status": "ok", "message-type": "work-list", "message": message})


def crossref_item(paper):
    title, _, subtitle = paper.title.partition(": ")
    item = {
        "DOI": paper.doi.upper(),
        "title": [title.replace("&", "&amp;")],
        "subtitle": [subtitle] if subtitle else [],
        "author": [
            {"given": name.rpartition(" ")[0], "family": name.rpartition(" ")[2]}
            for name in paper.authors
        ],
        "issued": {"date-parts": [[paper.year, 11]]},
        "abstract": f"<jats:p>{escape(paper.abstract)}</jats:p>",
        "URL": f"https://doi.org/{paper.doi}",
    }
    if paper.retracted:
        item["updated-by"] = [
            {"DOI": "10.1000/notice", "type": "retraction", "label": "Retraction"}
        ]
    return item


# OpenAlex: pages by cursor, abstracts as an index of words


def _openalex(papers, path, query):
    if path != "works":
        doi = path.removeprefix("works/doi:")
        found = [each for each in papers if doi in {each.doi, f"10.48550/arxiv.{each.arxiv}"}]
        if not found:
            return Reply(b"<!doctype html><title>404 Not Found</title>", 404)
        return as_json(openalex_item(found[0]))
    first = 0 if query["cursor"] == "*" else int(query["cursor"])
    last = first + int(query["per-page"])
    meta = {"count": len(papers), "per_page": last - first, "next_cursor": str(last)}
    if last >= len(papers):
        meta["next_cursor"] = None
    items = [openalex_item(each) for each in papers[first:last]]
    return as_json({"meta": meta, "results": items, "group_by": []})


def openalex_item(paper):
    places = defaultdict(list)
    for place, word in enumerate(paper.abstract.split()):
        places[word].append(place)
    return {
        "id": f"https://openalex.org/W{paper.number}",
        "doi": f"https://doi.org/{paper.doi}",
        "title": paper.title,
        "publication_year": paper.year,
        "authorships": [{"author": {"display_name": name}} for name in paper.authors],
        "abstract_inverted_index": dict(places),
        "is_retracted": paper.retracted,
        "locations": [
            {"landing_page_url": f"http://arxiv.org/abs/{paper.arxiv}"},
            {"landing_page_url": None},
        ],
    }


# Semantic Scholar: no data at all where nothing was found


def _semantic_scholar(papers, path, query):
    prefix = "graph/v1/paper/"
    if path != f"{prefix}search":
        wanted = path.removeprefix(prefix)
        for each in papers:
            if wanted in {f"DOI:{each.doi}", f"ARXIV:{each.arxiv}", f"ACL:{each.anthology}"}:
                return as_json(s2_item(each))
        return as_json({"error": f"Paper with id {wanted} not found"}, 404)
    first, count = int(query["offset"]), int(query["limit"])
    if not papers:
        return as_json({"total": 0, "offset": 0})
    page = {"total": len(papers), "offset": first}
    if first + count < len(papers):
        page["next"] = first + count
    return as_json(page | {"data": [s2_item(each) for each in papers[first : first + count]]})


def s2_item(paper):
    return {
        "paperId": f"{paper.number:040x}",
        "externalIds": {
            "ArXiv": paper.arxiv,
            "ACL": paper.anthology,
            "DOI": paper.doi,
            "CorpusId": paper.number,
        },
        "url": f"https://www.semanticscholar.org/paper/{paper.number:040x}",
        "title": paper.title,
        "abstract": paper.abstract,
        "year": paper.year,
        "authors": [{"authorId": "1", "name": name} for name in paper.authors],
    }


# DBLP: JSON made from XML


def _dblp(papers, _, query):
    first, count = int(query["f"]), int(query["h"])
    chosen = papers[first : first + count]
    hits = {"@total": str(len(papers)), "@sent": str(len(chosen)), "@first": str(first)}
    if chosen:
        hits["hit"] = [
            {"@score": "5", "@id": str(each.number), "info": dblp_info(each)} for each in chosen
        ]
    status = {"@code": "200", "text": "OK"}
    return as_json({"result": {"query": query["q"], "status": status, "hits": hits}})


def dblp_info(paper):
    people = [{"@pid": f"00/{paper.number}", "text": f"{name} 0001"} for name in paper.authors]
    return {
        "authors": {"author": people if len(people) > 1 else people[0]},
        "title": f"{escape(paper.title)}.",
        "venue": "FISH",
        "year": str(paper.year),
        "type": "Conference and Workshop Papers",
        "key": f"conf/fish/{paper.number}",
        "doi": paper.doi.upper(),
        "ee": [f"https://doi.org/{paper.doi}", f"https://aclanthology.org/{paper.anthology}"],
        "url": f"https://dblp.org/rec/conf/fish/{paper.number}",
    }


# ACL Anthology: one compressed BibTeX file


def _anthology(papers, *_):
    return Reply(gzip.compress(bibtex(papers).encode()))


def bibtex(papers):
    volume = '@proceedings{fish-2021-1,\n    title = "Proceedings of Fish",\n    year = "2021"\n}\n'
    return volume + "".join(bibtex_entry(each) for each in papers)


def bibtex_entry(paper):
    title = paper.title.replace("&", r"\&").replace("Ü", '{\\"U}').replace("Eel", "{E}el")
    people = "  and\n      ".join(
        f"{name.rpartition(' ')[2]}, {name.rpartition(' ')[0]}" for name in paper.authors
    )
    return f"""@inproceedings{{key-{paper.year}-{paper.number},
    title = "{title}",
    author = "{people}",
    editor = "Other, Person",
    booktitle = "Proceedings of Fish",
    month = nov,
    year = "{paper.year}",
    url = "https://aclanthology.org/{paper.anthology}/",
    doi = "{paper.doi}",
    abstract = "{paper.abstract}"
}}
"""


_SERVICES = {
    "arxiv": _arxiv,
    "crossref": _crossref,
    "openalex": _openalex,
    "semantic-scholar": _semantic_scholar,
    "dblp": _dblp,
    "anthology": _anthology,
}


@dataclass(frozen=True)
class MadeUpReference:
    """A citation as the audit reads it."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    arxiv: str | None = None
    doi: str | None = None
    anthology: str | None = None
    mark: str = "RECALLED"
    key: str = field(default="made-up")
