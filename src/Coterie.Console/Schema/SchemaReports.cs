using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coterie.WebConsole.Schema;

/// <summary>All keyspaces and the names of their tables: the answer of <c>/api/schema</c>.</summary>
/// <param name="IsCut">There are more tables than are read.</param>
public sealed record SchemaIndex(IReadOnlyList<SchemaKeyspace> Keyspaces, bool IsCut);

/// <param name="Consistency">leaderless or leader-based.</param>
/// <param name="Strategy">Without its package.</param>
/// <param name="Replicas">By data centre; with SimpleStrategy, by nothing: <c>replication_factor</c>.</param>
/// <param name="IsSystem">The cluster's own: each node has it for itself, and nobody creates it.</param>
/// <param name="Cql">What would create it; null: nobody does.</param>
public sealed record SchemaKeyspace(
    string Name, string Consistency, string Strategy, IReadOnlyDictionary<string, string> Replicas, bool DurableWrites, bool IsSystem, string? Cql, IReadOnlyList<string> Tables);

/// <summary>A table: the answer of <c>/api/schema/{keyspace}/{table}</c>.</summary>
/// <param name="Columns">Those of the key first, in its order.</param>
/// <param name="Options">Those that Coterie heeds, as CQL has them.</param>
/// <param name="Cql">What would create it; null: nobody does.</param>
public sealed record SchemaTable(string Keyspace, string Name, IReadOnlyList<SchemaColumn> Columns, IReadOnlyDictionary<string, string> Options, string? Cql);

/// <param name="Kind">partition_key, clustering, static or regular.</param>
/// <param name="Position">In its part of the key; −1: in none.</param>
/// <param name="Order">asc or desc; none: it orders nothing.</param>
public sealed record SchemaColumn(string Name, string Kind, int Position, string Type, string Order);

/// <summary>Why there is no answer.</summary>
public sealed record SchemaProblem(string Problem);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SchemaIndex))]
[JsonSerializable(typeof(SchemaTable))]
[JsonSerializable(typeof(SchemaProblem))]
internal sealed partial class SchemaJson : JsonSerializerContext;

/// <summary>How much of a schema is read and shown.</summary>
internal static class SchemaLimits
{
    public const int TablesMax = 20_000;
    public const int ColumnsMax = 5_000;

    /// <summary>Shown at a time, of keyspaces and of the tables of each.</summary>
    public const int ShownStep = 50;

    public const int FilterLengthMax = 100;
}
