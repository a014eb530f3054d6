"""What the columns of a file mean, by their headers in the languages and spellings that people use."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dialer.store.list_import.problems import ListFileWrong

PHONE_ENDINGS = (
    *("phone", "phones", "phoneno", "phonenumber", "phonenumbers", "mobile", "mobileno", "mobilenumber", "cell"),
    *("cellnumber", "tel", "telno", "telnumber", "telephone", "telephonenumber", "landline", "msisdn", "handy"),
    *("telefon", "telefonnummer", "rufnummer", "mobil", "telefono", "movil", "celular", "portable", "電話", "電話番号"),
    *(
        "携帯",
        "手機",
        "電話號碼",
        "手機號碼",
        "电话",
        "电话号码",
        "手机",
        "手机号",
        "手机号码",
        "固话",
        "座机",
        "联系方式",
    ),
)
PHONE_WORDS = ("number", "numbers", "号码", "號碼", "nummer", "numero", "e164")
"""Too general to count at the end of a longer header, such as "order number"."""
NAME_WORDS = (
    *("name", "fullname", "customername", "contactname", "contact", "customer", "displayname", "nombre", "nom"),
    *("姓名", "名字", "客户姓名", "客户名称", "联系人", "名称", "客戶姓名", "氏名", "名前"),
)
GIVEN_NAME_WORDS = ("firstname", "givenname", "forename", "first", "vorname", "prenom", "名")
FAMILY_NAME_WORDS = ("lastname", "surname", "familyname", "last", "nachname", "apellido", "apellidos", "姓")
TIME_ZONE_WORDS = ("timezone", "tz", "zeitzone", "ianatimezone", "时区", "時區", "タイムゾーン")
EXTERNAL_ID_WORDS = (
    *("externalid", "customerid", "customerno", "contactid", "personid", "clientid", "crmid", "kundennummer"),
    *("客户编号", "客户号", "客户id", "客戶編號"),
)
"""Not a mere "id": often that counts the lines of one file, and two people would become one."""
EXAMPLES = "phone, mobile, number, 电话, 手机"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns, counted from 0, hold what."""

    phones: tuple[int, ...]
    name: int | None
    given_name: int | None
    family_name: int | None
    time_zone: int | None
    external_id: int | None
    extra: Mapping[int, str]
    """The others, by their headers."""
    count: int


def understood(header: Sequence[str]) -> int:
    """How many headers mean something to us; none unless there is a telephone number."""
    meanings = [_meaning(cell) for cell in header]
    return sum(meaning is not None for meaning in meanings) if "phone" in meanings else 0


def columns_of(path: Path, line: int, header: Sequence[str]) -> Columns:
    """What each column means.

    :raises ListFileWrong: there is no column of telephone numbers, or two columns for the same thing.
    """
    places: dict[str, list[int]] = {}
    extra: dict[int, str] = {}
    for place, cell in enumerate(header):
        meaning = _meaning(cell)
        if meaning is not None:
            places.setdefault(meaning, []).append(place)
        elif cell.strip():
            extra[place] = _unused(cell.strip(), extra)
    for meaning, found in places.items():
        if meaning != "phone" and len(found) > 1:
            names = " and ".join(f"`{header[place].strip()}`" for place in found)
            raise ListFileWrong(path, f"columns {names} both mean the {meaning}; expected one; rename the other", line)
    if "phone" not in places:
        found_headers = ", ".join(f"`{cell.strip()}`" for cell in header[:10] if cell.strip()) or "an empty line"
        raise ListFileWrong(
            path, f"no column of telephone numbers; expected a header such as {EXAMPLES}; found {found_headers}", line
        )
    single = {meaning: found[0] for meaning, found in places.items()}
    return Columns(
        phones=tuple(places["phone"]),
        name=single.get("name"),
        given_name=single.get("given name"),
        family_name=single.get("family name"),
        time_zone=single.get("time zone"),
        external_id=single.get("customer's id"),
        extra=extra,
        count=len(header),
    )


def _meaning(header: str) -> str | None:
    plain = _plain(header)
    numbered = plain.rstrip("0123456789")
    if numbered in PHONE_WORDS or numbered.endswith(PHONE_ENDINGS):
        return "phone"
    for meaning, words in (
        ("name", NAME_WORDS),
        ("given name", GIVEN_NAME_WORDS),
        ("family name", FAMILY_NAME_WORDS),
        ("time zone", TIME_ZONE_WORDS),
        ("customer's id", EXTERNAL_ID_WORDS),
    ):
        if plain in words:
            return meaning
    return None


def _plain(header: str) -> str:
    """Without case, accents, spaces and signs."""
    decomposed = unicodedata.normalize("NFKD", header.casefold())
    return re.sub(r"[\W_]", "", "".join(character for character in decomposed if not unicodedata.combining(character)))


def _unused(name: str, taken: Mapping[int, str]) -> str:
    other, number = name, 2
    while other in taken.values():
        other, number = f"{name} {number}", number + 1
    return other
