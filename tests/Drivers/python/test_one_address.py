"""All nodes on one address, with ports of their own: the driver follows them through peers_v2."""

from conftest import with_all_pools
from coterie_cluster import Cluster


def test_the_driver_finds_and_uses_every_port(connect):
    with Cluster("--one-address") as cluster:
        session = with_all_pools(connect(cluster.contact, port=cluster.port).connect())
        endpoints = {(host.endpoint.address, host.endpoint.port) for host in session.cluster.metadata.all_hosts()}
        assert endpoints == {(node.address, node.port) for node in cluster.nodes}
        assert len({port for _, port in endpoints}) == 3
        session.execute("CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}")
        session.execute("CREATE TABLE k.t (id int PRIMARY KEY, v text)")
        coordinators = set()
        for key in range(12):
            future = session.execute_async(f"INSERT INTO k.t (id, v) VALUES ({key}, 'x')")
            future.result()
            coordinators.add(future.coordinator_host.endpoint.port)
        assert coordinators == {node.port for node in cluster.nodes}
