"""agi.phrase_book: a text for every phrase, in every language."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agi.phrase_book import phrase_book
from dialer.config.site_file import SiteFile
from dialer.core.phrases import LANGUAGES, Phrase

AT = datetime(2026, 12, 1, 15, 5, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_book_is_whole(language: str) -> None:
    book = phrase_book(language)
    assert set(book.texts) == set(Phrase)
    assert all(text.strip() for text in book.texts.values())
    assert len(set(book.texts.values())) == len(Phrase)
    assert (len(book.weekdays), len(book.months)) == (7, 12)


def test_a_moment_is_one_whole_text() -> None:
    assert phrase_book("en").text_of(AT) == "Tuesday, December 1, at 15:05."
    assert phrase_book("zh").text_of(AT) == "12月1日，星期二，15点05分。"


def test_the_site_file_allows_the_languages_that_there_are() -> None:
    schema = SiteFile.model_json_schema()
    assert tuple(schema["properties"]["language"]["enum"]) == LANGUAGES
