"""A statement prepared on one node is executed on all of them."""

import pytest
from conftest import with_all_pools
from coterie_cluster import Cluster, wait_until


def prepared_id(session, text):
    return session.prepare(text).query_id


def test_every_node_gives_the_same_id(cluster, session, keyspace, session_on):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")
    text = f"SELECT v FROM {keyspace}.t WHERE id = ?"
    assert len({prepared_id(session_on(node), text) for node in cluster.nodes}) == 1


def test_what_one_node_prepared_runs_on_every_node(cluster, connect, session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")
    alone = with_all_pools(connect(cluster.contact, prepare_on_all_hosts=False).connect(keyspace))
    insert = alone.prepare("INSERT INTO t (id, v) VALUES (?, ?)")
    select = alone.prepare("SELECT v FROM t WHERE id = ?")
    coordinators = set()
    for key in range(12):
        written = alone.execute_async(insert, (key, f"v{key}"))
        written.result()
        coordinators.add(written.coordinator_host.address)
        assert alone.execute(select, (key,)).one().v == f"v{key}"
    assert coordinators == {node.address for node in cluster.nodes}


def test_a_node_that_was_started_again_is_asked_to_prepare_again(connect):
    with Cluster() as own:
        driver = connect(own.contact, reprepare_on_up=False)
        session = with_all_pools(driver.connect())
        session.execute("CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}")
        session.execute("CREATE TABLE k.t (id int PRIMARY KEY, v text)")
        insert = session.prepare("INSERT INTO k.t (id, v) VALUES (?, ?)")
        restarted = own.nodes[2]
        host = next(host for host in driver.metadata.all_hosts() if host.address == restarted.address)
        session.execute(insert, (1, "before"), host=host)
        restarted.kill()
        wait_until(lambda: not host.is_up, 30, "the driver does not notice that the node is down")
        restarted.start()
        wait_until(lambda: host.is_up and session.get_pool_state().get(host, {}).get("open_count"), 60, "the driver does not come back to the node")
        future = session.execute_async(insert, (2, "after"), host=host)
        future.result()
        assert future.coordinator_host.address == restarted.address
        assert [row.v for row in session.execute("SELECT v FROM k.t WHERE id IN (1, 2)", host=host)] == ["before", "after"]


def test_a_statement_of_a_dropped_and_recreated_table_reads_the_new_one(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")
    select = session.prepare("SELECT * FROM t WHERE id = ?")
    session.execute("INSERT INTO t (id, v) VALUES (1, 'old')")
    assert session.execute(select, (1,)).one().v == "old"
    session.execute("DROP TABLE t")
    session.execute("CREATE TABLE t (id int PRIMARY KEY, n int, v text)")
    session.execute("INSERT INTO t (id, n, v) VALUES (1, 5, 'new')")
    row = session.execute(select, (1,)).one()
    assert (row.id, row.n, row.v) == (1, 5, "new")


def test_a_statement_of_a_dropped_table_is_refused(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")
    select = session.prepare("SELECT v FROM t WHERE id = ?")
    session.execute("DROP TABLE t")
    with pytest.raises(Exception, match="t.*does not exist|unconfigured table"):
        session.execute(select, (1,))


def test_names_of_markers_reach_the_driver(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")
    insert = session.prepare("INSERT INTO t (id, v) VALUES (:key, :value)")
    session.execute(insert, {"key": 1, "value": "named"})
    assert session.execute("SELECT v FROM t WHERE id = 1").one().v == "named"
