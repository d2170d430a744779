// Last by name: it kills a node, which whoever runs the cluster starts again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cluster, connect, consistencies, kill, makeKeyspace, waitUntil } from './cluster.mjs';

test('the driver hears that a node is down and up again, and requests go on meanwhile', async () => {
  const client = await connect();
  const keyspace = await makeKeyspace(client);
  await client.execute(`CREATE TABLE ${keyspace}.t (id int PRIMARY KEY)`);
  const lost = cluster.nodes[1];
  const name = `${lost.address}:${lost.port}`;
  const heard = [];
  client.on('hostDown', (host) => heard.push(`down ${host.address}`));
  client.on('hostUp', (host) => heard.push(`up ${host.address}`));

  let failures = 0;
  let requests = 0;
  let over = false;
  const load = (async () => {
    while (!over) {
      requests++;
      await client.execute(`INSERT INTO ${keyspace}.t (id) VALUES (?)`, [requests], { prepare: true, isIdempotent: true, consistency: consistencies.quorum })
        .catch(() => { failures++; });
    }
  })();
  await waitUntil(() => requests > 50, 'the load does not run');
  kill(lost);
  await waitUntil(() => heard.includes(`down ${name}`), 'the driver does not notice that the node is down');
  await waitUntil(() => heard.includes(`up ${name}`), 'the driver does not notice that the node is back', 60);
  over = true;
  await load;
  assert.equal(failures, 0, `${failures} of ${requests} requests failed`);
  assert.ok(client.hosts.get(name).isUp());
  assert.equal(client.hosts.length, 3);
});
