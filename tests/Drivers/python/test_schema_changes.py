"""Changes of the schema from any node, by many at once, and with a node dead."""

import concurrent.futures

import pytest
from coterie_cluster import Cluster, wait_until

REPLICATION = "{'class': 'SimpleStrategy', 'replication_factor': 3}"


def test_a_new_table_can_be_written_at_once_through_another_node(cluster, session, keyspace, session_on):
    makers = [session_on(node) for node in cluster.nodes]
    for number in range(9):
        maker, writer = makers[number % 3], makers[(number + 1) % 3]
        maker.execute(f"CREATE TABLE {keyspace}.t{number} (id int PRIMARY KEY, v text)")
        writer.execute(f"INSERT INTO {keyspace}.t{number} (id, v) VALUES (1, 'at once')")
        assert makers[(number + 2) % 3].execute(f"SELECT v FROM {keyspace}.t{number} WHERE id = 1").one().v == "at once"


def test_nodes_that_change_the_schema_at_once_all_succeed(cluster, session, keyspace, session_on):
    sessions = [session_on(node) for node in cluster.nodes]
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for number in range(4):
            made = [pool.submit(each.execute, f"CREATE TABLE {keyspace}.t{number}_{place} (id int PRIMARY KEY)") for place, each in enumerate(sessions)]
            for future in made:
                future.result()
    for each in sessions:
        rows = each.execute("SELECT table_name FROM system_schema.tables WHERE keyspace_name = %s", (keyspace,))
        assert {row.table_name for row in rows} == {f"t{number}_{place}" for number in range(4) for place in range(3)}
        assert len({row.schema_version for row in each.execute("SELECT schema_version FROM system.peers")}) == 1


def test_of_two_that_make_the_same_table_at_once_one_is_told_that_it_exists(cluster, session, keyspace, session_on):
    sessions = [session_on(node) for node in cluster.nodes]
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(each.execute, f"CREATE TABLE {keyspace}.same (id int PRIMARY KEY)") for each in sessions]
        failures = [type(future.exception()).__name__ for future in futures if future.exception()]
    assert failures == ["AlreadyExists"] * 2


@pytest.fixture(scope="module")
def harmed():
    """A cluster in which each node is killed once."""
    with Cluster() as own:
        yield own


@pytest.mark.parametrize("dead", [0, 1, 2])
def test_with_a_node_dead_the_schema_changes_and_the_node_catches_up(harmed, session_on, dead):
    lost, keyspace = harmed.nodes[dead], f"without{dead}"
    lost.kill()
    maker, user = (session_on(node) for node in harmed.others(lost))
    maker.execute(f"CREATE KEYSPACE {keyspace} WITH replication = {REPLICATION}")
    maker.execute(f"CREATE TABLE {keyspace}.t (id int PRIMARY KEY, v text)")
    maker.execute(f"CREATE TABLE {keyspace}.dropped (id int PRIMARY KEY)")
    user.execute(f"DROP TABLE {keyspace}.dropped")
    user.execute(f"INSERT INTO {keyspace}.t (id, v) VALUES (1, 'while it was away')")
    lost.start()
    returned = session_on(lost)
    wait_until(lambda: tables(returned, keyspace) == {"t"}, 30, "the node does not catch up with the schema")
    assert returned.execute(f"SELECT v FROM {keyspace}.t WHERE id = 1").one().v == "while it was away"
    returned.execute(f"CREATE TABLE {keyspace}.made_by_the_one_that_was_away (id int PRIMARY KEY)")
    for session in (maker, user, returned):
        assert tables(session, keyspace) == {"t", "made_by_the_one_that_was_away"}
    wait_until(lambda: all(node.sees_all_alive() for node in harmed.nodes), 30, "the nodes do not see one another after the restart")


def tables(session, keyspace):
    return {row.table_name for row in session.execute("SELECT table_name FROM system_schema.tables WHERE keyspace_name = %s", (keyspace,))}
