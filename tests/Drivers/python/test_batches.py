"""Batches, of text and of prepared statements."""

import pytest
from cassandra import InvalidRequest
from cassandra.query import BatchStatement, BatchType


@pytest.fixture
def table(session, keyspace):
    session.execute("CREATE TABLE t (p int, c int, v text, PRIMARY KEY (p, c))")
    return session


def values(session, partition):
    return [(row.c, row.v) for row in session.execute("SELECT c, v FROM t WHERE p = %s", (partition,))]


@pytest.mark.parametrize("kind", [BatchType.LOGGED, BatchType.UNLOGGED], ids=["logged", "unlogged"])
def test_a_batch_within_one_partition(table, kind):
    insert = table.prepare("INSERT INTO t (p, c, v) VALUES (?, ?, ?)")
    batch = BatchStatement(batch_type=kind)
    batch.add(insert, (1, 1, "prepared"))
    batch.add("INSERT INTO t (p, c, v) VALUES (1, %s, %s)", (2, "text"))
    batch.add("INSERT INTO t (p, c, v) VALUES (1, 3, 'gone')")
    batch.add("DELETE FROM t WHERE p = 1 AND c = 4")
    table.execute(batch)
    assert values(table, 1) == [(1, "prepared"), (2, "text"), (3, "gone")]


def test_an_unlogged_batch_over_many_partitions(table):
    insert = table.prepare("INSERT INTO t (p, c, v) VALUES (?, ?, ?)")
    batch = BatchStatement(batch_type=BatchType.UNLOGGED)
    for partition in range(300):
        batch.add(insert, (partition, 1, f"v{partition}"))
    table.execute(batch)
    assert table.execute("SELECT count(*) FROM t").one()[0] == 300
    assert values(table, 299) == [(1, "v299")]


def test_a_logged_batch_over_two_partitions(table):
    batch = BatchStatement(batch_type=BatchType.LOGGED)
    batch.add("INSERT INTO t (p, c, v) VALUES (1, 1, 'a')")
    batch.add("INSERT INTO t (p, c, v) VALUES (2, 1, 'b')")
    table.execute(batch)
    assert (values(table, 1), values(table, 2)) == ([(1, "a")], [(1, "b")])


def test_a_counter_batch_is_refused(table):
    batch = BatchStatement(batch_type=BatchType.COUNTER)
    batch.add("INSERT INTO t (p, c, v) VALUES (1, 1, 'a')")
    with pytest.raises(InvalidRequest, match="(?i)counter"):
        table.execute(batch)


def test_a_batch_as_text_with_a_timestamp_and_lifetimes(table):
    table.execute("BEGIN UNLOGGED BATCH USING TIMESTAMP 1000 INSERT INTO t (p, c, v) VALUES (1, 1, 'a');"
                  " UPDATE t USING TTL 1000 SET v = 'b' WHERE p = 1 AND c = 2; APPLY BATCH")
    rows = table.execute("SELECT c, writetime(v) AS at, ttl(v) AS left FROM t WHERE p = 1").all()
    assert [(row.c, row.at) for row in rows] == [(1, 1000), (2, 1000)]
    assert rows[0].left is None and 900 < rows[1].left <= 1000


def test_a_batch_goes_out_with_the_prepared_statements_of_another_node(cluster, table, keyspace, session_on):
    prepared_here = session_on(cluster.nodes[0]).prepare(f"INSERT INTO {keyspace}.t (p, c, v) VALUES (?, ?, ?)")
    there = session_on(cluster.nodes[1])
    there.cluster._prepared_statements[prepared_here.query_id] = prepared_here
    batch = BatchStatement(batch_type=BatchType.UNLOGGED)
    batch.add(prepared_here, (7, 1, "x"))
    there.execute(batch)
    assert values(table, 7) == [(1, "x")]
