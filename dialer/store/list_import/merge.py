"""People of a file into customers, numbers and leads, as sets, in the transaction of the caller.

Theory. All lines lie in the temporary table `people`. Who is who: a line with a customer's id is the customer of that
id, or a customer without id who has that line's first number and so comes by one; a line without id is the customer
who has its first number. What is in no way known is new. Lines of one customer become one, their numbers together.
Ids of new customers are drawn beforehand, so that every line knows its customer and the leads come in the file's order.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.core.words import ListName
from dialer.store.list_import.problems import LineProblem

ONE_IMPORT_AT_A_TIME = 0x7761_6969
MOST_LINES = 1_000

CREATE = text("""
    CREATE TEMPORARY TABLE people (
        line bigint NOT NULL, external_id text, name text NOT NULL, time_zone text, extra jsonb NOT NULL,
        e164 text[] NOT NULL, national text[] NOT NULL, zones jsonb NOT NULL, customer_id bigint,
        fresh boolean NOT NULL DEFAULT false
    ) ON COMMIT DROP
""")
COPY = "COPY people (line, external_id, name, time_zone, extra, e164, national, zones) FROM STDIN"

_ALONE = text("SELECT pg_advisory_xact_lock(:key)")
_INDEXES = (
    text("CREATE INDEX ON people (external_id) WHERE external_id IS NOT NULL"),
    text("CREATE INDEX ON people ((e164[1]))"),
    text("ANALYZE people"),
)
_LIST = text("INSERT INTO lists (name) VALUES (:name) ON CONFLICT DO NOTHING")

_NUMBERS = text("""
    INSERT INTO numbers (e164, national, time_zones)
    SELECT DISTINCT ON (n.e164) n.e164, n.national,
        ARRAY(SELECT jsonb_array_elements_text(p.zones -> (n.place - 1)::int))
    FROM people p, unnest(p.e164, p.national) WITH ORDINALITY AS n (e164, national, place)
    ORDER BY n.e164, p.line
    ON CONFLICT (e164) DO NOTHING
""")
_KNOWN_BY_ID = text("""
    UPDATE people p SET customer_id = c.id FROM customers c
    WHERE c.external_id = p.external_id AND p.customer_id IS NULL
""")
_GIVE_IDS = text("""
    WITH asked AS (
        SELECT DISTINCT ON (external_id) external_id, e164[1] AS number, line FROM people
        WHERE external_id IS NOT NULL AND customer_id IS NULL ORDER BY external_id, line
    ), holder AS (
        SELECT DISTINCT ON (a.external_id) a.external_id, c.id, a.line FROM asked a
        JOIN numbers n ON n.e164 = a.number
        JOIN customer_numbers cn ON cn.number_id = n.id
        JOIN customers c ON c.id = cn.customer_id AND c.external_id IS NULL
        ORDER BY a.external_id, c.id
    )
    UPDATE customers c SET external_id = h.external_id
    FROM (SELECT DISTINCT ON (id) id, external_id FROM holder ORDER BY id, line) h WHERE c.id = h.id
""")
_KNOWN_BY_NUMBER = text("""
    UPDATE people p SET customer_id = holder.id
    FROM (
        SELECT n.e164, min(cn.customer_id) AS id FROM numbers n JOIN customer_numbers cn ON cn.number_id = n.id
        WHERE n.e164 IN (SELECT e164[1] FROM people WHERE customer_id IS NULL AND external_id IS NULL) GROUP BY n.e164
    ) holder
    WHERE holder.e164 = p.e164[1] AND p.customer_id IS NULL AND p.external_id IS NULL
""")
_NEW_BY_ID = text("""
    WITH first AS (
        SELECT DISTINCT ON (external_id) line FROM people
        WHERE external_id IS NOT NULL AND customer_id IS NULL ORDER BY external_id, line
    )
    UPDATE people p SET customer_id = nextval(pg_get_serial_sequence('customers', 'id')), fresh = true
    FROM first WHERE first.line = p.line
""")
_TWINS_BY_ID = text("""
    UPDATE people p SET customer_id = first.customer_id FROM people first
    WHERE first.fresh AND first.external_id = p.external_id AND p.customer_id IS NULL
""")
_NEW_BY_NUMBER = text("""
    WITH first AS (
        SELECT DISTINCT ON (e164[1]) line FROM people WHERE customer_id IS NULL ORDER BY e164[1], line
    )
    UPDATE people p SET customer_id = nextval(pg_get_serial_sequence('customers', 'id')), fresh = true
    FROM first WHERE first.line = p.line
""")
_TWINS_BY_NUMBER = text("""
    UPDATE people p SET customer_id = first.customer_id FROM people first
    WHERE first.fresh AND first.external_id IS NULL AND first.e164[1] = p.e164[1] AND p.customer_id IS NULL
""")
_CUSTOMERS = text("""
    INSERT INTO customers (id, external_id, name, time_zone, extra)
    SELECT customer_id, external_id, name, time_zone, extra FROM people
    WHERE fresh AND (external_id IS NOT NULL) = :with_id ORDER BY line
""")
_THEIR_NUMBERS = text("""
    INSERT INTO customer_numbers (customer_id, number_id, position)
    SELECT own.customer_id, own.id,
        coalesce((SELECT max(position) FROM customer_numbers cn WHERE cn.customer_id = own.customer_id), -1)
        + row_number() OVER (PARTITION BY own.customer_id ORDER BY own.line, own.place)
    FROM (
        SELECT DISTINCT ON (p.customer_id, n.id) p.customer_id, n.id, p.line, w.place
        FROM people p, unnest(p.e164) WITH ORDINALITY AS w (e164, place) JOIN numbers n ON n.e164 = w.e164
        WHERE p.customer_id IS NOT NULL
          AND NOT EXISTS (
            SELECT FROM customer_numbers cn WHERE cn.customer_id = p.customer_id AND cn.number_id = n.id
          )
        ORDER BY p.customer_id, n.id, p.line, w.place
    ) own
""")
_RENEW = text("""
    UPDATE customers c SET name = coalesce(nullif(p.name, ''), c.name), time_zone = coalesce(p.time_zone, c.time_zone),
        extra = c.extra || p.extra
    FROM (SELECT DISTINCT ON (customer_id) * FROM people ORDER BY customer_id, line) p
    WHERE c.id = p.customer_id AND NOT p.fresh
      AND (p.name NOT IN ('', c.name) OR p.time_zone <> c.time_zone OR c.time_zone IS NULL AND p.time_zone IS NOT NULL
           OR NOT c.extra @> p.extra)
""")
_LEADS = text("""
    INSERT INTO leads (list_id, customer_id)
    SELECT li.id, first.customer_id
    FROM (SELECT customer_id, min(line) AS line FROM people GROUP BY customer_id) first, lists li
    WHERE li.name = :name AND NOT EXISTS (
        SELECT FROM leads l WHERE l.list_id = li.id AND l.customer_id = first.customer_id
    )
    ORDER BY first.line
""")
_GROW = text("UPDATE lists SET size = size + :more WHERE name = :name")
_COUNTS = text("""
    SELECT count(DISTINCT customer_id) AS customers, count(*) FILTER (WHERE fresh) AS fresh, count(*) AS people
    FROM people
""")
_DUPLICATES = text("""
    SELECT line, first FROM (
        SELECT line, min(line) OVER (PARTITION BY customer_id) AS first FROM people
    ) p WHERE line <> first ORDER BY line LIMIT :most
""")
_SUPPRESSED_COUNT = text("""
    SELECT count(DISTINCT p.line) FROM people p
    WHERE EXISTS (SELECT FROM suppressions s WHERE s.customer_id = p.customer_id AND s.lifted_at IS NULL)
       OR EXISTS (SELECT FROM suppressions s WHERE s.number = ANY(p.e164) AND s.lifted_at IS NULL)
""")
_SUPPRESSED = text("""
    SELECT p.line, s.number, s.reason FROM people p
    JOIN suppressions s ON s.lifted_at IS NULL AND (s.number = ANY(p.e164) OR s.customer_id = p.customer_id)
    ORDER BY p.line LIMIT :most
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What became of the people."""

    customers_new: int
    customers_known: int
    leads_new: int
    leads_known: int
    numbers_new: int
    duplicates: int
    suppressed: int
    problems: tuple[LineProblem, ...]


async def prepare(connection: AsyncConnection) -> None:
    """Wait for other imports to end and make the empty table `people`."""
    await connection.execute(_ALONE, {"key": ONE_IMPORT_AT_A_TIME})
    await connection.execute(CREATE)


async def merge(connection: AsyncConnection, list_name: ListName) -> Merged:
    """Merge all that lies in `people`, and put it on the list."""
    await connection.execute(_LIST, {"name": list_name})
    for statement in _INDEXES:
        await connection.execute(statement)
    numbers_new = (await connection.execute(_NUMBERS)).rowcount
    for statement in (_KNOWN_BY_ID, _GIVE_IDS, _KNOWN_BY_ID, _NEW_BY_ID, _TWINS_BY_ID):
        await connection.execute(statement)
    await connection.execute(_CUSTOMERS, {"with_id": True})
    # Their numbers first, so that lines without an id find them.
    await connection.execute(_THEIR_NUMBERS)
    for statement in (_KNOWN_BY_NUMBER, _NEW_BY_NUMBER, _TWINS_BY_NUMBER):
        await connection.execute(statement)
    await connection.execute(_CUSTOMERS, {"with_id": False})
    for statement in (_THEIR_NUMBERS, _RENEW):
        await connection.execute(statement)
    leads_new = (await connection.execute(_LEADS, {"name": list_name})).rowcount
    await connection.execute(_GROW, {"name": list_name, "more": leads_new})
    counts = (await connection.execute(_COUNTS)).one()
    return Merged(
        customers_new=counts.fresh,
        customers_known=counts.customers - counts.fresh,
        leads_new=leads_new,
        leads_known=counts.customers - leads_new,
        numbers_new=numbers_new,
        duplicates=counts.people - counts.customers,
        suppressed=(await connection.execute(_SUPPRESSED_COUNT)).scalar_one(),
        problems=await _problems(connection),
    )


async def _problems(connection: AsyncConnection) -> tuple[LineProblem, ...]:
    duplicates = await connection.execute(_DUPLICATES, {"most": MOST_LINES})
    suppressed = await connection.execute(_SUPPRESSED, {"most": MOST_LINES})
    return (
        *(LineProblem(line, f"the same customer as in line {first}") for line, first in duplicates),
        *(
            LineProblem(line, f"{number or 'the customer'} is suppressed ({reason}) and will not be called")
            for line, number, reason in suppressed
        ),
    )
