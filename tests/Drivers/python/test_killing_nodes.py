"""kill -9 under load."""

import time

from coterie_cluster import Cluster, wait_until
from load import Load

LOAD_SECONDS = 60


def test_each_node_is_killed_in_turn_and_no_request_fails(connect):
    with Cluster() as cluster:
        with Load([node.address for node in cluster.nodes]) as load:
            began = time.monotonic()
            for place, node in enumerate(cluster.nodes):
                run_until(load, began + LOAD_SECONDS * (3 * place + 1) / 10)
                node.kill()
                run_until(load, began + LOAD_SECONDS * (3 * place + 2) / 10)
                node.start()
                wait_until(lambda: see_all_alive(cluster), 30, "the nodes do not see one another after a restart")
            run_until(load, began + LOAD_SECONDS)
            load.stop()
            load.report(f"{LOAD_SECONDS} s of load, each of the three nodes killed and started again")
            load.check_nothing_failed()
            for node in cluster.nodes:
                load.check_everything_acknowledged_is_there(connect(node.address).connect())


def test_all_nodes_are_killed_at_once_and_every_acknowledged_write_is_there(connect):
    with Cluster() as cluster:
        with Load([node.address for node in cluster.nodes]) as load:
            run_until(load, time.monotonic() + 5)
            for node in cluster.nodes:
                node.kill_at_once()
            for node in cluster.nodes:
                node.wait_for_death()
            load.stop()
            load.report("all three nodes killed under load")
            load.check_nothing_wrong()
            start_together(cluster.nodes)
            for node in cluster.nodes:
                load.check_everything_acknowledged_is_there(connect(node.address).connect())


def start_together(nodes):
    for node in nodes:
        node.begin_start()
    for node in nodes:
        node.wait_for_start()


def run_until(load, moment):
    """The load runs in its own threads; this only lets it, and looks on."""
    wait_until(lambda: time.monotonic() >= moment or load.wrong, LOAD_SECONDS, "time stands still")


def see_all_alive(cluster):
    return all(node.sees_all_alive() for node in cluster.nodes)
