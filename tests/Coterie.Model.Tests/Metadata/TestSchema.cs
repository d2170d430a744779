using System.Collections.Immutable;
using System.Net;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Model.Tests.Metadata;

internal static class TestSchema
{
    public static FormCluster Formation { get; } = new(
        new ClusterId(Guid.Parse("11111111-2222-4333-8444-555555555555")), "test", [Node(2, "dc1", "r1", 10, 20), Node(1, "dc2", "r1", -5)]);

    public static ClusterMetadata Formed { get; } = MetadataTransition.Apply(ClusterMetadata.Empty, Formation).Metadata;

    public static NodeInfo Node(int number, string datacenter, string rack, params long[] tokens) => new(
        new NodeId(new Guid(number, 0, 0, new byte[8])),
        new IPEndPoint(IPAddress.Parse($"127.0.0.{number}"), 7000),
        new IPEndPoint(IPAddress.Parse($"127.0.0.{number}"), 9042),
        new IPEndPoint(IPAddress.Parse("::1"), 9180),
        datacenter,
        rack,
        [.. tokens.Select(token => new Token(token))]);

    public static KeyspaceSchema Keyspace(string name, int copies = 3) => new(name, new SimpleStrategy(copies));

    public static TableSchema Table(string keyspace, string name, params ColumnSchema[] columns) =>
        new(keyspace, name, Guid.Parse("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"), default, columns.Length == 0 ? Columns : [.. columns], TableOptions.Default);

    public static ImmutableArray<ColumnSchema> Columns { get; } =
    [
        Column("id", ColumnKind.PartitionKey, "uuid", 0),
        new("at", ColumnKind.Clustering, CqlTypeParser.Parse("timestamp"), 0, true, default),
        Column("owner", ColumnKind.Static, "text", 1),
        Column("tags", ColumnKind.Regular, "set<text>", 2),
        Column("places", ColumnKind.Regular, "frozen<map<text, list<int>>>", 3),
    ];

    public static ColumnSchema Column(string name, ColumnKind kind, string type, int number) => kind is ColumnKind.PartitionKey or ColumnKind.Clustering
        ? new ColumnSchema(name, kind, CqlTypeParser.Parse(type), number, false, default)
        : new ColumnSchema(name, kind, CqlTypeParser.Parse(type), 0, false, new ColumnId((ushort)number));

    /// <summary>One of each kind of change, all of which apply in this order.</summary>
    public static ImmutableArray<MetadataChange> OneOfEach { get; } =
    [
        Formation,
        new CreateKeyspace(Keyspace("shop"), false),
        new CreateKeyspace(
            new KeyspaceSchema(
                "wide",
                new NetworkTopologyStrategy(ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal).Add("dc1", 2).Add("dc2", 1)),
                false,
                ImmutableSortedDictionary.Create<string, TableSchema>(StringComparer.Ordinal)),
            true),
        new CreateTable(Table("shop", "carts"), false),
        new CreateTable(WithOptions(Table("shop", "orders")), true),
        new TruncateTable("shop", "carts"),
        new DropTable("shop", "carts", true),
        new DropKeyspace("wide", false),
        new AlterKeyspace("shop", true, null, false, null),
        new CreateKeyspace(Keyspace("bank"), false),
        new AlterKeyspace("bank", false, new SimpleStrategy(2), true, KeyspaceConsistency.Global),
    ];

    public static ClusterMetadata After(ClusterMetadata metadata, params IEnumerable<MetadataChange> changes) =>
        changes.Aggregate(metadata, (value, change) => MetadataTransition.Apply(value, change).Metadata);

    private static TableSchema WithOptions(TableSchema table) => new(table.Keyspace, table.Name, table.Id, table.StorageId, table.Columns, new TableOptions
    {
        Comment = "née",
        GcGrace = TimeSpan.FromSeconds(60),
        DefaultTimeToLiveSeconds = 7,
        ReadRepair = ReadRepair.None,
        Timestamps = TimestampSource.Server,
        SpeculativeRetry = new SpeculativeRetry(SpeculativeRetryKind.FixedMilliseconds, 12.5),
        Extra = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("caching", "{'keys': 'ALL'}"),
    });
}
