"""In which encoding a file was written: those in which spreadsheets save CSV.

Theory. A byte order mark decides. Without one, UTF-8 is tried on the whole file, because other encodings almost never
happen to be valid UTF-8. What remains is GB18030 (Chinese systems) or Windows-1252 (Western ones). GB18030 gives
sense to nearly any bytes, but real Chinese text consists almost wholly of the 6,763 characters of GB 2312, both of
whose bytes are above 0xA0, while a Western accented letter is mostly followed by a plain one.
"""

import codecs
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from dialer.store.list_import.problems import ListFileWrong

BLOCK = 1 << 20
ENOUGH_CHINESE = 0.9
"""Share of characters beyond ASCII that must be of GB 2312 in a text that passes for GB18030."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = (
    (b"PK\x03\x04", "is a spreadsheet or an archive (xlsx, ods, zip); save it as CSV UTF-8 and import that"),
    (b"\xd0\xcf\x11\xe0", "is an old spreadsheet (xls); save it as CSV UTF-8 and import that"),
    (b"%PDF", "is a PDF; a CSV file was expected"),
)


def encoding_of(path: Path, file: BinaryIO) -> str:
    """The name of the encoding, as Python knows it; the file is read through and set back to its beginning.

    :raises ListFileWrong: it is not a text of any of these encodings.
    """
    start = file.read(4096)
    for magic, what in _NOT_TEXT:
        if start.startswith(magic):
            raise ListFileWrong(path, what)
    encoding = next((name for mark, name in _MARKS if start.startswith(mark)), None) or _unmarked_utf16(start)
    candidates = [encoding] if encoding else ["utf-8", "gb18030", "cp1252"]
    if not encoding and b"\0" in start:
        raise ListFileWrong(path, "holds zero bytes and is no text; a CSV file was expected")
    for name in candidates:
        if _decodes(file, name) and (name != "gb18030" or _looks_chinese(file, name)):
            file.seek(0)
            return name
    raise ListFileWrong(path, f"is not text in {' or '.join(candidates)}; save it as CSV UTF-8 and import that")


def _unmarked_utf16(start: bytes) -> str | None:
    """Latin letters and digits in UTF-16 have a zero in every other byte."""
    half = len(start) // 2
    if half and start[1::2].count(0) > half * 0.3 and start[0::2].count(0) == 0:
        return "utf-16-le"
    if half and start[0::2].count(0) > half * 0.3 and start[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _decodes(file: BinaryIO, encoding: str) -> bool:
    try:
        for _ in _decoded(file, encoding):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _decoded(file: BinaryIO, encoding: str) -> Iterator[str]:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    while block := file.read(BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _looks_chinese(file: BinaryIO, encoding: str) -> bool:
    count: Counter[str] = Counter()
    for text in _decoded(file, encoding):
        count.update(text)
    beyond_ascii = {character: times for character, times in count.items() if not character.isascii()}
    common = sum(times for character, times in beyond_ascii.items() if _in_gb2312(character))
    return common >= ENOUGH_CHINESE * sum(beyond_ascii.values())


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
