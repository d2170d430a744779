using System.Collections.Immutable;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Server.Protocol;

namespace Coterie.Server.Events;

/// <summary>
/// What clients must hear of a new epoch's schema. Pure. A dropped keyspace is one event, not one for each of its tables; a created one is
/// followed by its tables, since one that was dropped and created again may be both in one step. TRUNCATE changes no schema.
/// </summary>
internal static class SchemaDifference
{
    public static IEnumerable<SchemaChangeMessage> Between(ClusterMetadata before, ClusterMetadata after)
    {
        foreach (var name in before.Keyspaces.Keys.Union(after.Keyspaces.Keys).Order(StringComparer.Ordinal))
        {
            var old = before.Keyspaces.GetValueOrDefault(name);
            var current = after.Keyspaces.GetValueOrDefault(name);
            if (current is null)
            {
                yield return new SchemaChangeMessage("DROPPED", name, null);
            }
            else if (!ReferenceEquals(old, current))
            {
                foreach (var change in OfKeyspace(old, current))
                {
                    yield return change;
                }
            }
        }
    }

    private static IEnumerable<SchemaChangeMessage> OfKeyspace(KeyspaceSchema? old, KeyspaceSchema current)
    {
        if (old is null)
        {
            yield return new SchemaChangeMessage("CREATED", current.Name, null);
        }
        else if (old.DurableWrites != current.DurableWrites || old.Consistency != current.Consistency || old.Replication != current.Replication)
        {
            yield return new SchemaChangeMessage("UPDATED", current.Name, null);
        }

        var oldTables = old?.Tables ?? ImmutableSortedDictionary<string, TableSchema>.Empty;
        foreach (var name in oldTables.Keys.Union(current.Tables.Keys).Order(StringComparer.Ordinal))
        {
            if (ChangeOf(oldTables.GetValueOrDefault(name), current.Tables.GetValueOrDefault(name)) is { } change)
            {
                yield return new SchemaChangeMessage(change, current.Name, name);
            }
        }
    }

    private static string? ChangeOf(TableSchema? old, TableSchema? current) => (old, current) switch
    {
        (null, _) => "CREATED",
        (_, null) => "DROPPED",
        _ when old.Id != current.Id => "CREATED",
        _ when !old.Columns.SequenceEqual(current.Columns) || !old.Options.Equals(current.Options) => "UPDATED",
        _ => null,
    };
}
