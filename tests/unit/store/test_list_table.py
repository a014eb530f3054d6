"""Files as spreadsheets of all countries write them become one table; what is no table is refused with its place."""

import codecs
import os
import threading
from pathlib import Path

import pytest

from dialer.store.list_import.problems import ListFileWrong
from dialer.store.list_import.table import Table, open_table


def read(path: Path) -> tuple[Table, list[tuple[int, list[str]]]]:
    with open_table(path) as table:
        return table, [(row.line, list(row.cells)) for row in table.rows]


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


CHINESE = "姓名,手机,备注\n王小明,13800000001,喜欢打篮球\n欧阳娜娜,13800000002,北京市朝阳区\n"
GERMAN = "Name;Telefon;Straße\nJürgen Müller;030 901820;Königsallee 5\nZoë Strauß;089 2180 0;Größe\n"


@pytest.mark.parametrize(
    ("written", "recognised"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_chinese_in_every_encoding(tmp_path: Path, written: str, recognised: str) -> None:
    table, rows = read(write(tmp_path / "people.csv", CHINESE, written))
    assert table.encoding == recognised
    assert rows == [(2, ["王小明", "13800000001", "喜欢打篮球"]), (3, ["欧阳娜娜", "13800000002", "北京市朝阳区"])]


@pytest.mark.parametrize(("written", "recognised"), [("utf-8", "utf-8"), ("cp1252", "cp1252"), ("utf-16", "utf-16")])
def test_german_in_every_encoding(tmp_path: Path, written: str, recognised: str) -> None:
    table, rows = read(write(tmp_path / "leute.csv", GERMAN, written))
    assert (table.encoding, table.delimiter) == (recognised, ";")
    assert rows[0] == (2, ["Jürgen Müller", "030 901820", "Königsallee 5"])


def test_utf16_with_the_other_byte_order(tmp_path: Path) -> None:
    content = codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be")
    assert read(write(tmp_path / "people.csv", content))[1][0][1][0] == "王小明"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end(tmp_path: Path, delimiter: str, end: str) -> None:
    lines = [["name", "phone", "city"], ["Ann", "+12125550100", "NY"], ["Bo", "+12125550101", "LA"]]
    content = end.join(delimiter.join(cells) for cells in lines) + end
    table, rows = read(write(tmp_path / "people.csv", content))
    assert table.delimiter == delimiter
    assert rows == [(2, lines[1]), (3, lines[2])]


def test_a_delimiter_inside_quotes_or_a_rarer_one_does_not_mislead(tmp_path: Path) -> None:
    content = 'name;phone;"a, b, c, d"\n"Smith; John";+12125550100;"x ""y"" z"\n'
    table, rows = read(write(tmp_path / "people.csv", content))
    assert table.delimiter == ";"
    assert rows == [(2, ["Smith; John", "+12125550100", 'x "y" z'])]


def test_the_delimiter_that_a_spreadsheet_names_first_is_skipped(tmp_path: Path) -> None:
    _, rows = read(write(tmp_path / "people.csv", "sep=;\r\nname;phone\r\nAnn;+12125550100\r\n", "utf-16"))
    assert rows == [(3, ["Ann", "+12125550100"])]


def test_lines_are_counted_through_line_breaks_in_cells_and_empty_lines(tmp_path: Path) -> None:
    content = 'name,phone,note\nAnn,+12125550100,"one\ntwo\nthree"\n\n,,\nBo,+12125550101,x\n'
    _, rows = read(write(tmp_path / "people.csv", content))
    assert [line for line, _ in rows] == [2, 7]


def test_one_column_is_enough(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path / "people.csv", "手机号\n13800000001\n"))
    assert table.columns.phones == (0,)
    assert rows == [(2, ["13800000001"])]


def test_a_pipe_is_read_too(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(CHINESE,))
    writer.start()
    assert len(read(pipe)[1]) == 2
    writer.join()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ": is empty; expected a header line"),
        (b"\n \n", ": is empty"),
        (b"PK\x03\x04rest", "is a spreadsheet or an archive"),
        (b"\xd0\xcf\x11\xe0rest", "is an old spreadsheet"),
        (b"name,phone\n\0\0\0\0", "no text"),
        (b"phone\n\x81\x8d\x8f\x90\xff\xff", "is not text in utf-8 or gb18030 or cp1252"),
        (b"Ann,+12125550100\n", ":1: no column of telephone numbers; expected a header such as phone"),
        (b"name,order number\nAnn,7\n", "found `name`, `order number`"),
        (b"name,full name,phone\n", ":1: columns `name` and `full name` both mean the name"),
        (b'name,phone\nAnn,+12125550100\n"Bo,+12125550101\nCy,+12125550102\n', ':3: a quote (") is opened'),
        (b'name,phone\n"A"nn,+12125550100\n', ":2: is not CSV here"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(tmp_path: Path, content: bytes, said: str) -> None:
    path = write(tmp_path / "people.csv", content)
    with pytest.raises(ListFileWrong) as caught:
        read(path)
    assert str(caught.value).startswith(str(path) + ":")
    assert said in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ListFileWrong, match=r"nowhere\.csv: cannot be read: No such file"):
        read(tmp_path / "nowhere.csv")
    with pytest.raises(ListFileWrong, match="Is a directory"):
        read(tmp_path)


def test_a_failure_of_who_reads_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "people.csv", CHINESE)
    with pytest.raises(ConnectionError), open_table(path):
        raise ConnectionError
