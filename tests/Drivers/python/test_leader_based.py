"""Leader-based keyspaces: the same statements, and what is refused there."""

import concurrent.futures

import pytest
from cassandra import ConsistencyLevel, InvalidRequest
from cassandra.query import BatchStatement, BatchType, SimpleStatement

from conftest import vote
from coterie_cluster import wait_until

LEVELS = [ConsistencyLevel.ONE, ConsistencyLevel.LOCAL_ONE, ConsistencyLevel.TWO, ConsistencyLevel.QUORUM, ConsistencyLevel.LOCAL_QUORUM, ConsistencyLevel.ALL]


@pytest.fixture
def ordered(session, keyspace):
    """A keyspace beside the test's own, whose writes are ordered by leaders."""
    name = f"{keyspace}_ordered"
    session.execute(f"CREATE KEYSPACE {name} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 3}} AND consistency = 'global'")
    session.execute("CREATE TABLE " + name + ".t (p int, c int, v text, s set<text>, l list<int>, PRIMARY KEY (p, c))")
    session.execute(f"USE {name}")
    yield session
    session.execute(f"DROP KEYSPACE {name}")


def test_the_schema_says_which_kind_a_keyspace_is(ordered, keyspace):
    kinds = {row.keyspace_name: row.consistency for row in ordered.execute("SELECT keyspace_name, consistency FROM system_schema.keyspaces")}
    assert (kinds[keyspace], kinds[f"{keyspace}_ordered"]) == ("eventual", "global")


@pytest.mark.parametrize("level", LEVELS, ids=ConsistencyLevel.value_to_name.get)
def test_what_is_written_through_any_node_is_read_through_any_other(ordered, level):
    for value in range(12):
        ordered.execute(SimpleStatement("INSERT INTO t (p, c, v) VALUES (1, 1, %s)", consistency_level=level), (str(value),))
        assert ordered.execute("SELECT v FROM t WHERE p = 1 AND c = 1").one().v == str(value)


def test_rows_collections_lifetimes_and_deletions(ordered):
    ordered.execute("INSERT INTO t (p, c, v, s, l) VALUES (1, 1, 'a', {'x', 'y'}, [1, 2])")
    ordered.execute("UPDATE t SET s = s - {'x'}, l = l + [3] WHERE p = 1 AND c = 1")
    ordered.execute("UPDATE t SET s = {'new'} WHERE p = 1 AND c = 2")
    ordered.execute("INSERT INTO t (p, c, v) VALUES (1, 3, 'short') USING TTL 1000")
    ordered.execute("DELETE FROM t WHERE p = 1 AND c = 2")
    rows = ordered.execute("SELECT c, v, s, l, ttl(v) AS left FROM t WHERE p = 1").all()
    assert [(row.c, row.v) for row in rows] == [(1, "a"), (3, "short")]
    assert (set(rows[0].s), rows[0].l) == ({"y"}, [1, 2, 3])
    assert 900 < rows[1].left <= 1000


def test_a_page_after_another_over_all_groups(ordered):
    insert = ordered.prepare("INSERT INTO t (p, c, v) VALUES (?, 1, ?)")
    for partition in range(250):
        ordered.execute(insert, (partition, str(partition)))
    rows = ordered.execute(SimpleStatement("SELECT p, v FROM t", fetch_size=40))
    assert sorted((row.p, row.v) for row in rows) == [(partition, str(partition)) for partition in range(250)]


def test_writes_at_the_same_time_have_one_order_for_everybody(ordered):
    """Each value is written once; whichever was last, all nodes say the same, and its time is the greatest."""
    statement = ordered.prepare("INSERT INTO t (p, c, v) VALUES (7, 7, ?)")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda value: ordered.execute(statement, (str(value),)), range(200)))
    reads = {(row.v, row.at) for row in (ordered.execute("SELECT v, writetime(v) AS at FROM t WHERE p = 7 AND c = 7").one() for _ in range(30))}
    assert len(reads) == 1


def test_a_batch_within_one_partition(ordered):
    batch = BatchStatement(batch_type=BatchType.LOGGED)
    batch.add("INSERT INTO t (p, c, v) VALUES (1, 1, 'a')")
    batch.add("INSERT INTO t (p, c, v) VALUES (1, 2, 'b')")
    batch.add("DELETE FROM t WHERE p = 1 AND c = 3")
    ordered.execute(batch)
    assert [row.v for row in ordered.execute("SELECT v FROM t WHERE p = 1")] == ["a", "b"]


@pytest.mark.parametrize("kind", [BatchType.LOGGED, BatchType.UNLOGGED], ids=["logged", "unlogged"])
def test_a_batch_over_two_partitions_is_refused(ordered, kind):
    batch = BatchStatement(batch_type=kind)
    batch.add("INSERT INTO t (p, c, v) VALUES (1, 1, 'a')")
    batch.add("INSERT INTO t (p, c, v) VALUES (2, 1, 'b')")
    with pytest.raises(InvalidRequest, match="one partition only"):
        ordered.execute(batch)
    assert ordered.execute("SELECT p FROM t").all() == []


def test_a_batch_over_both_kinds_of_keyspace_is_refused(ordered, keyspace):
    ordered.execute(f"CREATE TABLE {keyspace}.u (p int PRIMARY KEY, v text)")
    batch = BatchStatement(batch_type=BatchType.LOGGED)
    batch.add("INSERT INTO t (p, c, v) VALUES (1, 1, 'a')")
    batch.add(f"INSERT INTO {keyspace}.u (p, v) VALUES (1, 'b')")
    with pytest.raises(InvalidRequest, match="leader-based keyspace .* and to a leaderless one"):
        ordered.execute(batch)
    assert ordered.execute("SELECT p FROM t").all() == []


@pytest.mark.parametrize("statement", [
    "INSERT INTO t (p, c, v) VALUES (1, 1, 'a') USING TIMESTAMP 5",
    "UPDATE t USING TIMESTAMP 5 SET v = 'a' WHERE p = 1 AND c = 1",
    "DELETE FROM t USING TIMESTAMP 5 WHERE p = 1",
    "BEGIN BATCH USING TIMESTAMP 5 INSERT INTO t (p, c, v) VALUES (1, 1, 'a'); APPLY BATCH",
])
def test_a_time_that_the_client_gives_is_refused(ordered, statement):
    with pytest.raises(InvalidRequest, match="ordered by their leader"):
        ordered.execute(statement)
    assert ordered.execute("SELECT p FROM t").all() == []


def test_a_keyspace_is_of_one_of_two_kinds(session, keyspace):
    with pytest.raises(Exception, match="neither 'eventual' nor 'global'"):
        session.execute(f"CREATE KEYSPACE {keyspace}_x WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 3}} AND consistency = 'strong'")


def test_the_vote_of_a_write_names_the_leader(ordered):
    replicas = vote(ordered, "INSERT INTO t (p, c, v) VALUES (1, 1, 'a')")["replicas"]
    assert len(replicas) == 3
    assert [replica["leads"] for replica in replicas if replica["asked"]] == [True]


def test_the_vote_of_a_strong_read_is_the_leaders(ordered):
    write = vote(ordered, "INSERT INTO t (p, c, v) VALUES (1, 1, 'a')")
    read = vote(ordered, "SELECT v FROM t WHERE p = 1 AND c = 1")
    assert [(replica["leads"], replica["behind"]) for replica in read["replicas"]] == [(True, 0)]
    assert {replica["node"] for replica in read["replicas"]} == {replica["node"] for replica in write["replicas"] if replica["leads"]}


def test_the_vote_of_a_read_at_one_says_how_far_behind_it_was(ordered):
    """Nothing is written, so whoever answers has everything soon, and says so."""
    ordered.execute("INSERT INTO t (p, c, v) VALUES (1, 1, 'a')")
    statement = SimpleStatement("SELECT v FROM t WHERE p = 1 AND c = 1", consistency_level=ConsistencyLevel.ONE)

    def is_level():
        told = [replica for replica in vote(ordered, statement)["replicas"] if replica["asked"]]
        assert all(replica["behind"] is None or replica["behind"] >= 0 for replica in told)
        return all(replica["behind"] == 0 for replica in told)

    wait_until(is_level, 10, "somebody has not applied what is committed")


def test_no_other_vote_speaks_of_leaders(session, keyspace):
    session.execute(f"CREATE TABLE {keyspace}.t (p int PRIMARY KEY)")
    assert all("leads" not in replica and "behind" not in replica for replica in vote(session, f"SELECT p FROM {keyspace}.t WHERE p = 1")["replicas"])


def test_the_kind_of_a_keyspace_is_altered_only_while_it_has_no_tables(session, keyspace):
    other = f"{keyspace}_altered"
    session.execute(f"CREATE KEYSPACE {other} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 3}}")
    session.execute(f"ALTER KEYSPACE {other} WITH consistency = 'global' AND durable_writes = false")
    kept = session.execute(f"SELECT consistency, durable_writes FROM system_schema.keyspaces WHERE keyspace_name = '{other}'").one()
    assert (kept.consistency, kept.durable_writes) == ("global", False)
    session.execute(f"CREATE TABLE {other}.t (p int PRIMARY KEY, v int)")
    assert session.execute(f"INSERT INTO {other}.t (p, v) VALUES (1, 1) IF NOT EXISTS").was_applied
    with pytest.raises(InvalidRequest, match=f"consistency of keyspace '{other}' cannot be altered: it has tables"):
        session.execute(f"ALTER KEYSPACE {other} WITH consistency = 'eventual'")
    session.execute(f"DROP KEYSPACE {other}")
