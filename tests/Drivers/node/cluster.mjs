// The cluster that coterie_cluster.py has started for these tests, and clients on it that are shut down after each test.
import { readFileSync } from 'node:fs';
import { after } from 'node:test';
import cassandra from 'cassandra-driver';

if (!process.env.COTERIE_CLUSTER) {
  throw new Error('There is no cluster to test with. Run: /usr/bin/python3 tests/Drivers/coterie_cluster.py node --test FILE');
}

export const cluster = JSON.parse(process.env.COTERIE_CLUSTER);
export const { consistencies } = cassandra.types;

const clients = [];
after(() => Promise.all(clients.map((client) => client.shutdown())));

/**
 * A connected client that was told one node and nothing else, unless the test says so. At QUORUM, so that what was written through one
 * node is read through another; the driver's own default is LOCAL_ONE, which promises no such thing.
 */
export async function connect(options = {}) {
  const client = new cassandra.Client({
    contactPoints: [cluster.contact],
    localDataCenter: 'dc1',
    queryOptions: { consistency: consistencies.quorum },
    socketOptions: { connectTimeout: 30_000, readTimeout: 30_000 },
    ...options,
  });
  clients.push(client);
  await client.connect();
  return client;
}

/** A client whose requests all go to one node. */
export function connectTo(node, options = {}) {
  const { policies } = cassandra;
  const loadBalancing = new policies.loadBalancing.AllowListPolicy(
    new policies.loadBalancing.RoundRobinPolicy(), [`${node.address}:${node.port}`]);
  return connect({ contactPoints: [node.address], policies: { loadBalancing }, ...options });
}

let keyspaces = 0;

/** The name of a new keyspace. */
export async function makeKeyspace(client, replicas = 3) {
  const name = `node_${process.pid}_${++keyspaces}`;
  await client.execute(`CREATE KEYSPACE ${name} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': ${replicas}}`);
  return name;
}

/** Kills a node as the machine would; it is started again by whoever runs the cluster. */
export function kill(node) {
  process.kill(Number(readFileSync(node.pidFile, 'utf8')), 'SIGKILL');
}

/** Waits for the event that the condition is checked after; fails with the complaint if it does not come in time. */
export async function waitUntil(condition, complaint, seconds = 30) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`${complaint} (waited ${seconds} s)`);
    }
    await new Promise((resume) => setTimeout(resume, 20));
  }
}
