import assert from 'node:assert/strict';
import { test } from 'node:test';
import cassandra from 'cassandra-driver';
import { cluster, connect, makeKeyspace } from './cluster.mjs';

async function replicaAndCoordinator(client, query, parameters) {
  const result = await client.execute(query, parameters, { prepare: true, customPayload: { 'coterie.vote': Buffer.alloc(0) } });
  const asked = JSON.parse(result.info.customPayload['coterie.vote'].toString()).replicas.filter((replica) => replica.asked);
  assert.equal(asked.length, 1);
  return [asked[0].address, result.info.queriedHost];
}

test('with one replica for each key the coordinator is that replica', async () => {
  const client = await connect();
  const keyspace = await makeKeyspace(client, 1);
  await client.execute(`CREATE TABLE ${keyspace}.t (a int, b text, v int, PRIMARY KEY ((a, b)))`);
  const coordinators = new Set();
  for (let key = 0; key < 60; key++) {
    for (const [query, parameters] of [
      [`INSERT INTO ${keyspace}.t (a, b, v) VALUES (?, ?, ?)`, [key, 'kéy', key]],
      [`SELECT v FROM ${keyspace}.t WHERE a = ? AND b = ?`, [key, 'kéy']],
    ]) {
      const [replica, coordinator] = await replicaAndCoordinator(client, query, parameters);
      assert.equal(coordinator, replica);
      coordinators.add(coordinator);
    }
  }
  assert.equal(coordinators.size, cluster.nodes.length);
});

test('without token awareness others coordinate too', async () => {
  const client = await connect({ policies: { loadBalancing: new cassandra.policies.loadBalancing.RoundRobinPolicy() } });
  const keyspace = await makeKeyspace(client, 1);
  await client.execute(`CREATE TABLE ${keyspace}.t (id int PRIMARY KEY)`);
  let elsewhere = 0;
  for (let key = 0; key < 30; key++) {
    const [replica, coordinator] = await replicaAndCoordinator(client, `INSERT INTO ${keyspace}.t (id) VALUES (?)`, [key]);
    elsewhere += replica === coordinator ? 0 : 1;
  }
  assert.ok(elsewhere > 0);
});
