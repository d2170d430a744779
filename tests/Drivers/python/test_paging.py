"""Ten thousand rows, page by page."""

import pytest
from cassandra.concurrent import execute_concurrent_with_args
from cassandra.query import SimpleStatement

ROWS = 10_000


@pytest.fixture(scope="module")
def filled(module_session):
    """A table with many partitions, and one with a single long partition."""
    session = module_session
    session.execute("CREATE TABLE many (id int PRIMARY KEY, v int)")
    session.execute("CREATE TABLE long (p int, c int, v int, PRIMARY KEY (p, c))")
    for table, insert in (("many", "INSERT INTO many (id, v) VALUES (?, ?)"), ("long", "INSERT INTO long (p, c, v) VALUES (1, ?, ?)")):
        results = execute_concurrent_with_args(session, session.prepare(insert), [(i, -i) for i in range(ROWS)], concurrency=200)
        assert all(result.success for result in results), table
    return session


def test_every_row_of_many_partitions_comes_once(filled):
    rows = list(filled.execute(SimpleStatement("SELECT id, v FROM many", fetch_size=777)))
    assert len(rows) == ROWS
    assert {row.id: row.v for row in rows} == {i: -i for i in range(ROWS)}


def test_a_long_partition_comes_in_clustering_order(filled):
    rows = filled.execute(SimpleStatement("SELECT c FROM long WHERE p = 1", fetch_size=1000))
    assert [row.c for row in rows] == list(range(ROWS))


def test_and_backwards(filled):
    rows = filled.execute(SimpleStatement("SELECT c FROM long WHERE p = 1 ORDER BY c DESC", fetch_size=999))
    assert [row.c for row in rows] == list(reversed(range(ROWS)))


def test_no_page_is_longer_than_was_asked_for(filled):
    result = filled.execute(SimpleStatement("SELECT c FROM long WHERE p = 1", fetch_size=300))
    lengths = [len(result.current_rows)]
    while result.has_more_pages:
        result.fetch_next_page()
        lengths.append(len(result.current_rows))
    assert max(lengths) == 300 and sum(lengths) == ROWS


@pytest.mark.parametrize("query", ["SELECT id AS n FROM many", "SELECT c AS n FROM long WHERE p = 1"])
def test_a_saved_paging_state_goes_on_at_another_coordinator(cluster, filled, session_on, query):
    keyspace = filled.keyspace
    sessions = [session_on(node) for node in cluster.nodes]
    for each in sessions:
        each.set_keyspace(keyspace)
    seen, state, pages = [], None, 0
    while True:
        result = sessions[pages % 3].execute(SimpleStatement(query, fetch_size=1500), paging_state=state)
        seen += [row.n for row in result.current_rows]
        state, pages = result.paging_state, pages + 1
        if state is None:
            break
    assert pages >= ROWS // 1500
    assert sorted(seen) == list(range(ROWS))


def test_a_limit_ends_the_pages(filled):
    rows = list(filled.execute(SimpleStatement("SELECT c FROM long WHERE p = 1 LIMIT 2500", fetch_size=1000)))
    assert [row.c for row in rows] == list(range(2500))


def test_a_prepared_statement_pages_too(filled):
    select = filled.prepare("SELECT c FROM long WHERE p = ? AND c >= ?")
    select.fetch_size = 512
    assert [row.c for row in filled.execute(select, (1, 5000))] == list(range(5000, ROWS))


def test_the_count_is_of_all_pages(filled):
    assert filled.execute("SELECT count(*) FROM many").one()[0] == ROWS
    assert filled.execute(SimpleStatement("SELECT count(*) FROM long WHERE p = 1", fetch_size=100)).one()[0] == ROWS


def test_token_ranges_cover_every_row_once(filled):
    bounds = [-(2**63), -(2**62), 0, 2**62, 2**63 - 1]
    found = []
    for low, high in zip(bounds, bounds[1:]):
        found += [row.id for row in filled.execute(SimpleStatement(f"SELECT id FROM many WHERE token(id) > {low} AND token(id) <= {high}", fetch_size=400))]
    assert sorted(found) == list(range(ROWS))
