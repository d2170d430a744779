"""A driver that is told one node finds all of them."""

import json

import pytest
from cassandra.cluster import NoHostAvailable


def test_one_contact_point_is_enough_to_find_every_node(cluster, session):
    hosts = session.cluster.metadata.all_hosts()
    assert {host.address for host in hosts} == {node.address for node in cluster.nodes}
    assert all(host.is_up for host in hosts)


def test_the_driver_negotiates_its_way_down_from_its_highest_version(cluster, connect):
    driver = connect(cluster.contact)
    assert driver.protocol_version > 4
    driver.connect()
    assert driver.protocol_version == 4


def test_data_centre_rack_version_and_host_id_are_those_of_the_nodes(cluster, session):
    hosts = session.cluster.metadata.all_hosts()
    assert {(host.datacenter, host.rack) for host in hosts} == {("dc1", "rack1")}
    assert all(host.release_version.startswith("4.1.") for host in hosts)
    assert len({host.host_id for host in hosts}) == 3
    for host in hosts:
        assert all(host.host_id == seen for seen in host_ids_as_each_node_tells(session, host.address))


def test_tokens_are_those_of_the_ring(cluster, session):
    ring = json.loads(cluster.nodes[0].get("/api/ring"))
    token_map = session.cluster.metadata.token_map
    assert len(token_map.token_to_host_owner) == 3 * 16
    told = {token.value: host.address for token, host in token_map.token_to_host_owner.items()}
    assert told == tokens_of(ring)


def test_the_cluster_has_a_name_and_the_partitioner_that_drivers_know(session):
    metadata = session.cluster.metadata
    assert metadata.cluster_name == "dev"
    assert metadata.partitioner == "org.apache.cassandra.dht.Murmur3Partitioner"


def test_every_node_can_be_the_contact_point(cluster, connect):
    for node in cluster.nodes:
        driver = connect(node.address)
        driver.connect()
        assert len(driver.metadata.all_hosts()) == 3


def test_lz4_is_agreed_on_and_carries_large_values(cluster, connect, session, keyspace):
    compressed = connect(cluster.contact, compression="lz4").connect(keyspace)
    assert compressed.cluster.control_connection._connection.compressor is not None
    compressed.execute("CREATE TABLE big (id int PRIMARY KEY, v text)")
    value = "to be or not to be " * 10_000
    compressed.execute("INSERT INTO big (id, v) VALUES (1, %s)", (value,))
    assert compressed.execute("SELECT v FROM big WHERE id = 1").one().v == value
    assert session.execute("SELECT v FROM big WHERE id = 1").one().v == value


def test_without_compression_it_works_too(cluster, connect):
    plain = connect(cluster.contact, compression=False).connect()
    assert plain.cluster.control_connection._connection.compressor is None
    assert plain.execute("SELECT release_version FROM system.local").one() is not None


def test_an_unknown_keyspace_at_connect_is_refused_by_name(cluster, connect, caplog):
    with pytest.raises(NoHostAvailable, match="no_such_keyspace"):
        connect(cluster.contact).connect("no_such_keyspace")
    assert "Keyspace 'no_such_keyspace' does not exist" in caplog.text


def host_ids_as_each_node_tells(session, address):
    for host in session.cluster.metadata.all_hosts():
        if host.address == address:
            rows = session.execute("SELECT host_id FROM system.local WHERE key = 'local'", host=host)
        else:
            rows = session.execute("SELECT host_id FROM system.peers WHERE peer = %s", (address,), host=host)
        yield rows.one().host_id


def tokens_of(ring):
    addresses = {}
    for node in ring["nodes"]:
        for token in node["tokens"]:
            addresses[int(token)] = node["cqlAddress"].rsplit(":", 1)[0]
    return addresses
