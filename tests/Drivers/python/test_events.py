"""What the driver is told without asking: nodes down and up, changes of the schema."""

import collections

from cassandra.policies import HostStateListener
from conftest import with_all_pools
from coterie_cluster import Cluster, wait_until


class Listener(HostStateListener):
    def __init__(self):
        self.heard = collections.defaultdict(list)

    def on_up(self, host):
        self.heard[host.address].append("up")

    def on_down(self, host):
        self.heard[host.address].append("down")

    def on_add(self, host):
        self.heard[host.address].append("add")

    def on_remove(self, host):
        self.heard[host.address].append("remove")


def pushed_status_changes(session):
    """The raw events, before the driver makes of them what it will."""
    heard = []
    session.cluster.control_connection._connection.register_watcher("STATUS_CHANGE", heard.append, register_timeout=10)
    return heard


def test_the_driver_hears_that_a_node_went_down_and_came_back(connect):
    with Cluster() as cluster:
        session = with_all_pools(connect(cluster.contact).connect())
        listener = Listener()
        session.cluster.register_listener(listener)
        events = pushed_status_changes(session)
        lost = cluster.nodes[1]
        lost.kill()
        wait_until(lambda: "down" in listener.heard[lost.address], 30, "the driver does not notice that the node is down")
        wait_until(lambda: ("DOWN", lost.address) in addresses(events), 30, "no event said that the node is down")
        lost.start()
        wait_until(lambda: "up" in listener.heard[lost.address], 60, "the driver does not notice that the node is back")
        wait_until(lambda: ("UP", lost.address) in addresses(events), 30, "no event said that the node is back")
        assert all("remove" not in heard for heard in listener.heard.values())
        assert {node.address for node in cluster.others(lost)}.isdisjoint(address for _, address in addresses(events))


def test_a_change_of_the_schema_by_someone_else_reaches_the_metadata(cluster, session, session_on, keyspace):
    other = session_on(cluster.nodes[2])
    tables = lambda: session.cluster.metadata.keyspaces[keyspace].tables  # noqa: E731
    other.execute(f"CREATE TABLE {keyspace}.t (id int PRIMARY KEY, v text)")
    wait_until(lambda: "t" in tables(), 30, "the new table is not in the metadata")
    assert list(tables()["t"].columns) == ["id", "v"]
    other.execute(f"DROP TABLE {keyspace}.t")
    wait_until(lambda: "t" not in tables(), 30, "the dropped table is still in the metadata")
    other.execute(f"DROP KEYSPACE {keyspace}")
    wait_until(lambda: keyspace not in session.cluster.metadata.keyspaces, 30, "the dropped keyspace is still in the metadata")


def addresses(events):
    return [(event["change_type"], event["address"][0]) for event in events]
