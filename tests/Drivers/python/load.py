"""A load of writes and reads at QUORUM over registers, and what must be true of it.

Each thread owns some registers and is the only one that writes them: it writes 1, 2, 3, ... A read must give at least the last value that
was acknowledged before it began, and at most the last one that was sent. So a lost write and a stale read are seen at once, under load.
Statements are idempotent, and the driver goes on with the next host when one fails it.
"""

import collections
import threading
import time

import figures
from cassandra import ConsistencyLevel
from cassandra.cluster import Cluster, EXEC_PROFILE_DEFAULT, ExecutionProfile
from cassandra.policies import ConstantReconnectionPolicy, RetryPolicy, RoundRobinPolicy

REGISTERS_OF_A_THREAD = 20
RETRIES_MAX = 5


class NextHost(RetryPolicy):
    """The same again on the next host, and a count of why."""

    def __init__(self):
        self.reasons = collections.Counter()

    def _next(self, reason, retry_num, consistency):
        self.reasons[reason] += 1
        return (self.RETRY_NEXT_HOST, consistency) if retry_num < RETRIES_MAX else (self.RETHROW, None)

    def on_read_timeout(self, query, consistency, required_responses, received_responses, data_retrieved, retry_num):
        return self._next("read timeout", retry_num, consistency)

    def on_write_timeout(self, query, consistency, write_type, required_responses, received_responses, retry_num):
        return self._next("write timeout", retry_num, consistency)

    def on_unavailable(self, query, consistency, required_replicas, alive_replicas, retry_num):
        return self._next("unavailable", retry_num, consistency)

    def on_request_error(self, query, consistency, error, retry_num):
        return self._next(type(error).__name__, retry_num, consistency)


class Load:
    def __init__(self, contact_points, threads=4, policy=None, port=9042):
        self.retries = NextHost()
        profile = ExecutionProfile(
            load_balancing_policy=policy or RoundRobinPolicy(), retry_policy=self.retries,
            consistency_level=ConsistencyLevel.QUORUM, request_timeout=30)
        self.driver = Cluster(
            contact_points, port=port, execution_profiles={EXEC_PROFILE_DEFAULT: profile},
            reconnection_policy=ConstantReconnectionPolicy(0.5, None), connect_timeout=30, control_connection_timeout=30)
        self.session = self.driver.connect()
        self.session.execute("CREATE KEYSPACE IF NOT EXISTS load WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}")
        self.session.execute("CREATE TABLE IF NOT EXISTS load.registers (id int PRIMARY KEY, v bigint)")
        self.write = self._prepare("INSERT INTO load.registers (id, v) VALUES (?, ?)")
        self.read = self._prepare("SELECT v FROM load.registers WHERE id = ?")
        self.acknowledged = collections.defaultdict(int)
        self.sent = collections.defaultdict(int)
        self.requests = 0
        self.failures = []
        self.wrong = []
        self.longest_gap = 0.0
        self.longest_request = 0.0
        self._last_success = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(threads)]

    def __enter__(self):
        self._last_success = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self.driver.shutdown()

    def stop(self):
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def report(self, what):
        figures.report(f"{what}: {self.requests} requests, {len(self.failures)} failed, {len(self.wrong)} wrong answers; longest time without a success "
                       f"{self.longest_gap:.2f} s, longest request {self.longest_request:.2f} s; retried on the next host: {dict(self.retries.reasons) or 'none'}")

    def check_nothing_failed(self):
        assert not self.failures, f"{len(self.failures)} of {self.requests} requests failed, the first: {self.failures[0]!r}"
        self.check_nothing_wrong()

    def check_nothing_wrong(self):
        assert not self.wrong, f"{len(self.wrong)} wrong answers, the first: {self.wrong[0]}"
        assert self.requests > 100, "that was no load"

    def check_everything_acknowledged_is_there(self, session):
        """At QUORUM, through whatever session."""
        prepared = session.prepare("SELECT v FROM load.registers WHERE id = ?")
        prepared.consistency_level = ConsistencyLevel.QUORUM
        assert self.acknowledged
        for register, value in self.acknowledged.items():
            row = session.execute(prepared, (register,)).one()
            assert row is not None and value <= row.v <= self.sent[register], f"register {register}: {value} was acknowledged, {row} is there"

    def _prepare(self, text):
        statement = self.session.prepare(text)
        statement.is_idempotent = True
        statement.consistency_level = ConsistencyLevel.QUORUM
        return statement

    def _run(self, number):
        registers = [number * 1000 + i for i in range(REGISTERS_OF_A_THREAD)]
        turn = 0
        while not self._stopping.is_set():
            register = registers[turn % REGISTERS_OF_A_THREAD]
            turn += 1
            self.sent[register] += 1
            if self._request(self.write, (register, self.sent[register])) is not None:
                self.acknowledged[register] = self.sent[register]
            other = registers[(turn * 7) % REGISTERS_OF_A_THREAD]
            rows = self._request(self.read, (other,))
            if rows is not None:
                self._check(other, rows)

    def _check(self, register, rows):
        row = rows.one()
        value = row.v if row else 0
        if not self.acknowledged[register] <= value <= self.sent[register]:
            self.wrong.append(f"register {register}: read {value}, acknowledged {self.acknowledged[register]}, sent {self.sent[register]}")

    def _request(self, statement, values):
        """The result, or None if it failed."""
        began = time.monotonic()
        try:
            result = self.session.execute(statement, values)
        except Exception as failure:  # Whatever it is, it is what a user would have seen.
            result = None
            with self._lock:
                self.failures.append(failure)
        ended = time.monotonic()
        with self._lock:
            self.requests += 1
            self.longest_request = max(self.longest_request, ended - began)
            if result is not None:
                self.longest_gap = max(self.longest_gap, ended - self._last_success)
                self._last_success = ended
        return result
