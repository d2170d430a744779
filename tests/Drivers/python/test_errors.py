"""Errors arrive as the exceptions that the driver has for them."""

import cassandra
import pytest
from cassandra import AlreadyExists, ConsistencyLevel, InvalidRequest, Unavailable
from cassandra.protocol import ConfigurationException, SyntaxException
from cassandra.query import SimpleStatement
from conftest import make_keyspace


def test_nonsense_is_a_syntax_error_that_names_the_place(session):
    with pytest.raises(SyntaxException, match="line 1"):
        session.execute("SELEKT 1")


@pytest.mark.parametrize("query", [
    "SELECT * FROM {k}.no_such_table",
    "SELECT no_such_column FROM {k}.t WHERE id = 1",
    "INSERT INTO {k}.t (id, v) VALUES ('text for int', 'x')",
    "INSERT INTO {k}.t (v) VALUES ('no key')",
    "SELECT * FROM {k}.t WHERE v = 'needs filtering'",
    "INSERT INTO {k}.t (id, v) VALUES (1, 'x') IF NOT EXISTS",
    "CREATE INDEX ON {k}.t (v)",
    "DROP TABLE {k}.no_such_table",
    "USE no_such_keyspace",
], ids=lambda query: query[:40])
def test_what_cannot_be_done_is_an_invalid_request(session, keyspace, query):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")
    with pytest.raises(InvalidRequest):
        session.execute(query.format(k=keyspace))


def test_a_table_or_keyspace_that_exists_says_so(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY)")
    with pytest.raises(AlreadyExists) as of_table:
        session.execute("CREATE TABLE t (id int PRIMARY KEY)")
    assert (of_table.value.keyspace, of_table.value.table) == (keyspace, "t")
    with pytest.raises(AlreadyExists) as of_keyspace:
        make_it = f"CREATE KEYSPACE {keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
        session.execute(make_it)
    assert of_keyspace.value.keyspace == keyspace
    session.execute("CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY)")


def test_an_unknown_option_is_a_configuration_error_that_names_it(session, keyspace):
    with pytest.raises(ConfigurationException, match="no_such_option"):
        session.execute("CREATE TABLE t (id int PRIMARY KEY) WITH no_such_option = 1")


def test_more_replicas_than_there_are_is_unavailable_with_the_counts(session):
    keyspace = make_keyspace(session, "{'class': 'SimpleStrategy', 'replication_factor': 5}")
    session.execute(f"CREATE TABLE {keyspace}.t (id int PRIMARY KEY)")
    for query in ("INSERT INTO {k}.t (id) VALUES (1)", "SELECT * FROM {k}.t WHERE id = 1"):
        with pytest.raises(Unavailable) as refused:
            session.execute(SimpleStatement(query.format(k=keyspace), consistency_level=ConsistencyLevel.ALL))
        assert (refused.value.required_replicas, refused.value.alive_replicas) == (5, 3)
        assert refused.value.consistency == ConsistencyLevel.ALL


def test_serial_levels_are_refused_clearly(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY)")
    with pytest.raises(InvalidRequest, match="(?i)serial"):
        session.execute(SimpleStatement("SELECT * FROM t WHERE id = 1", consistency_level=ConsistencyLevel.SERIAL))


def test_a_forged_paging_state_is_refused_and_the_session_goes_on(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY)")
    for forged in (b"\x00", b"forged", b"\xff" * 200):
        with pytest.raises((InvalidRequest, cassandra.protocol.ProtocolException)):
            session.execute("SELECT * FROM t", paging_state=forged)
    assert session.execute("SELECT * FROM t").all() == []


def test_wrong_bind_counts_and_sizes_are_refused(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v bigint)")
    insert = session.prepare("INSERT INTO t (id, v) VALUES (?, ?)")
    short = insert.bind((1, 2))
    short.values[1] = b"\x01"
    with pytest.raises(InvalidRequest, match="bound to v"):
        session.execute(short)
    missing = insert.bind((1, 2))
    del missing.values[1]
    with pytest.raises(InvalidRequest):
        session.execute(missing)
