namespace Coterie.Server.Tests.Fixtures;

internal static class Schema
{
    public const string Keyspace = "CREATE KEYSPACE IF NOT EXISTS k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}";

    public const string Table = "CREATE TABLE IF NOT EXISTS k.t (id int PRIMARY KEY, v text)";

    public const string Wide = "CREATE TABLE IF NOT EXISTS k.w (p int, c int, s text static, v text, PRIMARY KEY (p, c))";

    public static async Task CreateAsync(TestClient client)
    {
        foreach (var statement in new[] { Keyspace, Table, Wide })
        {
            var answer = await client.QueryAsync(statement);
            Assert.NotEqual(Server.Protocol.Opcode.Error, answer.Opcode);
        }
    }
}
