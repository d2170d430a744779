import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import cassandra from 'cassandra-driver';
import { connect, consistencies, makeKeyspace } from './cluster.mjs';

const codes = cassandra.types.responseErrorCodes;
let client;
let keyspace;

before(async () => {
  client = await connect();
  keyspace = await makeKeyspace(client);
  await client.execute(`CREATE TABLE ${keyspace}.t (id int PRIMARY KEY, v text)`);
});

function refused(query, code, pattern, options) {
  return assert.rejects(client.execute(query, [], options), (error) => {
    assert.ok(error instanceof cassandra.errors.ResponseError, `${error}`);
    assert.equal(error.code, code);
    assert.match(error.message, pattern);
    return true;
  });
}

test('nonsense is a syntax error', () => refused('SELEKT 1', codes.syntaxError, /line 1/));

test('an unknown table is invalid', () => refused(`SELECT * FROM ${keyspace}.no_such_table`, codes.invalid, /no_such_table/));

test('a conditional write in a leaderless keyspace is refused, with what to do', () =>
  refused(`INSERT INTO ${keyspace}.t (id) VALUES (1) IF NOT EXISTS`, codes.invalid, /need a leader-based keyspace/));

test('a table that exists says so', async () => {
  await assert.rejects(client.execute(`CREATE TABLE ${keyspace}.t (id int PRIMARY KEY)`), (error) => {
    assert.equal(error.code, codes.alreadyExists);
    assert.deepEqual([error.keyspace, error.table], [keyspace, 't']);
    return true;
  });
});

test('an unknown option is a configuration error', () =>
  refused(`CREATE TABLE ${keyspace}.u (id int PRIMARY KEY) WITH no_such_option = 1`, codes.configError, /no_such_option/));

test('more replicas than there are is unavailable, with the counts', async () => {
  const wide = await makeKeyspace(client, 5);
  await client.execute(`CREATE TABLE ${wide}.t (id int PRIMARY KEY)`);
  await assert.rejects(client.execute(`INSERT INTO ${wide}.t (id) VALUES (1)`, [], { consistency: consistencies.all }), (error) => {
    assert.equal(error.code, codes.unavailableException);
    assert.deepEqual([error.consistencies, error.required, error.alive], [consistencies.all, 5, 3]);
    return true;
  });
});
