"""With one replica for each key, a token-aware driver asks that replica; the vote says who answered."""

import json

from cassandra.policies import RoundRobinPolicy, TokenAwarePolicy
from conftest import make_keyspace, with_all_pools

ONE_REPLICA = "{'class': 'SimpleStrategy', 'replication_factor': 1}"
KEYS = 120


def prepare(session):
    keyspace = make_keyspace(session, ONE_REPLICA)
    session.execute(f"CREATE TABLE {keyspace}.t (a int, b text, v int, PRIMARY KEY ((a, b)))")
    insert = session.prepare(f"INSERT INTO {keyspace}.t (a, b, v) VALUES (?, ?, ?)")
    select = session.prepare(f"SELECT v FROM {keyspace}.t WHERE a = ? AND b = ?")
    return insert, select


def replica_and_coordinator(session, bound):
    future = session.execute_async(bound, custom_payload={"coterie.vote": b""})
    future.result()
    asked = [replica for replica in json.loads(future.custom_payload["coterie.vote"])["replicas"] if replica["asked"]]
    assert len(asked) == 1
    return asked[0]["address"].rsplit(":", 1)[0], future.coordinator_host.address


def test_the_coordinator_of_every_write_and_read_is_the_replica(cluster, connect):
    session = with_all_pools(connect(cluster.contact, load_balancing_policy=TokenAwarePolicy(RoundRobinPolicy())).connect())
    insert, select = prepare(session)
    coordinators = set()
    for key in range(KEYS):
        for bound in (insert.bind((key, "k", key)), select.bind((key, "k"))):
            replica, coordinator = replica_and_coordinator(session, bound)
            assert replica == coordinator
            coordinators.add(coordinator)
    assert coordinators == {node.address for node in cluster.nodes}


def test_without_token_awareness_others_coordinate_too(session):
    insert, _ = prepare(session)
    pairs = [replica_and_coordinator(session, insert.bind((key, "k", key))) for key in range(KEYS)]
    assert any(replica != coordinator for replica, coordinator in pairs)


def test_the_driver_computes_the_tokens_that_the_server_computes(session):
    insert, _ = prepare(session)
    table = insert.query_string.split()[2]
    token_class = session.cluster.metadata.token_map.token_class
    for key in range(KEYS):
        bound = insert.bind((key, "kéy" * (key % 9), key))
        session.execute(bound)
        row = session.execute(f"SELECT token(a, b) AS t FROM {table} WHERE a = {key} AND b = '{'kéy' * (key % 9)}'").one()
        assert row.t == token_class.from_key(bound.routing_key).value
