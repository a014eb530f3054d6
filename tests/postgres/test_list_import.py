"""Files onto lists: who is who, what is counted, and that nothing is ever half done."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads
from dialer.core.words import ListName
from dialer.store.campaigns import register_campaign
from dialer.store.leasing import Leasing
from dialer.store.list_import import ImportReport, ImportRequest, LineProblem, ListFileWrong, import_list
from dialer.store.runs import Run
from dialer.store.suppressions import suppress_number
from tests.postgres.seeds import SPRING, do, one, policy, rows

pytestmark = pytest.mark.postgres


class Desk:
    """Somebody who imports files."""

    def __init__(self, engine: AsyncEngine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    async def __call__(self, content: str, *, to: str = "people", dry_run: bool = False) -> ImportReport:
        path = self.folder / "people.csv"
        path.write_text(content, encoding="utf-8")
        request = ImportRequest(path=path, list=ListName(to), country="CN", dry_run=dry_run)
        return await import_list(self.engine, request)

    async def people(self) -> list[tuple[str | None, str, list[str]]]:
        found = await rows(
            self.engine,
            """SELECT external_id, name, array_agg(e164 ORDER BY position) AS numbers FROM customers c
               JOIN customer_numbers cn ON cn.customer_id = c.id JOIN numbers n ON n.id = cn.number_id
               GROUP BY c.id ORDER BY c.id""",
        )
        return [(row["external_id"], row["name"], row["numbers"]) for row in found]


@pytest.fixture
def load(engine: AsyncEngine, tmp_path: Path) -> Desk:
    return Desk(engine, tmp_path)


EVERYTHING = """SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM numbers)
                     + (SELECT count(*) FROM leads) + (SELECT count(*) FROM lists)"""
A, B, C = "+8613800000001", "+8613800000002", "+8613800000003"


async def test_a_file_becomes_customers_numbers_and_leads(engine: AsyncEngine, load: Desk, run: Run) -> None:
    report = await load("姓名,手机,座机,城市\n王小明,13800000001,010 12345678,北京\n李四,13800000002,,上海\n")
    assert report == ImportReport(
        encoding="utf-8",
        lines=2,
        customers_new=2,
        customers_known=0,
        leads_new=2,
        leads_known=0,
        numbers_new=3,
        duplicates=0,
        invalid=0,
        suppressed=0,
        problems=(),
    )
    assert await load.people() == [(None, "王小明", [A, "+861012345678"]), (None, "李四", [B])]
    assert await one(engine, "SELECT extra FROM customers WHERE name = '王小明'") == {"城市": "北京"}
    assert await one(engine, "SELECT size FROM lists") == 2
    await register_campaign(engine, policy(), "yaml")
    leads = (await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=5))).leads
    assert [(lead.number, lead.national, lead.name) for lead in leads] == [
        (A, "13800000001", "王小明"),
        (B, "13800000002", "李四"),
    ]
    assert leads[0].time_zones == ("Asia/Shanghai",)


async def test_the_same_file_again_changes_nothing(engine: AsyncEngine, load: Desk) -> None:
    content = "客户编号,姓名,手机\nK1,王小明,13800000001\n,李四,13800000002\n"
    await load(content)
    before = await rows(engine, "SELECT * FROM customers ORDER BY id")
    report = await load(content)
    assert (report.customers_new, report.customers_known, report.leads_new, report.leads_known) == (0, 2, 0, 2)
    assert (report.numbers_new, report.duplicates) == (0, 0)
    assert await rows(engine, "SELECT * FROM customers ORDER BY id") == before
    assert await one(engine, "SELECT size FROM lists") == 2


async def test_a_dry_run_tells_the_same_and_keeps_nothing(engine: AsyncEngine, load: Desk) -> None:
    content = "姓名,手机\n王小明,13800000001\n"
    dry = await load(content, dry_run=True)
    assert await one(engine, EVERYTHING) == 0
    assert dry == await load(content)


async def test_lines_of_one_customer_become_one_with_all_numbers(load: Desk) -> None:
    report = await load(
        "客户编号,姓名,手机\nK1,王小明,13800000001\nK2,李四,13800000003\nK1,王小明,13800000002\nK1,,13800000001\n"
    )
    assert await load.people() == [("K1", "王小明", [A, B]), ("K2", "李四", [C])]
    assert (report.duplicates, report.customers_new, report.leads_new) == (2, 2, 2)
    assert report.problems == (
        LineProblem(4, "the same customer as in line 2"),
        LineProblem(5, "the same customer as in line 2"),
    )


async def test_without_ids_the_first_number_says_who_it_is(load: Desk) -> None:
    await load("姓名,手机,座机\n王小明,13800000001,\n李四,13800000003,13800000002\n")
    report = await load("姓名,手机,座机\n王小明,13800000001,13800000002\n新人,13800000002,\n")
    # The second line is 李四, or 王小明, who both have that number now: the customer who was first.
    assert (report.customers_new, report.customers_known) == (0, 2)


async def test_household_members_with_ids_share_a_number(load: Desk) -> None:
    await load("客户编号,姓名,手机\nK1,王小明,13800000001\nK2,李四,13800000001\n")
    assert await load.people() == [("K1", "王小明", [A]), ("K2", "李四", [A])]


async def test_a_customer_known_by_number_comes_by_an_id(load: Desk) -> None:
    await load("姓名,手机\n王小明,13800000001\n")
    report = await load("客户编号,姓名,手机\nK1,王小明,13800000001\nK2,李四,13800000001\n")
    assert await load.people() == [("K1", "王小明", [A]), ("K2", "李四", [A])]
    assert (report.customers_new, report.customers_known, report.leads_new, report.leads_known) == (1, 1, 1, 1)


async def test_a_line_without_id_is_the_one_with_an_id_in_the_same_file(load: Desk) -> None:
    report = await load("客户编号,姓名,手机\n,王小明,13800000001\nK1,王小明,13800000001\n")
    assert await load.people() == [("K1", "王小明", [A])]
    assert (report.customers_new, report.duplicates) == (1, 1)


async def test_a_later_file_renews_what_it_says_and_leaves_the_rest(engine: AsyncEngine, load: Desk) -> None:
    await load("客户编号,姓名,手机,时区,城市,级别\nK1,王小明,13800000001,Asia/Urumqi,北京,金\n")
    await load("客户编号,姓名,手机,城市\nK1,,13800000002,上海\n")
    assert await load.people() == [("K1", "王小明", [A, B])]
    (row,) = await rows(engine, "SELECT time_zone, extra FROM customers")
    assert row == {"time_zone": "Asia/Urumqi", "extra": {"城市": "上海", "级别": "金"}}


async def test_one_customer_on_two_lists(engine: AsyncEngine, load: Desk) -> None:
    await load("手机\n13800000001\n")
    report = await load("手机\n13800000001\n13800000002\n", to="more")
    assert (report.customers_known, report.customers_new, report.leads_new) == (1, 1, 2)
    assert await one(engine, "SELECT count(*) FROM leads") == 3


async def test_useless_lines_are_told_and_the_others_imported(load: Desk) -> None:
    report = await load(
        "姓名,手机,时区\n王小明,1.38E+10,\n李四,13800000002,\n张三,,\n赵六,13800000003,火星\n陈七,13800000001;123,\n"
    )
    assert (report.lines, report.invalid, report.leads_new) == (5, 3, 2)
    assert [problem.line for problem in report.problems] == [2, 4, 5, 6]
    assert "rounded" in report.problems[0].what
    assert report.problems[1].what == "no telephone number"
    assert "火星" in report.problems[2].what
    assert "`123`" in report.problems[3].what


async def test_suppressed_numbers_are_told(engine: AsyncEngine, load: Desk) -> None:
    await suppress_number(engine, B, reason="register", source="national list")
    report = await load("姓名,手机\n王小明,13800000001\n李四,13800000002\n")
    assert (report.suppressed, report.leads_new) == (1, 2)
    assert report.problems == (LineProblem(3, f"{B} is suppressed (register) and will not be called"),)


async def test_a_file_that_breaks_off_leaves_nothing_behind(engine: AsyncEngine, load: Desk) -> None:
    content = "姓名,手机\n" + "".join(f"客户{n},138{n:08d}\n" for n in range(2_000)) + '"never closed,13800000001\n'
    with pytest.raises(ListFileWrong, match=r"people\.csv:2002: a quote"):
        await load(content)
    assert await one(engine, EVERYTHING) == 0


async def test_an_unknown_country_is_refused_before_anything(engine: AsyncEngine, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    with pytest.raises(ListFileWrong, match="country `XX` is unknown; expected two letters"):
        await import_list(engine, ImportRequest(path=path, list=ListName("people"), country="XX"))


async def test_progress_is_told(engine: AsyncEngine, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("手机\n" + "".join(f"138{n:08d}\n" for n in range(1_200)))
    seen: list[int] = []
    await import_list(engine, ImportRequest(path=path, list=ListName("people"), country="CN"), progress=seen.append)
    assert seen == [501, 1001]


async def test_two_imports_at_once_do_not_make_anybody_twice(engine: AsyncEngine, tmp_path: Path) -> None:
    numbers = [f"138{n:08d}" for n in range(300)]
    requests = []
    for name, order in (("left", numbers), ("right", numbers[::-1])):
        path = tmp_path / f"{name}.csv"
        path.write_text("手机\n" + "\n".join(order))
        requests.append(ImportRequest(path=path, list=ListName(name), country="CN"))
    await asyncio.gather(*(import_list(engine, request) for request in requests))
    assert await one(engine, "SELECT count(*) FROM customers") == 300
    assert await one(engine, "SELECT count(*) FROM numbers") == 300
    assert await one(engine, "SELECT count(*) FROM leads") == 600


async def test_leads_come_in_the_files_order(engine: AsyncEngine, load: Desk, run: Run) -> None:
    numbers = [f"138{n * 7919 % 500:08d}" for n in range(500)]
    await load("手机\n" + "\n".join(numbers))
    await register_campaign(engine, policy(), "yaml")
    leads = (await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=500))).leads
    assert [lead.national for lead in leads] == numbers


async def test_a_number_found_dead_stays_dead_when_it_is_imported_again(engine: AsyncEngine, load: Desk) -> None:
    await load("手机\n13800000001\n")
    await do(engine, "UPDATE numbers SET dead_since = now()")
    await load("手机\n13800000001\n", to="more")
    assert await one(engine, "SELECT dead_since IS NOT NULL FROM numbers") is True
