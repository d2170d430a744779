"""Two data centres, and one of them dead: what is local goes on, what needs both is refused with the right counts."""

import json

import pytest
from cassandra import ConsistencyLevel, Unavailable
from cassandra.policies import DCAwareRoundRobinPolicy
from cassandra.query import SimpleStatement
from coterie_cluster import Cluster, wait_until

WRITE = "INSERT INTO k.t (id, v) VALUES (1, 'x')"
READ = "SELECT v FROM k.t WHERE id = 1"


@pytest.fixture(scope="module")
def two():
    with Cluster("--dcs", "2", nodes=6) as cluster:
        yield cluster


@pytest.fixture
def local(two, connect):
    session = connect(two.contact, load_balancing_policy=DCAwareRoundRobinPolicy("dc1")).connect()
    session.execute("CREATE KEYSPACE IF NOT EXISTS k WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3, 'dc2': 3}")
    session.execute("CREATE TABLE IF NOT EXISTS k.t (id int PRIMARY KEY, v text)")
    return session


def run(session, query, level):
    future = session.execute_async(SimpleStatement(query, consistency_level=level), custom_payload={"coterie.vote": b""})
    future.result()
    return json.loads(future.custom_payload["coterie.vote"])


def test_the_driver_knows_both_data_centres(two, local):
    told = {host.address: host.datacenter for host in local.cluster.metadata.all_hosts()}
    assert told == {node.address: node.datacenter for node in two.nodes}
    assert sorted(told.values()) == ["dc1"] * 3 + ["dc2"] * 3


def test_a_local_quorum_is_of_two_and_each_quorum_of_two_in_each(two, local):
    of_datacenter = {f"{node.address}:{node.port}": node.datacenter for node in two.nodes}
    told = run(local, READ, ConsistencyLevel.LOCAL_QUORUM)
    assert told["required"] == 2
    assert {of_datacenter[replica["address"]] for replica in told["replicas"] if replica["asked"]} == {"dc1"}
    assert run(local, WRITE, ConsistencyLevel.EACH_QUORUM)["required"] == 4
    assert run(local, WRITE, ConsistencyLevel.QUORUM)["required"] == 4


def test_with_the_other_data_centre_dead_local_levels_go_on_and_each_quorum_does_not(two, local):
    lost = [node for node in two.nodes if node.datacenter == "dc2"]
    for node in lost:
        node.kill()
    wait_until(lambda: all(alive(node) == 3 for node in two.nodes if node.datacenter == "dc1"), 30, "the dead are not held to be dead")
    for level in (ConsistencyLevel.LOCAL_QUORUM, ConsistencyLevel.LOCAL_ONE):
        run(local, WRITE, level)
        run(local, READ, level)
    with pytest.raises(Unavailable) as refused:
        run(local, WRITE, ConsistencyLevel.EACH_QUORUM)
    assert (refused.value.required_replicas, refused.value.alive_replicas) == (2, 0)
    for query in (WRITE, READ):
        with pytest.raises(Unavailable) as refused:
            run(local, query, ConsistencyLevel.QUORUM)
        assert (refused.value.required_replicas, refused.value.alive_replicas) == (4, 3)
    for node in lost:
        node.begin_start()
    for node in lost:
        node.wait_for_start()
    wait_until(lambda: all(alive(node) == 6 for node in two.nodes), 30, "the nodes do not see one another after the restart")
    run(local, WRITE, ConsistencyLevel.EACH_QUORUM)


def alive(node):
    return sum(each["up"] for each in json.loads(node.get("/api/ring"))["nodes"])
