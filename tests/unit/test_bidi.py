"""Words from right to left are isolated wherever they stand on a page, and nothing else is touched."""

import pytest

from archive.web.kit.bidi import isolated


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<p>Åkerström, 19900602-2397</p>", "<p>Åkerström, 19900602-2397</p>"),
        ("<p>محمد علي 19900602-2397</p>", "<p><bdi>محمد علي</bdi> 19900602-2397</p>"),
        ("<td>الأحمد, محمد</td>", "<td><bdi>الأحمد</bdi>, <bdi>محمد</bdi></td>"),
        ("Sökte עברית 2 gånger", "Sökte <bdi>עברית</bdi> 2 gånger"),
        ("<p>عبد&#39;الله 2</p>", "<p><bdi>عبد&#39;الله</bdi> 2</p>"),
        ('<input value="محمد 1"><b>محمد</b>', '<input value="محمد 1"><b><bdi>محمد</bdi></b>'),
        ("<option value=1>محمد, 1990</option>", "<option value=1>\u2068محمد\u2069, 1990</option>"),
        (
            "<title>محمد 1</title><textarea>محمد</textarea>",
            "<title>\u2068محمد\u2069 1</title><textarea>محمد</textarea>",
        ),
        ("<script>say('محمد')</script><bdi>محمد</bdi>", "<script>say('محمد')</script><bdi>محمد</bdi>"),
    ],
)
def test_each_run_of_words_is_isolated(page: str, shown: str) -> None:
    assert isolated(page) == shown
