"""Every type there and back, by literal and by bound value: ordinary values, extremes, empty ones and null."""

import datetime
import decimal
import math
import uuid

import pytest
from cassandra.util import Date, Duration, Time

TIME_UUID = uuid.UUID("50554d6e-29bb-11e5-b345-feff819cdc9f")
VALUES = {
    "ascii": ["", "plain", "~" * 1000],
    "text": ["", "tëxt ☃ 🜛", "\x00", "'quoted'", "x" * 100_000],
    "varchar": ["", "Ω"],
    "blob": [b"", b"\x00\xff", bytes(range(256)) * 64],
    "boolean": [True, False],
    "tinyint": [0, -128, 127],
    "smallint": [0, -(2**15), 2**15 - 1],
    "int": [0, -(2**31), 2**31 - 1],
    "bigint": [0, -(2**63), 2**63 - 1],
    "varint": [0, -1, 127, 128, -128, -129, 2**200, -(2**200)],
    "decimal": [decimal.Decimal(text) for text in ("0", "0.00", "-1.5", "1E+10", "1E-20", "123456789012345678901234567890.123456789")],
    "float": [0.0, -0.0, 1.5, -3.4028234663852886e38, 1.401298464324817e-45, math.inf, -math.inf],
    "double": [0.0, -0.0, 0.1, 1.7976931348623157e308, 5e-324, math.inf, -math.inf],
    "uuid": [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.UUID("c0ffee00-1234-4abc-8def-0123456789ab")],
    "timeuuid": [TIME_UUID],
    "inet": ["127.0.0.1", "255.255.255.255", "::1", "2001:db8::8a2e:370:7334"],
    # The last second of all without its milliseconds: this driver reads through a float, which has not that many digits.
    "timestamp": [datetime.datetime(1970, 1, 1), datetime.datetime(1969, 12, 31, 23, 59, 59, 999000), datetime.datetime(9999, 12, 31, 23, 59, 59)],
    "date": [Date(0), Date("2024-02-29"), Date("0001-01-01"), Date(2**31 - 1), Date(-(2**31))],
    "time": [Time(0), Time(86_400 * 10**9 - 1), Time("13:30:54.123456789")],
    "duration": [Duration(0, 0, 0), Duration(12, 3, 4 * 10**9), Duration(-1, -2, -3), Duration(2**31 - 1, 2**31 - 1, 2**63 - 1)],
}
CASES = [(cql_type, value) for cql_type, values in VALUES.items() for value in values]


@pytest.fixture(scope="module")
def written(module_session):
    columns = ", ".join(f"c_{cql_type} {cql_type}" for cql_type in VALUES)
    module_session.execute(f"CREATE TABLE t (id uuid PRIMARY KEY, {columns})")
    return module_session


def same(left, right):
    if isinstance(left, float):
        return left == right and math.copysign(1, left) == math.copysign(1, right)
    if isinstance(left, decimal.Decimal):
        return left.as_tuple() == right.as_tuple()
    return left == right


@pytest.mark.parametrize(("cql_type", "value"), CASES, ids=lambda value: str(value)[:24])
def test_a_bound_value_comes_back_as_it_was(written, cql_type, value):
    row_id = uuid.uuid4()
    written.execute(written.prepare(f"INSERT INTO t (id, c_{cql_type}) VALUES (?, ?)"), (row_id, value))
    back = written.execute(written.prepare(f"SELECT c_{cql_type} AS v FROM t WHERE id = ?"), (row_id,)).one().v
    assert same(back, value)


@pytest.mark.parametrize(("cql_type", "value"), CASES, ids=lambda value: str(value)[:24])
def test_a_literal_comes_back_as_it_was(written, cql_type, value):
    row_id = uuid.uuid4()
    if isinstance(value, float) and math.isinf(value):
        literal = "Infinity" if value > 0 else "-Infinity"
    elif cql_type == "date":
        literal = str(value.days_from_epoch + 2**31)
    elif cql_type == "duration":
        literal = f"{'-' if min(value.months, value.days, value.nanoseconds) < 0 else ''}" \
                  f"{abs(value.months)}mo{abs(value.days)}d{abs(value.nanoseconds)}ns"
    elif cql_type == "time":
        literal = f"'{value}'"
    else:
        literal = None
    if literal is None:
        written.execute(f"INSERT INTO t (id, c_{cql_type}) VALUES (%s, %s)", (row_id, value))
    else:
        written.execute(f"INSERT INTO t (id, c_{cql_type}) VALUES ({row_id}, {literal})")
    back = written.execute(f"SELECT c_{cql_type} AS v FROM t WHERE id = {row_id}").one().v
    assert same(back, value)


def test_not_a_number_stays_not_a_number(written):
    row_id = uuid.uuid4()
    written.execute(written.prepare("INSERT INTO t (id, c_float, c_double) VALUES (?, ?, ?)"), (row_id, math.nan, math.nan))
    row = written.execute(f"SELECT c_float, c_double FROM t WHERE id = {row_id}").one()
    assert math.isnan(row.c_float) and math.isnan(row.c_double)


@pytest.mark.parametrize("cql_type", VALUES)
def test_null_comes_back_as_none_and_deletes_what_was_there(written, cql_type):
    row_id = uuid.uuid4()
    insert = written.prepare(f"INSERT INTO t (id, c_{cql_type}) VALUES (?, ?)")
    select = written.prepare(f"SELECT c_{cql_type} AS v FROM t WHERE id = ?")
    written.execute(insert, (row_id, VALUES[cql_type][0]))
    written.execute(insert, (row_id, None))
    assert written.execute(select, (row_id,)).one().v is None


def test_a_value_left_unset_leaves_what_was_there(written):
    row_id = uuid.uuid4()
    insert = written.prepare("INSERT INTO t (id, c_int, c_text) VALUES (?, ?, ?)")
    written.execute(insert, (row_id, 1, "one"))
    written.execute(insert, {"id": row_id, "c_int": 2})
    row = written.execute(f"SELECT c_int, c_text FROM t WHERE id = {row_id}").one()
    assert (row.c_int, row.c_text) == (2, "one")


@pytest.mark.parametrize("cql_type", [cql_type for cql_type in VALUES if cql_type != "duration"])
def test_every_type_but_duration_can_be_a_key(written, cql_type):
    written.execute(f"CREATE TABLE IF NOT EXISTS keyed_{cql_type} (p {cql_type}, c {cql_type}, v int, PRIMARY KEY (p, c))")
    values = [value for value in VALUES[cql_type] if not isinstance(value, (str, bytes)) or 0 < len(value) < 60_000]
    insert = written.prepare(f"INSERT INTO keyed_{cql_type} (p, c, v) VALUES (?, ?, ?)")
    select = written.prepare(f"SELECT p, c, v FROM keyed_{cql_type} WHERE p = ? AND c = ?")
    for number, value in enumerate(values):
        written.execute(insert, (value, value, number))
    for number, value in enumerate(values):
        row = written.execute(select, (value, value)).one()
        assert same(row.p, value) and same(row.c, value) and row.v == number
