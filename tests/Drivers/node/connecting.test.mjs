import assert from 'node:assert/strict';
import { test } from 'node:test';
import cassandra from 'cassandra-driver';
import { cluster, connect, connectTo } from './cluster.mjs';

test('one contact point is enough to find every node', async () => {
  const client = await connect();
  const hosts = client.hosts.values();
  assert.deepEqual(hosts.map((host) => host.address).sort(), cluster.nodes.map((node) => `${node.address}:${node.port}`).sort());
  assert.ok(hosts.every((host) => host.isUp()));
});

test('data centre, rack, version and host id are those of the nodes', async () => {
  const client = await connect();
  for (const host of client.hosts.values()) {
    assert.equal(host.datacenter, 'dc1');
    assert.equal(host.rack, 'rack1');
    assert.match(host.cassandraVersion, /^4\.1\./);
    const told = await client.execute("SELECT host_id FROM system.local WHERE key = 'local'", [], { host });
    assert.equal(host.hostId.toString(), told.first().host_id.toString());
  }
  assert.equal(new Set(client.hosts.values().map((host) => host.hostId.toString())).size, 3);
});

test('tokens are those of the ring', async () => {
  const client = await connect();
  const ring = await (await fetch(`${cluster.nodes[0].admin}/api/ring`)).json();
  for (const host of client.hosts.values()) {
    const node = ring.nodes.find((each) => each.cqlAddress === host.address);
    assert.deepEqual([...host.tokens].sort(), [...node.tokens].sort());
  }
});

test('the protocol that is agreed on is version 4', async () => {
  const client = await connect();
  assert.equal(client.controlConnection.protocolVersion, 4);
});

test('every node can be the contact point', async () => {
  for (const node of cluster.nodes) {
    const client = await connectTo(node);
    assert.equal(client.hosts.length, 3);
  }
});

test('an unknown keyspace at connect is refused by name', async () => {
  await assert.rejects(connect({ keyspace: 'no_such_keyspace' }), (error) =>
    JSON.stringify(error, Object.getOwnPropertyNames(error)).includes('no_such_keyspace')
    || Object.values(error.innerErrors ?? {}).some((inner) => inner instanceof cassandra.errors.ResponseError));
});
