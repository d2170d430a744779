"""The schema as the driver parses it, and that all nodes agree on it."""

import pytest

TABLE = """CREATE TABLE everything (
    site text, year int, month int, day int, owner text STATIC, tags set<text>, scores map<text, frozen<list<int>>>, points frozen<list<double>>,
    "Quoted Name" blob, PRIMARY KEY ((site, year), month, day))
    WITH CLUSTERING ORDER BY (month DESC, day ASC) AND comment = 'it''s all here' AND gc_grace_seconds = 3600 AND default_time_to_live = 60
    AND read_repair = 'NONE' AND speculative_retry = '99p'"""


@pytest.fixture
def table(session, keyspace):
    session.execute(TABLE)
    return session.cluster.metadata.keyspaces[keyspace].tables["everything"]


def test_keys_and_their_order(table):
    assert [column.name for column in table.partition_key] == ["site", "year"]
    assert [(column.name, column.is_reversed) for column in table.clustering_key] == [("month", True), ("day", False)]


def test_columns_and_their_types(table):
    assert {name: column.cql_type for name, column in table.columns.items()} == {
        "site": "text", "year": "int", "month": "int", "day": "int", "owner": "text", "tags": "set<text>",
        "scores": "map<text, frozen<list<int>>>", "points": "frozen<list<double>>", "Quoted Name": "blob"}
    assert [name for name, column in table.columns.items() if column.is_static] == ["owner"]


def test_options(table):
    options = table.options
    assert options["comment"] == "it's all here"
    assert (options["gc_grace_seconds"], options["default_time_to_live"]) == (3600, 60)
    assert (options["read_repair"], options["speculative_retry"]) == ("NONE", "99p")


def test_what_the_driver_writes_down_makes_the_same_table_again(session, keyspace, table):
    text = table.export_as_string()
    session.execute(f"DROP TABLE {keyspace}.everything")
    session.execute(text)
    again = session.cluster.metadata.keyspaces[keyspace].tables["everything"]
    assert again.export_as_string() == text


def test_replication_of_keyspaces(session, keyspace):
    metadata = session.cluster.metadata.keyspaces[keyspace]
    assert metadata.replication_strategy.name == "SimpleStrategy"
    assert metadata.replication_strategy.replication_factor == 3
    assert metadata.durable_writes
    session.execute(f"CREATE KEYSPACE {keyspace}_dc WITH replication = {{'class': 'NetworkTopologyStrategy', 'dc1': 2}} AND durable_writes = false")
    of_dc = session.cluster.metadata.keyspaces[f"{keyspace}_dc"]
    assert of_dc.replication_strategy.dc_replication_factors == {"dc1": 2}
    assert not of_dc.durable_writes


def test_the_driver_computes_the_replicas_that_the_cluster_uses(session, keyspace):
    hosts = session.cluster.metadata.get_replicas(keyspace, b"\x00\x00\x00\x01")
    assert len(set(hosts)) == 3


def test_every_schema_change_ends_in_agreement(session, keyspace):
    for number in range(5):
        future = session.execute_async(f"CREATE TABLE t{number} (id int PRIMARY KEY)")
        future.result()
        assert future.is_schema_agreed
    versions = {row.schema_version for host in session.cluster.metadata.all_hosts()
                for row in session.execute("SELECT schema_version FROM system.local", host=host)}
    assert len(versions) == 1


def test_the_schema_of_the_system_can_be_read_like_any_other(session):
    metadata = session.cluster.metadata.keyspaces
    assert {"local", "peers", "peers_v2"} <= set(metadata["system"].tables)
    assert {"keyspaces", "tables", "columns"} <= set(metadata["system_schema"].tables)
    for keyspace in metadata.values():
        keyspace.export_as_string()
