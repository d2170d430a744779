import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { cluster, connect, connectTo, makeKeyspace, waitUntil } from './cluster.mjs';

let client;
let keyspace;

before(async () => {
  client = await connect();
  keyspace = await makeKeyspace(client);
  await client.execute(`CREATE TABLE ${keyspace}.everything (site text, year int, month int, day int, owner text STATIC, tags set<text>,
    scores map<text, frozen<list<int>>>, PRIMARY KEY ((site, year), month, day)) WITH CLUSTERING ORDER BY (month DESC, day ASC) AND comment = 'all here'`);
});

test('keys, order, columns and options of a table', async () => {
  const table = await client.metadata.getTable(keyspace, 'everything');
  assert.deepEqual(table.partitionKeys.map((column) => column.name), ['site', 'year']);
  assert.deepEqual(table.clusteringKeys.map((column) => column.name), ['month', 'day']);
  assert.deepEqual(table.clusteringOrder, ['DESC', 'ASC']);
  assert.deepEqual(Object.keys(table.columnsByName).sort(), ['day', 'month', 'owner', 'scores', 'site', 'tags', 'year']);
  assert.ok(table.columnsByName.owner.isStatic);
  assert.equal(table.comment, 'all here');
});

test('the replication of a keyspace', async () => {
  await client.metadata.refreshKeyspace(keyspace);
  const known = client.metadata.keyspaces[keyspace];
  assert.match(known.strategy, /SimpleStrategy$/);
  assert.equal(known.strategyOptions.replication_factor, '3');
});

test('a keyspace made by someone else appears, and goes', async () => {
  const other = await connectTo(cluster.nodes[2]);
  const name = await makeKeyspace(other);
  await waitUntil(() => client.metadata.keyspaces[name], 'the new keyspace is not in the metadata');
  await other.execute(`DROP KEYSPACE ${name}`);
  await waitUntil(() => !client.metadata.keyspaces[name], 'the dropped keyspace is still in the metadata');
});

test('a table changed by someone else is seen', async () => {
  const other = await connectTo(cluster.nodes[1]);
  await other.execute(`CREATE TABLE ${keyspace}.changing (id int PRIMARY KEY, v text)`);
  assert.ok((await client.metadata.getTable(keyspace, 'changing')).columnsByName.v);
  await other.execute(`DROP TABLE ${keyspace}.changing`);
  await waitUntil(async () => !(await client.metadata.getTable(keyspace, 'changing')), 'the dropped table is still in the metadata');
});

test('after a change of the schema the nodes agree', async () => {
  const result = await client.execute(`CREATE TABLE ${keyspace}.agreed (id int PRIMARY KEY)`);
  assert.ok(result.info.isSchemaInAgreement);
  assert.ok(await client.metadata.checkSchemaAgreement());
});
