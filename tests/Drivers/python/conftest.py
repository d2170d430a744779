"""What the tests share: one cluster for those that leave it whole, and sessions on it."""

import itertools
import json
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from cassandra import ConsistencyLevel  # noqa: E402
from cassandra.cluster import Cluster as DriverCluster, EXEC_PROFILE_DEFAULT, ExecutionProfile  # noqa: E402
from cassandra.policies import RoundRobinPolicy, WhiteListRoundRobinPolicy  # noqa: E402

import figures  # noqa: E402
from coterie_cluster import Cluster, wait_until  # noqa: E402

PROFILE_OPTIONS = {"load_balancing_policy", "retry_policy", "consistency_level", "request_timeout", "row_factory"}
# Longer than the driver's own, which a machine with much else to do exceeds.
PATIENCE = {"connect_timeout": 30, "control_connection_timeout": 30}

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster(request):
    """Three nodes that no test harms."""
    with Cluster() as running:
        yield running
        running.keep_directory = request.session.testsfailed > 0


def open_driver(contact_points, **options):
    """
    A driver that was told nothing but the contact point, unless a test says so. At QUORUM, so that what was written through one node is
    read through another; the driver's own default is LOCAL_ONE, which promises no such thing.
    """
    if isinstance(contact_points, str):
        contact_points = [contact_points]
    profile_options = {"load_balancing_policy": RoundRobinPolicy(), "request_timeout": 30, "consistency_level": ConsistencyLevel.QUORUM}
    profile_options.update({name: options.pop(name) for name in list(options) if name in PROFILE_OPTIONS})
    return DriverCluster(contact_points, execution_profiles={EXEC_PROFILE_DEFAULT: ExecutionProfile(**profile_options)}, **{**PATIENCE, **options})


def vote(session, query, **payload):
    """Who answered, as the payload of the answer tells it."""
    future = session.execute_async(query, custom_payload={"coterie.vote": b"", **payload})
    future.result()
    return json.loads(future.custom_payload["coterie.vote"])


@pytest.fixture
def connect():
    """Opens drivers, and closes them after the test."""
    opened = []

    def open_and_note(*contact_points, **options):
        opened.append(open_driver(*contact_points, **options))
        return opened[-1]

    yield open_and_note
    for driver in opened:
        driver.shutdown()


@pytest.fixture(scope="module")
def module_session(cluster):
    """One session and one keyspace for the tests of a file that only add to them."""
    with open_driver(cluster.contact) as driver:
        session = with_all_pools(driver.connect())
        session.set_keyspace(make_keyspace(session))
        yield session


@pytest.fixture
def session(cluster, connect):
    return with_all_pools(connect(cluster.contact).connect())


@pytest.fixture
def session_on(connect):
    """A session whose requests all go to one node."""
    return lambda node, **options: connect(
        node.address, port=node.port, load_balancing_policy=WhiteListRoundRobinPolicy([node.address]), **options).connect()


@pytest.fixture
def keyspace(session):
    """The name of a keyspace of its own for the test, with three replicas; the session uses it."""
    name = make_keyspace(session)
    session.set_keyspace(name)
    return name


def pytest_terminal_summary(terminalreporter):
    for line in figures.lines:
        terminalreporter.write_line(line)


def with_all_pools(session):
    """A session is usable once it has a connection to one node; this waits for those to the others."""
    hosts = session.cluster.metadata.all_hosts
    wait_until(lambda: len(list(session.get_pools())) == len(hosts()), 30, "the driver has not connected to every node")
    return session


def make_keyspace(session, replication="{'class': 'SimpleStrategy', 'replication_factor': 3}"):
    name = f"k{next(_numbers)}"
    session.execute(f"CREATE KEYSPACE {name} WITH replication = {replication}")
    return name

