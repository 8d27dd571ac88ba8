"""Templates are compiled once for each language."""

import pytest
from jinja2 import DictLoader

from archive.app import create_app
from archive.kernel.store import Archive
from archive.vocabulary.wording import LOCALES, speaking

SPOKEN = {
    "page.html": '{% from "part.html" import said %}{{ _("Help") }} {{ said(_("Inbox")) }}',
    "part.html": '{% macro said(word) %}{{ word }}, {{ _("part %(part)s of %(parts)s", part=1, parts=2) }}'
    "{% endmacro %}",
    "marks.html": '{{ _("<b>") }}',
}
WANTED = {"sv": "Hjälp Inkorg, del 1 av 2", "en": "Help Inbox, part 1 of 2"}


@pytest.mark.engines("sqlite")  # no database is asked
def test_each_reader_gets_a_template_in_their_own_language(archive: Archive) -> None:
    app = create_app(archive=archive)
    app.jinja_loader = DictLoader(SPOKEN)
    for language in (*LOCALES, *LOCALES):  # the second time as compiled
        with app.app_context(), speaking(language):
            assert app.jinja_env.get_template("page.html").render() == WANTED[language]


@pytest.mark.engines("sqlite")
def test_a_sentence_is_escaped_as_any_other_text(archive: Archive) -> None:
    app = create_app(archive=archive)
    app.jinja_loader = DictLoader(SPOKEN)
    with app.app_context():
        assert app.jinja_env.get_template("marks.html").render() == "&lt;b&gt;"
