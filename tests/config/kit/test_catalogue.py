"""Every text is translated, and the compiled catalogue says what its source says."""

from pathlib import Path

from django.core.management import call_command
from django.utils import translation
from django.utils.translation import gettext, ngettext

from config.kit import catalogue


def test_every_text_is_translated_and_the_compiled_form_is_current():
    call_command("messages", "--check")


def test_texts_are_found_in_sources_and_templates(tmp_path: Path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "a.py").write_text('_("One")\nngettext("%(n)s cat", "%(n)s cats", 2)\ngettext(name)\n')
    plural = "{% blocktranslate count n=x %}{{ n }} dog{% plural %}{{ n }} dogs{% endblocktranslate %}"
    (tmp_path / "config" / "b.html").write_text(plural + """{% translate "Two" %}{% translate 'It’s' as it %}""")
    assert sorted(catalogue.shown_texts(tmp_path)) == ["%(n)s cat", "%(n)s dog", "It’s", "One", "Two"]


def test_a_translation_survives_and_a_text_that_is_gone_goes():
    known = catalogue.read(
        catalogue.write([("Kept",), ("Gone",)], {"Kept": (("Kept",), ("留",)), "Gone": (("Gone",), ("去",))})
    )
    text = catalogue.write([("Kept",), ('New "quoted"\n',)], known)
    assert catalogue.read(text) == {"Kept": (("Kept",), ("留",)), 'New "quoted"\n': (('New "quoted"\n',), ())}


def test_django_reads_what_is_compiled_here():
    with translation.override("zh-hans"):
        assert gettext("Timeline") == "时间线"
        assert ngettext("%(n)s day", "%(n)s days", 3) % {"n": 3} == "3 天"
