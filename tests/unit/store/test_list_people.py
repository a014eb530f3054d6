"""Headers mean what people mean by them, and cells become numbers, names and zones."""

from pathlib import Path

import pytest

from dialer.store.list_import.columns import columns_of, understood
from dialer.store.list_import.people import NumberWrong, Person, PhoneNumber, RowWrong, number_of, person_of
from dialer.store.list_import.table import Row


def person(header: str, cells: str, country: str | None = "CN") -> Person:
    return with_complaints(header, cells, country)[0]


def with_complaints(header: str, cells: str, country: str | None = "CN") -> tuple[Person, tuple[str, ...]]:
    columns = columns_of(Path("x.csv"), 1, header.split("^"))
    return person_of(Row(7, cells.split("^")), columns, country)


@pytest.mark.parametrize(
    "header",
    [
        *("phone", "Phone", "PHONE NUMBER", "phone_number", "Phone 2", "Mobile", "mobile-no", "Cell", "Tel.", "number"),
        *("Customer Phone", "home_phone", "telephone", "Téléphone", "Teléfono", "Telefonnummer", "Handy", "msisdn"),
        *(
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "联系电话",
            "客户手机号",
            "电话1",
            "号码",
            "電話番号",
            "手機號碼",
            "Phone",
        ),
    ],
)
def test_headers_of_telephone_numbers(header: str) -> None:
    assert understood([header]) == 1


@pytest.mark.parametrize(
    "header", ["phone type", "order number", "no", "id", "account", "订单号码", "phonetic name", "mobile os"]
)
def test_headers_of_other_things(header: str) -> None:
    assert understood([header]) == 0


def test_all_columns_together() -> None:
    found = person(
        "客户编号^姓名^手机^座机^时区^城市^金额",
        "K-7^王小明^138 0000 0001^010-12345678^asia/urumqi^北京^12",
    )
    assert found == Person(
        line=7,
        external_id="K-7",
        name="王小明",
        time_zone="Asia/Urumqi",
        extra={"城市": "北京", "金额": "12"},
        numbers=(
            PhoneNumber("+8613800000001", "13800000001", ("Asia/Shanghai",)),
            PhoneNumber("+861012345678", "01012345678", ("Asia/Shanghai",)),
        ),
    )


@pytest.mark.parametrize(
    ("written", "country", "e164", "national"),
    [
        ("13800000001", "CN", "+8613800000001", "13800000001"),
        ("+86 138-0000-0001", None, "+8613800000001", "13800000001"),
        ("0086 138 0000 0001", "CN", "+8613800000001", "13800000001"),
        ("１３８００００００００１".replace("００００００００", "0000000"), "CN", "+8613800000001", "13800000001"),
        ("(0)20 7946 0958", "GB", "+442079460958", "02079460958"),
        ("+1 (212) 555-0100", "CN", "+12125550100", "2125550100"),
        ("030/901820", "DE", "+4930901820", "030901820"),
        ("'13800000001", "CN", "+8613800000001", "13800000001"),
        ("13800000001.0", "CN", "+8613800000001", "13800000001"),
    ],
)
def test_numbers_as_people_write_them(written: str, country: str | None, e164: str, national: str) -> None:
    number = number_of(written, country)
    assert (number.e164, number.national) == (e164, national)


def test_a_number_that_may_lie_in_several_zones_names_them_all() -> None:
    assert len(number_of("+1 800 555 0199", None).time_zones) > 5
    assert number_of("+861012345678", None).time_zones == ("Asia/Shanghai",)


@pytest.mark.parametrize(
    ("written", "country", "said"),
    [
        ("1.38E+10", "CN", "a spreadsheet has rounded this number; format the column as text"),
        ("1,38E+10", "DE", "rounded"),
        ("13800000001", None, "names no country"),
        ("12345", "CN", "no valid number of country code +86"),
        ("+999123456", "CN", "is no telephone number"),
        ("call me", "CN", "is no telephone number"),
    ],
)
def test_what_is_no_number(written: str, country: str | None, said: str) -> None:
    with pytest.raises(NumberWrong) as caught:
        number_of(written, country)
    assert said in str(caught.value)
    assert f"`{written}`" in str(caught.value)


@pytest.mark.parametrize("between", [";", "/", "、", ", ", "|", "；", "\n"])
def test_several_numbers_in_one_cell(between: str) -> None:
    found = person("phone", f"13800000001{between}13800000002")
    assert [number.e164 for number in found.numbers] == ["+8613800000001", "+8613800000002"]


def test_a_slash_may_belong_to_a_number() -> None:
    assert [number.e164 for number in person("phone", "030/901820", "DE").numbers] == ["+4930901820"]


def test_a_rounded_number_is_called_so_with_a_decimal_comma_too() -> None:
    with pytest.raises(RowWrong, match="`1,38E\\+10`: a spreadsheet has rounded"):
        person("phone", "1,38E+10")


def test_the_same_number_twice_counts_once() -> None:
    assert len(person("phone^phone 2", "13800000001^+86 138 0000 0001").numbers) == 1


def test_one_good_number_is_enough_and_the_bad_one_is_told() -> None:
    found, complaints = with_complaints("phone^phone 2", "13800000001^12")
    assert len(found.numbers) == 1
    assert len(complaints) == 1
    assert "`12`" in complaints[0]


@pytest.mark.parametrize(
    ("header", "cells", "name"),
    [
        ("phone^name", "13800000001^ Ann  ", "Ann"),
        ("phone^First Name^Last Name", "13800000001^Ann^Lee", "Ann Lee"),
        ("phone^Vorname^Nachname", "13800000001^^Müller", "Müller"),
        ("phone^姓^名", "13800000001^欧阳^娜娜", "欧阳娜娜"),
        ("phone", "13800000001", ""),
    ],
)
def test_names(header: str, cells: str, name: str) -> None:
    assert person(header, cells).name == name


@pytest.mark.parametrize(
    ("header", "cells", "said"),
    [
        ("phone^name", "^Ann", "no telephone number"),
        ("phone", "123", "`123`"),
        ("phone^time zone", "13800000001^Beijing", "time zone `Beijing` is unknown"),
        ("phone^name", "13800000001^Lee^Ann", "3 cells, the header has 2"),
    ],
)
def test_rows_that_are_no_use(header: str, cells: str, said: str) -> None:
    with pytest.raises(RowWrong) as caught:
        person(header, cells)
    assert said in str(caught.value)


def test_short_rows_and_empty_cells_at_the_end_do_no_harm() -> None:
    assert person("phone^name^city", "13800000001").extra == {}
    assert person("phone^name", "13800000001^Ann^^").name == "Ann"


def test_zeros_that_postgresql_refuses_are_dropped() -> None:
    assert person("phone^name", "13800000001^A\0nn").name == "Ann"


def test_two_columns_of_the_same_header_are_both_kept() -> None:
    assert person("phone^city^city", "13800000001^A^B").extra == {"city": "A", "city 2": "B"}
