"""Rows: lifetimes, timestamps, static columns, composite keys, order, IN and deletes of every extent."""

import pytest
from coterie_cluster import wait_until


@pytest.fixture
def readings(session, keyspace):
    session.execute("CREATE TABLE readings (site text, year int, month int, day int, owner text STATIC, v int,"
                    " PRIMARY KEY ((site, year), month, day)) WITH CLUSTERING ORDER BY (month DESC, day ASC)")
    insert = session.prepare("INSERT INTO readings (site, year, month, day, v) VALUES (?, ?, ?, ?, ?)")
    for site in ("a", "b"):
        for month in (1, 2, 3):
            for day in (1, 2, 3):
                session.execute(insert, (site, 2024, month, day, month * 10 + day))
    return session


def days(rows):
    return [(row.month, row.day) for row in rows]


ONE_SITE = "SELECT month, day FROM readings WHERE site = 'a' AND year = 2024"


def test_rows_come_in_the_order_of_the_table(readings):
    assert days(readings.execute(ONE_SITE)) == [(3, 1), (3, 2), (3, 3), (2, 1), (2, 2), (2, 3), (1, 1), (1, 2), (1, 3)]


def test_order_by_turns_it_round(readings):
    assert days(readings.execute(ONE_SITE + " ORDER BY month ASC, day DESC LIMIT 4")) == [(1, 3), (1, 2), (1, 1), (2, 3)]


def test_a_range_of_clustering_values(readings):
    assert days(readings.execute(ONE_SITE + " AND month > 1 AND month <= 3")) == [(3, 1), (3, 2), (3, 3), (2, 1), (2, 2), (2, 3)]
    assert days(readings.execute(ONE_SITE + " AND month = 2 AND day >= 2")) == [(2, 2), (2, 3)]


def test_in_on_the_partition_key_and_on_clustering_columns(readings):
    rows = readings.execute("SELECT site, v FROM readings WHERE site IN ('b', 'a', 'none') AND year = 2024 AND month = 1 AND day IN (3, 1)")
    assert sorted((row.site, row.v) for row in rows) == [("a", 11), ("a", 13), ("b", 11), ("b", 13)]


def test_a_static_column_is_of_the_whole_partition(readings):
    readings.execute("UPDATE readings SET owner = 'Ada' WHERE site = 'a' AND year = 2024")
    assert {row.owner for row in readings.execute("SELECT owner FROM readings WHERE site = 'a' AND year = 2024")} == {"Ada"}
    assert readings.execute("SELECT owner FROM readings WHERE site = 'b' AND year = 2024").one().owner is None


def test_a_partition_with_nothing_but_a_static_column_is_one_row(readings):
    readings.execute("INSERT INTO readings (site, year, owner) VALUES ('c', 2024, 'Grace')")
    rows = readings.execute("SELECT * FROM readings WHERE site = 'c' AND year = 2024").all()
    assert [(row.owner, row.month, row.day, row.v) for row in rows] == [("Grace", None, None, None)]


def test_distinct_gives_each_partition_once(readings):
    rows = readings.execute("SELECT DISTINCT site, year FROM readings")
    assert sorted((row.site, row.year) for row in rows) == [("a", 2024), ("b", 2024)]


def test_deleting_a_cell_a_row_a_range_and_a_partition(readings):
    readings.execute("DELETE v FROM readings WHERE site = 'a' AND year = 2024 AND month = 3 AND day = 1")
    assert readings.execute("SELECT v FROM readings WHERE site = 'a' AND year = 2024 AND month = 3 AND day = 1").one().v is None
    readings.execute("DELETE FROM readings WHERE site = 'a' AND year = 2024 AND month = 3 AND day = 2")
    readings.execute("DELETE FROM readings WHERE site = 'a' AND year = 2024 AND month = 2 AND day > 1")
    readings.execute("DELETE FROM readings WHERE site = 'a' AND year = 2024 AND month = 1")
    assert days(readings.execute(ONE_SITE)) == [(3, 1), (3, 3), (2, 1)]
    readings.execute("DELETE FROM readings WHERE site = 'a' AND year = 2024")
    assert days(readings.execute(ONE_SITE)) == []
    assert len(readings.execute("SELECT v FROM readings WHERE site = 'b' AND year = 2024").all()) == 9


@pytest.fixture
def plain(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v text, w text)")
    return session


def test_a_cell_with_a_lifetime_ends_and_says_how_long_it_has(plain):
    plain.execute("INSERT INTO t (id, w) VALUES (1, 'stays')")
    plain.execute("UPDATE t USING TTL 2 SET v = 'goes' WHERE id = 1")
    row = plain.execute("SELECT v, ttl(v) AS left, ttl(w) AS none FROM t WHERE id = 1").one()
    assert row.v == "goes" and 0 <= row.left <= 2 and row.none is None
    wait_until(lambda: plain.execute("SELECT v FROM t WHERE id = 1").one().v is None, 10, "the cell did not end")
    assert plain.execute("SELECT w FROM t WHERE id = 1").one().w == "stays"


def test_a_row_inserted_with_a_lifetime_goes_as_a_whole(plain):
    plain.execute(plain.prepare("INSERT INTO t (id, v) VALUES (?, ?) USING TTL ?"), (1, "x", 1))
    wait_until(lambda: plain.execute("SELECT id FROM t WHERE id = 1").one() is None, 10, "the row did not end")


def test_the_higher_timestamp_wins_whatever_the_order(plain):
    plain.execute("INSERT INTO t (id, v) VALUES (1, 'newer') USING TIMESTAMP 200")
    plain.execute("INSERT INTO t (id, v) VALUES (1, 'older') USING TIMESTAMP 100")
    row = plain.execute("SELECT v, writetime(v) AS at FROM t WHERE id = 1").one()
    assert (row.v, row.at) == ("newer", 200)
    plain.execute("DELETE FROM t USING TIMESTAMP 150 WHERE id = 1")
    assert plain.execute("SELECT v FROM t WHERE id = 1").one().v == "newer"
    plain.execute("DELETE FROM t USING TIMESTAMP 200 WHERE id = 1")
    assert plain.execute("SELECT v FROM t WHERE id = 1").one() is None


def test_update_alone_makes_no_row_that_outlives_its_cells(plain):
    plain.execute("UPDATE t SET v = 'x' WHERE id = 1")
    plain.execute("DELETE v FROM t WHERE id = 1")
    assert plain.execute("SELECT * FROM t WHERE id = 1").one() is None
    plain.execute("INSERT INTO t (id, v) VALUES (2, 'x')")
    plain.execute("DELETE v FROM t WHERE id = 2")
    assert plain.execute("SELECT id, v FROM t WHERE id = 2").one() == (2, None)


def test_truncate_empties_the_table_for_every_coordinator(cluster, plain, keyspace, session_on):
    plain.execute("INSERT INTO t (id, v) VALUES (1, 'x')")
    plain.execute("TRUNCATE t")
    for node in cluster.nodes:
        assert session_on(node).execute(f"SELECT id FROM {keyspace}.t").all() == []
