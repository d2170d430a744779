"""The custom payload: any number of replicas, and the vote."""

import pytest
from cassandra import ConsistencyLevel, InvalidRequest
from cassandra.query import SimpleStatement

from conftest import vote

READ = "SELECT v FROM t WHERE id = 1"


@pytest.fixture
def table(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")
    session.execute(SimpleStatement("INSERT INTO t (id, v) VALUES (1, 'x')", consistency_level=ConsistencyLevel.ALL))
    return session


@pytest.mark.parametrize("required", [1, 2, 3])
def test_any_number_of_replicas_can_be_asked_for(table, required):
    for query in (READ, "INSERT INTO t (id, v) VALUES (2, 'y')"):
        told = vote(table, query, **{"coterie.required": str(required).encode()})
        assert told["required"] == required
        answered = [replica for replica in told["replicas"] if replica["answered_after_us"] is not None]
        assert len(answered) >= required


def test_more_than_the_keyspace_keeps_is_an_invalid_request(table):
    with pytest.raises(InvalidRequest, match="4, and the keyspace keeps 3"):
        table.execute(READ, custom_payload={"coterie.required": b"4"})


def test_a_request_that_is_too_large_costs_the_driver_no_connection(table):
    for _ in range(4):
        with pytest.raises(InvalidRequest, match="allowed"):
            table.execute(f"INSERT INTO t (id, v) VALUES (1, '{'x' * 1_500_000}')")
    assert table.execute(READ).one().v == "x"


def test_a_vote_of_a_quorum_names_the_replicas_by_address(cluster, table):
    told = vote(table, SimpleStatement(READ, consistency_level=ConsistencyLevel.QUORUM))
    assert told["required"] == 2
    assert {replica["address"] for replica in told["replicas"]} == {f"{node.address}:{node.port}" for node in cluster.nodes}
    assert sum(replica["asked"] for replica in told["replicas"]) >= 2
    assert not any(replica["stale"] for replica in told["replicas"])


def test_a_vote_of_a_write_tells_what_each_replica_has_acknowledged(table):
    told = vote(table, SimpleStatement("INSERT INTO t (id, v) VALUES (1, 'z') USING TIMESTAMP 4102444800000001", consistency_level=ConsistencyLevel.ALL))
    assert [replica["newest"] for replica in told["replicas"]] == [4102444800000001] * 3


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        (READ, 1),
        ("SELECT v FROM t WHERE id IN (1, 2, 3)", 3),
        ("INSERT INTO t (id, v) VALUES (1, 'x')", 1),
        ("BEGIN UNLOGGED BATCH " + " ".join(f"INSERT INTO t (id, v) VALUES ({i}, 'x');" for i in range(3)) + " APPLY BATCH", 3),
        ("BEGIN BATCH " + " ".join(f"INSERT INTO t (id, v) VALUES ({i}, 'x');" for i in range(3)) + " APPLY BATCH", 3),
    ],
)
def test_a_vote_says_of_how_many_partitions_it_is_the_sum(table, query, parts):
    told = vote(table, SimpleStatement(query, consistency_level=ConsistencyLevel.QUORUM))
    assert (told["parts"], told["required"], len(told["replicas"])) == (parts, 2, 3)


def test_nobody_is_told_a_vote_who_did_not_ask(table):
    future = table.execute_async(READ)
    future.result()
    assert not future.custom_payload


@pytest.mark.parametrize("value", [b"", b"0", b"-1", b"many", b"99999999999"])
def test_a_number_that_is_none_is_refused(table, value):
    for _ in range(4):
        with pytest.raises(InvalidRequest, match="coterie.required"):
            table.execute(READ, custom_payload={"coterie.required": value})
    assert table.execute(READ).one().v == "x"


def test_unknown_keys_are_ignored(table):
    assert table.execute(READ, custom_payload={"somebody.elses": b"\x00"}).one().v == "x"
