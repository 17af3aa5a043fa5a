"""What pages no longer load."""

from crosslab.book.lighter import lighten

HEAD = """
    <link rel="stylesheet" type="text/css" href="_static/sphinx-thebe.css?v=4" />
    <script>const THEBE_JS_URL = "https://a.example/x.js"; const s = ".thebe"</script>
    <script async="async" src="_static/sphinx-thebe.js?v=c"></script>
    <script src="_static/searchtools.js"></script>
    <script src="../searchindex.js"></script>
    <script src="_static/own.js"></script>
<p>thebe stays in prose</p>
<script type="text/x-thebe-config">
    { x: 1 }
</script>
"""


def test_pages_load_neither_the_index_of_the_search_nor_live_code(tmp_path):
    (tmp_path / "a.html").write_text(HEAD)
    (tmp_path / "search.html").write_text(HEAD)
    lighten(tmp_path)
    page, search = ((tmp_path / name).read_text() for name in ("a.html", "search.html"))
    for text in (page, search):
        assert "THEBE" not in text
        assert "sphinx-thebe" not in text
        assert "x-thebe-config" not in text
        assert "own.js" in text
        assert "thebe stays in prose" in text
    assert "searchindex" not in page
    assert "searchtools" not in page
    assert "searchindex" in search
    assert "searchtools" in search
