import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { cluster, connect, connectTo, consistencies, makeKeyspace } from './cluster.mjs';

let client;
let table;

beforeEach(async () => {
  client ??= await connect();
  table = `${await makeKeyspace(client)}.t`;
  await client.execute(`CREATE TABLE ${table} (p int, c int, v text, s text STATIC, PRIMARY KEY (p, c)) WITH CLUSTERING ORDER BY (c DESC)`);
});

async function values(partition) {
  const result = await client.execute(`SELECT c, v FROM ${table} WHERE p = ?`, [partition], { prepare: true });
  return result.rows.map((row) => [row.c, row.v]);
}

test('what one node prepared runs on every node', async () => {
  const alone = await connect({ prepareOnAllHosts: false });
  const coordinators = new Set();
  for (let key = 0; key < 30; key++) {
    const result = await alone.execute(`INSERT INTO ${table} (p, c, v) VALUES (?, 1, ?)`, [key, `v${key}`], { prepare: true, consistency: consistencies.quorum });
    coordinators.add(result.info.queriedHost);
    assert.deepEqual(await values(key), [[1, `v${key}`]]);
  }
  assert.equal(coordinators.size, 3);
});

for (const logged of [true, false]) {
  test(`a${logged ? ' logged' : 'n unlogged'} batch within one partition`, async () => {
    await client.batch([
      { query: `INSERT INTO ${table} (p, c, v) VALUES (?, ?, ?)`, params: [1, 1, 'a'] },
      { query: `INSERT INTO ${table} (p, c, v) VALUES (?, ?, ?)`, params: [1, 2, 'b'] },
      { query: `UPDATE ${table} SET s = ? WHERE p = ?`, params: ['static', 1] },
    ], { prepare: true, logged });
    assert.deepEqual(await values(1), [[2, 'b'], [1, 'a']]);
    assert.equal((await client.execute(`SELECT s FROM ${table} WHERE p = 1 AND c = 1`)).first().s, 'static');
  });
}

test('a logged batch over two partitions', async () => {
  const queries = [1, 2].map((partition) => ({ query: `INSERT INTO ${table} (p, c, v) VALUES (?, 1, 'x')`, params: [partition] }));
  await client.batch(queries, { prepare: true, logged: true });
  assert.deepEqual([await values(1), await values(2)], [[[1, 'x']], [[1, 'x']]]);
});

test('a new table can be written at once through another node', async () => {
  const others = await Promise.all(cluster.nodes.map((node) => connectTo(node)));
  await others[0].execute(`CREATE TABLE ${table}_new (id int PRIMARY KEY)`);
  await others[1].execute(`INSERT INTO ${table}_new (id) VALUES (1)`);
  assert.equal((await others[2].execute(`SELECT id FROM ${table}_new WHERE id = 1`)).rowLength, 1);
});

test('lifetimes and timestamps', async () => {
  await client.execute(`INSERT INTO ${table} (p, c, v) VALUES (1, 1, 'x') USING TIMESTAMP 1000 AND TTL 500`);
  const row = (await client.execute(`SELECT writetime(v) AS at, ttl(v) AS left FROM ${table} WHERE p = 1`)).first();
  assert.equal(row.at.toString(), '1000');
  assert.ok(row.left > 400 && row.left <= 500);
});

test('any number of replicas can be asked for by the payload', async () => {
  const customPayload = { 'coterie.vote': Buffer.alloc(0), 'coterie.required': Buffer.from('3') };
  const result = await client.execute(`SELECT v FROM ${table} WHERE p = 1`, [], { customPayload });
  assert.equal(JSON.parse(result.info.customPayload['coterie.vote'].toString()).required, 3);
});
