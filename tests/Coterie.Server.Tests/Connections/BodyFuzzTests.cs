using Coterie.Model.Quorum;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;
using Coterie.Server.Tests.Fixtures;
using static Coterie.Server.Tests.Fixtures.TestClient;

namespace Coterie.Server.Tests.Connections;

/// <summary>
/// Well-formed messages, damaged. Each must be answered: with a result if it still is one, else with an error that says what is the client's
/// mistake; never with "the server failed", and the connection lives on.
/// </summary>
public sealed class BodyFuzzTests
{
    private const int DamagesEach = 1_500;

    [Fact]
    public async Task A_damaged_message_is_the_clients_mistake_and_nothing_worse()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await Schema.CreateAsync(client);
        var id = await client.PrepareAsync("INSERT INTO k.w (p, c, v) VALUES (?, ?, ?) USING TIMESTAMP ?");
        var read = await client.PrepareAsync("SELECT * FROM k.w WHERE p IN ? AND c > ? LIMIT ?");
        var random = new Random(11);
        foreach (var (opcode, body) in Messages(id, read))
        {
            for (var i = 0; i < DamagesEach; i++)
            {
                var damaged = Damaged(body, random);
                var answer = await client.AskAsync(opcode, damaged);
                Assert.False(
                    answer.Opcode == Opcode.Error && answer.Error().Code == ErrorCode.Server,
                    answer.Opcode == Opcode.Error ? $"{answer.Error()} for {opcode} {Convert.ToHexString(damaged)}" : "");
            }
        }

        (await client.QueryAsync("SELECT * FROM k.w")).Rows();
    }

    private static IEnumerable<(Opcode Opcode, byte[] Body)> Messages(byte[] id, byte[] read)
    {
        byte[] big = [0, 0, 0, 0, 0, 0, 0, 9];
        byte[] list = [0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2];
        yield return (Opcode.Query, Body(w => WriteQuery(w, "INSERT INTO k.w (p, c, v) VALUES (?, ?, ?) USING TTL ? AND TIMESTAMP ?", ConsistencyLevel.Quorum, Int(1), Int(2), Text("x"), Int(5), big)));
        yield return (Opcode.Query, Body(w =>
        {
            w.WriteBytes(Text("SELECT p, c, writetime(v), token(p) FROM k.w WHERE token(p) > ? LIMIT ?"));
            WriteParameters(w, ConsistencyLevel.Quorum, [big, Int(7)], pageSize: 2, state: [1, 2, 3], timestamp: 5);
        }));
        yield return (Opcode.Prepare, Body(w => w.WriteBytes(Text("UPDATE k.w SET v = ? WHERE p = ? AND c IN (1, ?)"))));
        yield return (Opcode.Execute, Body(w =>
        {
            w.WriteShortBytes(id);
            WriteParameters(w, ConsistencyLevel.Quorum, [Int(1), Int(2), Text("y"), big]);
        }));
        yield return (Opcode.Execute, Body(w =>
        {
            w.WriteShortBytes(read);
            WriteParameters(w, ConsistencyLevel.Quorum, [list, Int(0), Int(5)], pageSize: 3);
        }));
        yield return (Opcode.Batch, Body(w =>
        {
            w.WriteByte(1);
            w.WriteShort(2);
            w.WriteByte(0);
            w.WriteBytes(Text("DELETE FROM k.w WHERE p = ?"));
            WriteValues(w, [Int(1)]);
            w.WriteByte(1);
            w.WriteShortBytes(id);
            WriteValues(w, [Int(1), Int(2), null, big]);
            w.WriteShort((int)ConsistencyLevel.One);
            w.WriteByte(0);
        }));
        yield return (Opcode.Register, Body(w => w.WriteStringList(["TOPOLOGY_CHANGE", "STATUS_CHANGE"])));
        yield return (Opcode.Startup, Body(w => WriteMap(w, new SortedDictionary<string, string> { ["CQL_VERSION"] = "3.0.0", ["COMPRESSION"] = "lz4" })));
    }

    private static byte[] Damaged(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var i = 0; i <= random.Next(3) && bytes.Count > 0; i++)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(1, Math.Min(9, bytes.Count - at + 1)));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
