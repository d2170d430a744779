using System.Globalization;
using Coterie.Model.Quorum;

namespace Coterie.WebConsole.Quorum;

/// <summary>The setting in CQL and for drivers: a keyspace with these copies, a write and a read that need so many. A number that CQL has no name for goes into the payload <c>coterie.required</c>.</summary>
internal static class CodeSamples
{
    private const string Insert = "INSERT INTO app.cart (id, v) VALUES (?, ?)";
    private const string Select = "SELECT v FROM app.cart WHERE id = ?";

    public static IReadOnlyList<(string Language, string Code)> Of(QuorumQuestion question)
    {
        var (read, write) = (new Need(question.Read), new Need(question.Write));
        return
        [
            ("CQL", Cql(question, read, write)),
            ("C#", CSharp(read, write)),
            ("Java", Java(read, write)),
            ("Python", Python(read, write)),
            ("Node.js", Node(read, write)),
            ("Go", Go(read, write)),
        ];
    }

    private static string Cql(QuorumQuestion question, Need read, Need write)
    {
        var datacenters = string.Join(", ", question.Layout.Datacenters.Select(static one => $"'{one.Name}': {one.Replicas}"));
        return $$"""
            CREATE KEYSPACE app WITH replication = {'class': 'NetworkTopologyStrategy', {{datacenters}}};
            CREATE TABLE app.cart (id int PRIMARY KEY, v text);

            {{Shell(write)}}
            INSERT INTO app.cart (id, v) VALUES (1, 'tea');

            {{Shell(read)}}
            SELECT v FROM app.cart WHERE id = 1;
            """;
    }

    private static string Shell(Need need) => need.Payload is { } count
        ? $"-- {count} replicas have no name in CQL: a driver asks for them, with the payload coterie.required\nCONSISTENCY {need.Level};"
        : $"CONSISTENCY {need.Level};";

    private static string CSharp(Need read, Need write)
    {
        return $"""
            var write = new SimpleStatement("{Insert}", 1, "tea"){Level(write)};{Payload("write", write)}
            await session.ExecuteAsync(write);

            var read = new SimpleStatement("{Select}", 1){Level(read)};{Payload("read", read)}
            var rows = await session.ExecuteAsync(read);
            """;

        static string Level(Need need) => $"\n    .SetConsistencyLevel(ConsistencyLevel.{need.Pascal})";
        static string Payload(string name, Need need) => need.Payload is { } count
            ? $$"""

            {{name}}.SetOutgoingPayload(new Dictionary<string, byte[]> { ["coterie.required"] = "{{count}}"u8.ToArray() });
            """
            : "";
    }

    private static string Java(Need read, Need write)
    {
        return $"""
            session.execute(SimpleStatement.newInstance("{Insert}", 1, "tea")
                .setConsistencyLevel(DefaultConsistencyLevel.{write.Level}){Payload(write)});

            ResultSet rows = session.execute(SimpleStatement.newInstance("{Select}", 1)
                .setConsistencyLevel(DefaultConsistencyLevel.{read.Level}){Payload(read)});
            """;

        static string Payload(Need need) => need.Payload is { } count
            ? $"\n    .setCustomPayload(Map.of(\"coterie.required\", ByteBuffer.wrap(\"{count}\".getBytes())))"
            : "";
    }

    private static string Python(Need read, Need write)
    {
        return $"""
            write = SimpleStatement("{Insert.Replace("?", "%s", StringComparison.Ordinal)}",
                                    consistency_level=ConsistencyLevel.{write.Level})
            session.execute(write, (1, "tea"){Payload(write)})

            read = SimpleStatement("{Select.Replace("?", "%s", StringComparison.Ordinal)}",
                                   consistency_level=ConsistencyLevel.{read.Level})
            rows = session.execute(read, (1,){Payload(read)})
            """;

        static string Payload(Need need) => need.Payload is { } count ? $$""", custom_payload={"coterie.required": b"{{count}}"}""" : "";
    }

    private static string Node(Need read, Need write)
    {
        return $$"""
            const { consistencies } = require("cassandra-driver").types;

            await client.execute("{{Insert}}", [1, "tea"],
              { prepare: true, consistency: consistencies.{{write.Camel}}{{Payload(write)}} });

            const result = await client.execute("{{Select}}", [1],
              { prepare: true, consistency: consistencies.{{read.Camel}}{{Payload(read)}} });
            """;

        static string Payload(Need need) => need.Payload is { } count ? $$""", customPayload: { "coterie.required": Buffer.from("{{count}}") }""" : "";
    }

    private static string Go(Need read, Need write)
    {
        return $$"""
            if err := session.Query("{{Insert}}", 1, "tea").
                Consistency(gocql.{{write.Pascal}}){{Payload(write)}}.Exec(); err != nil {
                return err
            }

            var v string
            if err := session.Query("{{Select}}", 1).
                Consistency(gocql.{{read.Pascal}}){{Payload(read)}}.Scan(&v); err != nil {
                return err
            }
            """;

        static string Payload(Need need) => need.Payload is { } count
            ? $$""".CustomPayload(map[string][]byte{"coterie.required": []byte("{{count}}")})"""
            : "";
    }

    /// <summary>A consistency level in the spelling of each language.</summary>
    private readonly struct Need(QuorumSide side)
    {
        // The payload overrides the level; the level next to it only has to be one that the driver knows.
        public string Level { get; } = ConsistencyLevelNames.Format(side.CqlLevel ?? ConsistencyLevel.Quorum);

        public string? Payload { get; } = side.CqlLevel is null ? side.Quorum.Requirement.Count.ToString(CultureInfo.InvariantCulture) : null;

        public string Pascal => string.Concat(Level.Split('_').Select(static word => word[0] + word[1..].ToLowerInvariant()));

        public string Camel => char.ToLowerInvariant(Pascal[0]) + Pascal[1..];
    }
}
