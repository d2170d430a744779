import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { connect, makeKeyspace } from './cluster.mjs';

let client;
let table;

before(async () => {
  client = await connect();
  const keyspace = `${await makeKeyspace(client)}_ordered`;
  await client.execute(
    `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3} AND consistency = 'global'`);
  table = `${keyspace}.accounts`;
  await client.execute(`CREATE TABLE ${table} (name text PRIMARY KEY, owner text, visits int)`);
});

test('a name is taken once, prepared or not', async () => {
  for (const prepare of [false, true]) {
    const insert = `INSERT INTO ${table} (name, owner) VALUES (?, ?) IF NOT EXISTS`;
    const first = await client.execute(insert, [`name-${prepare}`, 'ann'], { prepare });
    assert.equal(first.wasApplied(), true);
    const second = await client.execute(insert, [`name-${prepare}`, 'bob'], { prepare });
    assert.equal(second.wasApplied(), false);
    assert.deepEqual([second.first().name, second.first().owner], [`name-${prepare}`, 'ann']);
  }
});

test('a value is changed by who knows it', async () => {
  const update = `UPDATE ${table} SET visits = ? WHERE name = ? IF visits = ?`;
  const change = (to, from) => client.execute(update, [to, 'counter', from], { prepare: true });
  assert.equal((await change(1, null)).wasApplied(), true);
  assert.equal((await change(2, 1)).wasApplied(), true);
  const late = await change(2, 1);
  assert.deepEqual([late.wasApplied(), late.first().visits], [false, 2]);
});
