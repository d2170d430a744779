import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import cassandra from 'cassandra-driver';
import { connect, makeKeyspace } from './cluster.mjs';

const { BigDecimal, Duration, InetAddress, Integer, LocalDate, LocalTime, Long, TimeUuid, Uuid } = cassandra.types;

const values = {
  ascii: ['', 'plain', '~'.repeat(1000)],
  text: ['', 'tëxt ☃ 🜛', '\0', "'quoted'", 'x'.repeat(100_000)],
  blob: [Buffer.alloc(0), Buffer.from([0, 255]), Buffer.alloc(10_000, 7)],
  boolean: [true, false],
  tinyint: [0, -128, 127],
  smallint: [0, -32768, 32767],
  int: [0, -2147483648, 2147483647],
  bigint: [Long.ZERO, Long.MIN_VALUE, Long.MAX_VALUE],
  varint: ['0', '-1', '128', '-129', (2n ** 200n).toString()].map((text) => Integer.fromString(text)),
  decimal: ['0', '0.00', '-1.5', '123456789012345678901234567890.123456789'].map((text) => BigDecimal.fromString(text)),
  float: [0, -0, 1.5, Infinity, -Infinity, NaN, Math.fround(3.4028234663852886e38)],
  double: [0, -0, 0.1, Number.MAX_VALUE, Number.MIN_VALUE, Infinity, NaN],
  uuid: [Uuid.fromString('00000000-0000-0000-0000-000000000000'), Uuid.random()],
  timeuuid: [TimeUuid.now(), TimeUuid.min(new Date(0))],
  inet: ['127.0.0.1', '255.255.255.255', '::1', '2001:db8::8a2e:370:7334'].map((text) => InetAddress.fromString(text)),
  timestamp: [new Date(0), new Date(-1), new Date(8.64e15)],
  date: [new LocalDate(1970, 1, 1), new LocalDate(2024, 2, 29), new LocalDate(-2147483648), new LocalDate(2147483647)],
  time: ['00:00:00', '23:59:59.999999999', '13:30:54.123456789'].map((text) => LocalTime.fromString(text)),
  duration: [new Duration(0, 0, 0), new Duration(12, 3, Long.fromNumber(4e9)), new Duration(-1, -2, -3)],
  'list<int>': [[3, 1, 2, 1]],
  'set<text>': [['', 'a', 'b']],
  'map<text, int>': [{ '': -1, one: 1 }],
  'frozen<list<text>>': [['', 'a']],
  'frozen<map<text, frozen<list<int>>>>': [{ a: [1, 2], b: [3] }],
  'map<text, frozen<set<int>>>': [{ a: [1, 2], b: [3] }],
};

let client;
before(async () => {
  client = await connect();
  const keyspace = await makeKeyspace(client);
  await client.execute(`USE ${keyspace}`);
  client.keyspace = keyspace;
});

function assertSame(actual, expected) {
  if (typeof expected?.equals === 'function' && !Buffer.isBuffer(expected)) {
    assert.ok(expected.equals(actual), `${actual} is not ${expected}`);
  } else {
    assert.deepEqual(actual, expected);
  }
}

for (const [type, ofType] of Object.entries(values)) {
  test(`${type}: every value comes back as it was, and null as null`, async () => {
    const table = `${client.keyspace}.t_${type.replaceAll(/\W/g, '_')}`;
    await client.execute(`CREATE TABLE ${table} (id int PRIMARY KEY, v ${type})`);
    for (const [id, value] of [...ofType, null].entries()) {
      await client.execute(`INSERT INTO ${table} (id, v) VALUES (?, ?)`, [id, value], { prepare: true });
      const row = (await client.execute(`SELECT v FROM ${table} WHERE id = ?`, [id], { prepare: true })).first();
      assertSame(row.v, value);
    }
  });
}

test('a value left unset leaves what was there', async () => {
  const table = `${client.keyspace}.left_unset`;
  await client.execute(`CREATE TABLE ${table} (id int PRIMARY KEY, v text, w text)`);
  const insert = `INSERT INTO ${table} (id, v, w) VALUES (?, ?, ?)`;
  await client.execute(insert, [1, 'one', 'two'], { prepare: true });
  await client.execute(insert, [1, cassandra.types.unset, 'three'], { prepare: true });
  const row = (await client.execute(`SELECT v, w FROM ${table} WHERE id = 1`)).first();
  assert.deepEqual([row.v, row.w], ['one', 'three']);
});

test('an empty collection is null: that is how this driver sends it', async () => {
  const table = `${client.keyspace}.empty`;
  await client.execute(`CREATE TABLE ${table} (id int PRIMARY KEY, v list<int>)`);
  await client.execute(`INSERT INTO ${table} (id, v) VALUES (?, ?)`, [1, []], { prepare: true });
  assert.equal((await client.execute(`SELECT v FROM ${table} WHERE id = 1`)).first().v, null);
});
