"""The launcher: a cluster of real processes, started by `./coterie dev`, for the tests of both drivers.

Each cluster has a random base address in 127.0.0.0/8, so that it collides neither with another test run nor with a cluster that a user
runs. A node is a process: it can be killed, stopped in the middle of what it does, and started by itself.

As a program it starts a cluster, runs a command with the cluster in its environment, and ends with that command's exit status:

    /usr/bin/python3 coterie_cluster.py node --test node/
"""

import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
COTERIE = ROOT / "coterie"
START_SECONDS = 90
STOP_SECONDS = 30


class Node:
    """One node: its addresses, its directory and, if it was started by itself, its process."""

    def __init__(self, index, directory):
        self.index = index
        self.directory = directory
        configuration = json.loads((directory / "coterie.json").read_text())
        self.address, port = configuration["Cql"]["Address"].rsplit(":", 1)
        self.port = int(port)
        self.datacenter = configuration["Datacenter"]
        self.admin = "http://" + configuration["Admin"]["Address"]
        self._process = None
        self._output = None
        self._killed_pids = set()

    def __repr__(self):
        return f"node{self.index} ({self.address}:{self.port})"

    @property
    def pid(self):
        return int((self.directory / "coterie.pid").read_text())

    def kill(self):
        """As the machine would: no farewell, nothing flushed."""
        self.kill_at_once()
        self.wait_for_death()

    def kill_at_once(self):
        self._killed_pids.add(self.pid)
        os.kill(self.pid, signal.SIGKILL)

    def wait_for_death(self):
        if self._process is not None:
            self._process.wait()
            self._process = None
            self._output.close()
        wait_until(lambda: not self.is_serving(), 10, f"{self} has been killed, and still serves")

    def pause(self):
        """Alive for the kernel, its sockets open, and silent."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def start(self):
        """Starts it by itself, the way a service does, and waits until it serves."""
        self.begin_start()
        self.wait_for_start()

    def begin_start(self):
        self._output = open(self.directory / "started.log", "ab")
        self._process = subprocess.Popen(
            [str(COTERIE), "start", "--config", str(self.directory / "coterie.json")],
            stdin=subprocess.DEVNULL, stdout=self._output, stderr=self._output)

    def wait_for_start(self):
        wait_until(self.is_serving, START_SECONDS, f"{self} was started and does not serve; see {self.directory}")

    def stop(self):
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        self._output.close()

    def has_died_by_itself(self):
        try:
            pid = self.pid
        except FileNotFoundError:
            return True  # A node removes it when it ends, unless it is killed.
        if self._process is not None and self._process.poll() is not None:
            return True
        return pid not in self._killed_pids and not pathlib.Path(f"/proc/{pid}").exists()

    def is_serving(self):
        try:
            return self.get("/readyz") == "ready\n"
        except OSError:
            return False

    def sees_all_alive(self):
        return all(node["up"] for node in json.loads(self.get("/api/ring"))["nodes"])

    def get(self, path):
        """What its admin address answers."""
        with urllib.request.urlopen(self.admin + path, timeout=5) as answer:
            return answer.read().decode()


class Cluster:
    def __init__(self, *options, nodes=3):
        # The build, if sources have changed, is no part of the start that is waited for.
        subprocess.run([str(COTERIE), "--version"], check=True, stdout=subprocess.DEVNULL)
        self.keep_directory = False
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="coterie-drivers-"))
        address = f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(1, 200)}"
        self._log_path = self.directory / "dev.log"
        self._log = open(self._log_path, "wb")
        self._process = subprocess.Popen(
            [str(COTERIE), "dev", "--address", address, "--data", str(self.directory), "--fresh", "--nodes", str(nodes), *options],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT)
        try:
            wait_until(self._is_ready, START_SECONDS, "the cluster did not become ready")
            self.nodes = [Node(i, self.directory / f"node{i}") for i in range(1, nodes + 1)]
            dead = [node for node in self.nodes if node.has_died_by_itself()]
            assert not dead, f"{dead} died at the start"
        except AssertionError:
            self._end_process()
            print(f"{self._log_path.read_text()}\nthe cluster's data and logs are in {self.directory}", file=sys.stderr)
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        dead = [node for node in self.nodes if node.has_died_by_itself()]
        self.keep_directory |= kind is not None or bool(dead)
        self.stop()
        assert not dead, f"{dead} died, and no test killed them"

    @property
    def contact(self):
        return self.nodes[0].address

    @property
    def port(self):
        return self.nodes[0].port

    def others(self, node):
        return [other for other in self.nodes if other is not node]

    def stop(self):
        """Stops every process; the directory stays if something went wrong, for whoever wants to read the logs."""
        for node in self.nodes:
            node.stop()
        self._end_process()
        if self.keep_directory:
            print(f"{self._log_path.read_text()}\n"
                  f"the cluster's data and logs are in {self.directory}", file=sys.stderr)
        else:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _is_ready(self):
        if self._process.poll() is not None:
            raise AssertionError(f"`coterie dev` ended with exit status {self._process.returncode}")
        return any(line.startswith(b"ready") for line in self._log_path.read_bytes().splitlines())

    def _end_process(self):
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()


def wait_until(condition, seconds, complaint):
    """Returns the first true value of the condition; fails with the complaint if there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{complaint} (waited {seconds} s)")
        time.sleep(0.02)


def run_with_cluster(command):
    """For the tests in another language: a cluster whose dead nodes are started again, described in the environment."""
    with Cluster("--restart") as cluster:
        described = {"contact": cluster.contact, "port": cluster.port, "nodes": [
            {"address": node.address, "port": node.port, "pidFile": str(node.directory / "coterie.pid"), "admin": node.admin} for node in cluster.nodes]}
        return subprocess.call(command, env={**os.environ, "COTERIE_CLUSTER": json.dumps(described)})


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: coterie_cluster.py COMMAND [ARGUMENT...]")
    sys.exit(run_with_cluster(sys.argv[1:]))
