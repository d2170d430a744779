"""A node that is stopped for a while (SIGSTOP) is worse than a dead one: its sockets are open, and when it wakes it thinks that nothing has happened."""

import time

import figures
from cassandra import ConsistencyLevel
from cassandra.policies import ConstantReconnectionPolicy, WhiteListRoundRobinPolicy
from coterie_cluster import Cluster, wait_until
from load import Load

PAUSE_SECONDS = 20
READS_OF_A_REGISTER = 3


def test_load_goes_on_and_the_node_that_wakes_says_nothing_stale(connect):
    with Cluster() as cluster:
        paused = cluster.nodes[2]
        others = [node.address for node in cluster.others(paused)]
        with Load(others, policy=WhiteListRoundRobinPolicy(others)) as load:
            sleeper = connect(
                paused.address, load_balancing_policy=WhiteListRoundRobinPolicy([paused.address]), idle_heartbeat_interval=0,
                reconnection_policy=ConstantReconnectionPolicy(0.2, None), request_timeout=60).connect()
            read = sleeper.prepare("SELECT v FROM load.registers WHERE id = ?")
            read.consistency_level = ConsistencyLevel.QUORUM
            wait_until(lambda: load.requests > 200, 30, "the load does not run")
            paused.pause()
            end = time.monotonic() + PAUSE_SECONDS
            wait_until(lambda: time.monotonic() >= end, PAUSE_SECONDS + 5, "time stands still")

            # These lie in its socket when it wakes: every acknowledgement before this line must be seen by them.
            expected = dict(load.acknowledged)
            waiting = [(register, sleeper.execute_async(read, (register,))) for register in expected for _ in range(READS_OF_A_REGISTER)]
            paused.resume()
            answers, errors = gather(waiting, expected)
            figures.report(f"at the moment of waking: {answers} answers, none stale; {errors} errors")
            wait_until(lambda: reads_like_the_others(sleeper, read, load), 60, "the node that woke does not answer again")
            load.stop()
            load.report(f"{PAUSE_SECONDS} s with one node stopped")
            load.check_nothing_failed()
            load.check_everything_acknowledged_is_there(sleeper)
            assert answers > 0


def gather(waiting, expected):
    """Counts answers and errors. A node that has just woken may say that it cannot; what it does say must be true."""
    answers = errors = 0
    for register, future in waiting:
        try:
            row = future.result().one()
        except Exception:
            errors += 1
            continue
        answers += 1
        assert row is not None and row.v >= expected[register], f"register {register}: stale, {row} after {expected[register]} was acknowledged"
    return answers, errors


def reads_like_the_others(session, read, load):
    expected = dict(load.acknowledged)
    answers, errors = gather([(register, session.execute_async(read, (register,))) for register in expected], expected)
    return errors == 0
