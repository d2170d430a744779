import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import cassandra from 'cassandra-driver';
import { cluster, connect, connectTo, makeKeyspace } from './cluster.mjs';

const rows = 10_000;
let client;
let keyspace;

before(async () => {
  client = await connect();
  keyspace = await makeKeyspace(client);
  await client.execute(`CREATE TABLE ${keyspace}.t (id int PRIMARY KEY, v int)`);
  const parameters = Array.from({ length: rows }, (_, id) => [id, -id]);
  await cassandra.concurrent.executeConcurrent(client, `INSERT INTO ${keyspace}.t (id, v) VALUES (?, ?)`, parameters, { concurrencyLevel: 100 });
});

test('every one of ten thousand rows comes once', async () => {
  const seen = new Map();
  for await (const row of await client.execute(`SELECT id, v FROM ${keyspace}.t`, [], { prepare: true, fetchSize: 777 })) {
    assert.ok(!seen.has(row.id));
    seen.set(row.id, row.v);
  }
  assert.equal(seen.size, rows);
  assert.ok([...seen].every(([id, v]) => v === -id));
});

test('a saved paging state goes on at another coordinator', async () => {
  const clients = await Promise.all(cluster.nodes.map((node) => connectTo(node)));
  const seen = [];
  let pageState;
  for (let page = 0; page === 0 || pageState; page++) {
    const result = await clients[page % 3].execute(`SELECT id FROM ${keyspace}.t`, [], { prepare: true, fetchSize: 1500, pageState });
    seen.push(...result.rows.map((row) => row.id));
    pageState = result.pageState;
  }
  assert.deepEqual(seen.sort((a, b) => a - b), Array.from({ length: rows }, (_, id) => id));
});

test('eachRow pages by itself', async () => {
  const count = await new Promise((resolve, reject) => {
    let seen = 0;
    client.eachRow(`SELECT id FROM ${keyspace}.t`, [], { prepare: true, fetchSize: 500, autoPage: true }, () => { seen++; },
      (error) => (error ? reject(error) : resolve(seen)));
  });
  assert.equal(count, rows);
});
