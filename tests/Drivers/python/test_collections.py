"""Lists, sets and maps, frozen or not, whole and by element."""

import uuid

import pytest
from cassandra.util import Duration

COLLECTIONS = [
    ("list<int>", [3, 1, 2, 1]),
    ("list<text>", ["", "a", ""]),
    ("set<text>", {"b", "a", ""}),
    ("set<uuid>", {uuid.UUID(int=1), uuid.UUID(int=2**127)}),
    ("map<text, int>", {"one": 1, "": -(2**31)}),
    ("map<int, blob>", {-1: b"", 1: b"\xff" * 1000}),
    ("list<duration>", [Duration(1, 2, 3)]),
    ("map<text, frozen<list<int>>>", {"a": [1, 2], "b": [3]}),
    ("list<frozen<map<int, frozen<set<text>>>>>", [{1: {"x"}}, {2: {"y", "z"}}]),
    ("set<bigint>", set(range(-2000, 2000))),
]


def back(session, table, row_id=1):
    value = session.execute(f"SELECT v FROM {table} WHERE id = {row_id}").one().v
    return plain(value)


def plain(value):
    """The driver has sorted collections of its own, which this makes those of the language."""
    name = type(value).__name__
    if name == "SortedSet":
        return {freeze(element) for element in value}
    if name in ("OrderedMap", "OrderedMapSerializedKey", "dict"):
        return {key: plain(element) for key, element in value.items()}
    return [plain(element) for element in value] if isinstance(value, list) else value


def freeze(value):
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("frozen", [False, True], ids=["not frozen", "frozen"])
@pytest.mark.parametrize(("cql_type", "value"), COLLECTIONS, ids=[cql_type for cql_type, _ in COLLECTIONS])
def test_a_collection_comes_back_as_it_was(session, keyspace, cql_type, value, frozen):
    session.execute(f"CREATE TABLE t (id int PRIMARY KEY, v {f'frozen<{cql_type}>' if frozen else cql_type})")
    session.execute(session.prepare("INSERT INTO t (id, v) VALUES (?, ?)"), (1, value))
    assert back(session, "t") == value


@pytest.mark.parametrize(("cql_type", "empty"), [("list<int>", []), ("set<int>", set()), ("map<int, int>", {})])
def test_an_empty_collection_is_null_unless_it_is_frozen(session, keyspace, cql_type, empty):
    session.execute(f"CREATE TABLE t (id int PRIMARY KEY, v {cql_type})")
    session.execute(f"CREATE TABLE f (id int PRIMARY KEY, v frozen<{cql_type}>)")
    for table in ("t", "f"):
        session.execute(session.prepare(f"INSERT INTO {table} (id, v) VALUES (?, ?)"), (1, empty))
    assert back(session, "t") is None
    assert back(session, "f") == empty


def test_a_list_grows_at_both_ends_and_changes_by_index(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v list<int>)")
    session.execute("UPDATE t SET v = [2, 3] WHERE id = 1")
    session.execute("UPDATE t SET v = v + %s WHERE id = 1", ([4, 5],))
    session.execute("UPDATE t SET v = [0, 1] + v WHERE id = 1")
    assert back(session, "t") == [0, 1, 2, 3, 4, 5]
    session.execute("UPDATE t SET v[2] = 20 WHERE id = 1")
    session.execute("DELETE v[0] FROM t WHERE id = 1")
    session.execute("UPDATE t SET v = v - [5] WHERE id = 1")
    assert back(session, "t") == [1, 20, 3, 4]


def test_a_set_takes_and_loses_elements(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v set<text>)")
    session.execute("UPDATE t SET v = v + {'a', 'b'} WHERE id = 1")
    session.execute(session.prepare("UPDATE t SET v = v + ? WHERE id = ?"), ({"c"}, 1))
    session.execute(session.prepare("UPDATE t SET v = v - ? WHERE id = ?"), ({"a"}, 1))
    assert back(session, "t") == {"b", "c"}


def test_a_map_changes_key_by_key(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v map<text, int>)")
    session.execute("UPDATE t SET v['a'] = 1 WHERE id = 1")
    session.execute(session.prepare("UPDATE t SET v[?] = ? WHERE id = ?"), ("b", 2, 1))
    session.execute("UPDATE t SET v = v + {'c': 3} WHERE id = 1")
    session.execute("DELETE v['a'] FROM t WHERE id = 1")
    assert back(session, "t") == {"b": 2, "c": 3}


def test_writing_a_whole_collection_replaces_what_was_there(session, keyspace):
    session.execute("CREATE TABLE t (id int PRIMARY KEY, v map<text, int>)")
    session.execute("INSERT INTO t (id, v) VALUES (1, {'a': 1, 'b': 2})")
    session.execute("UPDATE t SET v = {'c': 3} WHERE id = 1")
    assert back(session, "t") == {"c": 3}


def test_a_frozen_collection_can_be_a_key(session, keyspace):
    session.execute("CREATE TABLE t (p frozen<list<int>>, c frozen<map<text, int>>, v int, PRIMARY KEY (p, c))")
    session.execute(session.prepare("INSERT INTO t (p, c, v) VALUES (?, ?, ?)"), ([1, 2], {"a": 1}, 7))
    assert session.execute(session.prepare("SELECT v FROM t WHERE p = ? AND c = ?"), ([1, 2], {"a": 1})).one().v == 7
