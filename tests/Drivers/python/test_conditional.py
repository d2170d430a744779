"""Conditional writes (IF …), which leader-based keyspaces have."""

import concurrent.futures

import pytest
from cassandra import ConsistencyLevel, InvalidRequest
from cassandra.protocol import SyntaxException
from cassandra.query import BatchStatement, BatchType, SimpleStatement


@pytest.fixture
def ordered(session, keyspace):
    """A keyspace beside the test's own, whose writes are ordered by leaders."""
    name = f"{keyspace}_ordered"
    session.execute(f"CREATE KEYSPACE {name} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 3}} AND consistency = 'global'")
    session.execute(
        "CREATE TABLE " + name + ".t (p int, c int, s text static, v int, w text, m map<text, int>, l list<int>, z set<int>, f frozen<list<int>>, PRIMARY KEY (p, c))"
    )
    session.execute(f"USE {name}")
    yield session
    session.execute(f"DROP KEYSPACE {name}")


def outcome(result):
    """Whether it was applied, and what else the one row of the answer says."""
    row = result.one()._asdict()
    return row.pop("applied"), row


def test_the_first_of_two_inserts_is_applied_and_the_second_sees_it(ordered):
    assert outcome(ordered.execute("INSERT INTO t (p, c, v) VALUES (1, 1, 10) IF NOT EXISTS")) == (True, {})
    applied, row = outcome(ordered.execute("INSERT INTO t (p, c, v) VALUES (1, 1, 20) IF NOT EXISTS"))
    assert not applied
    assert (row["p"], row["c"], row["v"], row["w"]) == (1, 1, 10, None)
    assert set(row) == {"p", "c", "s", "v", "w", "m", "l", "z", "f"}
    assert ordered.execute("SELECT v FROM t WHERE p = 1 AND c = 1").one().v == 10


def test_what_was_deleted_or_has_expired_does_not_exist(ordered):
    ordered.execute("INSERT INTO t (p, c, v) VALUES (1, 1, 10)")
    assert outcome(ordered.execute("DELETE FROM t WHERE p = 1 AND c = 1 IF EXISTS")) == (True, {})
    assert outcome(ordered.execute("DELETE FROM t WHERE p = 1 AND c = 1 IF EXISTS")) == (False, {})
    assert outcome(ordered.execute("INSERT INTO t (p, c, v) VALUES (1, 1, 11) IF NOT EXISTS USING TTL 1000")) == (True, {})
    assert ordered.execute("SELECT ttl(v) AS left FROM t WHERE p = 1 AND c = 1").one().left > 900
    ordered.execute("DELETE FROM t WHERE p = 1")
    assert outcome(ordered.execute("UPDATE t SET v = 1 WHERE p = 1 AND c = 1 IF EXISTS")) == (False, {})
    assert ordered.execute("SELECT * FROM t WHERE p = 1").one() is None


@pytest.mark.parametrize(
    "condition, holds",
    [
        ("v = 5", True), ("v = 6", False), ("v != 6", True), ("v != 5", False), ("v < 6", True), ("v < 5", False), ("v <= 5", True), ("v > 4", True),
        ("v >= 6", False), ("v IN (1, 5)", True), ("v IN (1, 2)", False), ("v = null", False), ("v != null", True), ("w = null", True), ("w != null", False),
        ("w != 'x'", True), ("w = 'x'", False), ("w < 'x'", False), ("w IN ('x', null)", True), ("v = 5 AND w = null", True), ("v = 5 AND w = 'x'", False),
        ("m['a'] = 1", True), ("m['a'] = 2", False), ("m['b'] = null", True), ("m['b'] > 0", False), ("m['a'] IN (1, 3)", True), ("m = {'a': 1, 'c': 3}", True),
        ("m = {'a': 1}", False), ("m != null", True), ("l = [3, 1, 2]", True), ("l = [1, 2, 3]", False), ("l[0] = 3", True), ("l[2] = 2", True), ("l[3] = null", True),
        ("l[1] > 1", False), ("z = {2, 1}", True), ("z = {1}", False), ("z = {}", False), ("f = [7, 8]", True), ("f > [7, 7]", True), ("f = [8]", False),
        ("s = 'static'", True), ("s = 'other'", False), ("s = 'static' AND v = 5", True),
    ],
)  # fmt: skip
def test_conditions(ordered, condition, holds):
    ordered.execute("INSERT INTO t (p, c, s, v, m, l, z, f) VALUES (1, 1, 'static', 5, {'c': 3, 'a': 1}, [3, 1, 2], {1, 2}, [7, 8])")
    applied, row = outcome(ordered.execute(f"UPDATE t SET w = 'done' WHERE p = 1 AND c = 1 IF {condition}"))
    assert applied == holds
    assert (ordered.execute("SELECT w FROM t WHERE p = 1 AND c = 1").one().w == "done") == holds
    assert set(row) == (set() if holds else {part.split("[")[0].split()[0] for part in condition.split(" AND ")})


def test_a_condition_on_a_row_that_is_not_there(ordered):
    assert outcome(ordered.execute("UPDATE t SET v = 1 WHERE p = 1 AND c = 1 IF v = 5")) == (False, {})
    assert outcome(ordered.execute("UPDATE t SET v = 1 WHERE p = 1 AND c = 1 IF v = null")) == (True, {})
    assert ordered.execute("SELECT v FROM t WHERE p = 1 AND c = 1").one().v == 1


def test_static_columns(ordered):
    assert outcome(ordered.execute("INSERT INTO t (p, s) VALUES (1, 'a') IF NOT EXISTS")) == (True, {})
    applied, row = outcome(ordered.execute("UPDATE t SET s = 'c' WHERE p = 1 IF s = 'b'"))
    assert (applied, row) == (False, {"s": "a"})
    assert outcome(ordered.execute("UPDATE t SET s = 'b' WHERE p = 1 IF s = 'a'")) == (True, {})
    assert outcome(ordered.execute("INSERT INTO t (p, c, v) VALUES (1, 1, 1) IF NOT EXISTS")) == (True, {})
    assert outcome(ordered.execute("UPDATE t SET v = 2 WHERE p = 1 AND c = 1 IF s = 'b' AND v = 1")) == (True, {})


def test_prepared_with_every_kind_of_marker(ordered):
    update = ordered.prepare("UPDATE t SET v = ?, m[?] = ? WHERE p = ? AND c = ? IF v = ? AND m[?] IN ?")
    assert outcome(ordered.execute("INSERT INTO t (p, c, v, m) VALUES (1, 1, 1, {'a': 1}) IF NOT EXISTS"))[0]
    assert outcome(ordered.execute(update, (2, "a", 2, 1, 1, 1, "a", [0, 1]))) == (True, {})
    applied, row = outcome(ordered.execute(update, (3, "a", 3, 1, 1, 1, "a", [0, 1])))
    assert (applied, row["v"], dict(row["m"])) == (False, 2, {"a": 2})
    with pytest.raises(InvalidRequest):
        ordered.execute(update.bind((3, "a", 3, 1, 1)))


def test_an_operation_that_reads_first_is_one_with_its_condition(ordered):
    ordered.execute("INSERT INTO t (p, c, v, l) VALUES (1, 1, 1, [1, 2, 3])")
    assert outcome(ordered.execute("UPDATE t SET l = l - [2], v = 2 WHERE p = 1 AND c = 1 IF v = 1")) == (True, {})
    assert outcome(ordered.execute("UPDATE t SET l[1] = 9 WHERE p = 1 AND c = 1 IF l = [1, 3]")) == (True, {})
    assert ordered.execute("SELECT l FROM t WHERE p = 1 AND c = 1").one().l == [1, 9]


@pytest.mark.parametrize("condition", ["v != 5", "w = null", "l[1] != 77", "v IN (7, null)"])
def test_an_element_is_set_under_a_condition_that_would_hold_on_nothing(ordered, condition):
    ordered.execute("INSERT INTO t (p, c, v, l) VALUES (1, 1, 7, [10, 20, 30])")
    assert outcome(ordered.execute(f"UPDATE t SET l[0] = 98 WHERE p = 1 AND c = 1 IF {condition}")) == (True, {})
    assert outcome(ordered.execute(f"DELETE l[2] FROM t WHERE p = 1 AND c = 1 IF {condition}")) == (True, {})
    assert ordered.execute("SELECT l FROM t WHERE p = 1 AND c = 1").one().l == [98, 20]


def test_a_batch_is_applied_whole_if_all_its_conditions_hold(ordered):
    ordered.execute("INSERT INTO t (p, c, v) VALUES (1, 1, 1)")
    batch = BatchStatement(BatchType.UNLOGGED)
    batch.add("INSERT INTO t (p, c, v) VALUES (1, 2, 2) IF NOT EXISTS")
    batch.add("UPDATE t SET v = 2 WHERE p = 1 AND c = 1 IF v = 1")
    batch.add("INSERT INTO t (p, c, v) VALUES (1, 3, 3)")
    assert outcome(ordered.execute(batch)) == (True, {})
    result = ordered.execute(
        "BEGIN BATCH UPDATE t SET v = 3 WHERE p = 1 AND c = 1 IF v = 2; UPDATE t SET v = 9 WHERE p = 1 AND c = 2 IF v = 1; DELETE FROM t WHERE p = 1 AND c = 3; APPLY BATCH"
    )
    assert [(row.applied, row.p, row.c, row.v) for row in result.all()] == [(False, 1, 1, 2), (False, 1, 2, 2)]
    assert [(row.c, row.v) for row in ordered.execute("SELECT c, v FROM t WHERE p = 1")] == [(1, 2), (2, 2), (3, 3)]


def test_a_batch_with_conditions_is_of_one_partition_of_one_table(ordered, keyspace):
    ordered.execute(f"CREATE TABLE {keyspace}_ordered.other (p int PRIMARY KEY, v int)")
    for second, message in (("t (p, c, v) VALUES (2, 1, 1)", "multiple partitions"), ("other (p, v) VALUES (1, 1)", "multiple tables")):
        with pytest.raises(InvalidRequest, match=message):
            ordered.execute(f"BEGIN BATCH INSERT INTO t (p, c, v) VALUES (1, 1, 1) IF NOT EXISTS; INSERT INTO {second}; APPLY BATCH")


def test_a_counter_by_compare_and_set_loses_nothing(ordered):
    """Everyone adds one to what they have read, only if it still is that: what was applied is what is there."""
    ordered.execute("INSERT INTO t (p, c, v) VALUES (1, 1, 0)")
    update = ordered.prepare("UPDATE t SET v = ? WHERE p = 1 AND c = 1 IF v = ?")

    def add(_):
        value, applied = 0, False
        while not applied:
            applied, row = outcome(ordered.execute(update, (value + 1, value)))
            value = row.get("v", value)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(80)))
    serial = SimpleStatement("SELECT v FROM t WHERE p = 1 AND c = 1", consistency_level=ConsistencyLevel.SERIAL)
    assert ordered.execute(serial).one().v == 80


def test_one_of_many_who_want_the_same_name_gets_it(ordered):
    insert = ordered.prepare("INSERT INTO t (p, c, v) VALUES (?, 1, ?) IF NOT EXISTS")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        applied = list(pool.map(lambda i: outcome(ordered.execute(insert, (i % 10, i)))[0], range(160)))
    winners = sorted(i for i in range(160) if applied[i])
    assert sorted(i % 10 for i in winners) == list(range(10))
    assert sorted(row.v for row in ordered.execute("SELECT v FROM t")) == winners


@pytest.mark.parametrize("level", [ConsistencyLevel.SERIAL, ConsistencyLevel.LOCAL_SERIAL], ids=ConsistencyLevel.value_to_name.get)
def test_serial_is_a_level_of_reads(ordered, session, keyspace, level):
    ordered.execute("INSERT INTO t (p, c, v) VALUES (1, 1, 1)")
    assert ordered.execute(SimpleStatement("SELECT v FROM t WHERE p = 1", consistency_level=level)).one().v == 1
    with pytest.raises(InvalidRequest, match="not a consistency level of writes"):
        ordered.execute(SimpleStatement("INSERT INTO t (p, c, v) VALUES (1, 1, 1)", consistency_level=level))
    insert = SimpleStatement("INSERT INTO t (p, c, v) VALUES (5, 1, 1) IF NOT EXISTS", serial_consistency_level=level)
    assert ordered.execute(insert).was_applied
    session.execute(f"CREATE TABLE {keyspace}.t (p int PRIMARY KEY)")
    with pytest.raises(InvalidRequest, match="leaderless keyspace"):
        session.execute(SimpleStatement(f"SELECT * FROM {keyspace}.t", consistency_level=level))


@pytest.mark.parametrize(
    "statement, message",
    [
        ("INSERT INTO t (p, c, v) VALUES (1, 1, 1) IF NOT EXISTS USING TIMESTAMP 5", "Cannot provide custom timestamp"),
        ("UPDATE t SET v = 1 WHERE p IN (1, 2) AND c = 1 IF v = 1", "IN on the partition key"),
        ("UPDATE t SET v = 1 WHERE p = 1 AND c IN (1, 2) IF v = 1", "IN on the clustering key"),
        ("DELETE FROM t WHERE p = 1 AND c > 1 IF EXISTS", "must restrict all PRIMARY KEY columns"),
        ("DELETE FROM t WHERE p = 1 IF v = 1", "must restrict all PRIMARY KEY columns"),
        ("UPDATE t SET v = 1 WHERE p = 1 AND c = 1 IF c = 1", "PRIMARY KEY column 'c' cannot have IF conditions"),
        ("UPDATE t SET v = 1 WHERE p = 1 AND c = 1 IF nothing = 1", "Undefined column name nothing"),
        ("UPDATE t SET v = 1 WHERE p = 1 AND c = 1 IF v > null", "Invalid comparison with null"),
        ("UPDATE t SET v = 1 WHERE p = 1 AND c = 1 IF z[1] = 1", "Invalid element access"),
        ("UPDATE t SET v = 1 WHERE p = 1 AND c = 1 IF l[-1] = 1", "negative list index"),
        ("UPDATE t SET s = 'x' WHERE p = 1 IF v = 1", "writes only static columns"),
        ("BEGIN BATCH USING TIMESTAMP 5 INSERT INTO t (p, c) VALUES (1, 1) IF NOT EXISTS; APPLY BATCH", "conditional BATCH"),
    ],
)
def test_what_is_refused(ordered, statement, message):
    with pytest.raises(InvalidRequest, match=message):
        ordered.execute(statement)


@pytest.mark.parametrize("statement", ["INSERT INTO t (p, c) VALUES (1, 1) IF EXISTS", "UPDATE t SET v = 1 WHERE p = 1 AND c = 1 IF NOT EXISTS", "DELETE FROM t WHERE p = 1 IF"])
def test_what_is_not_cql(ordered, statement):
    with pytest.raises(SyntaxException):
        ordered.execute(statement)


def test_a_leaderless_keyspace_refuses_them_and_says_what_to_do(session, keyspace):
    session.execute(f"CREATE TABLE {keyspace}.t (p int PRIMARY KEY, v int)")
    for statement in ("INSERT INTO {0}.t (p, v) VALUES (1, 1) IF NOT EXISTS", "BEGIN BATCH UPDATE {0}.t SET v = 1 WHERE p = 1 IF v = 2; APPLY BATCH"):
        with pytest.raises(InvalidRequest, match="need a leader-based keyspace.*consistency = 'global'"):
            session.execute(statement.format(keyspace))
