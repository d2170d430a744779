using System.Collections.Immutable;
using Coterie.Model.Ids;
using Coterie.Model.Schema;

namespace Coterie.Model.Metadata;

/// <summary>
/// Applies one entry of the metadata log. Pure and total: the entry is decided, so whatever it says, every node must come to the same
/// value and none may fail on it. What cannot be done is refused with a reason; the epoch passes all the same.
/// </summary>
public static class MetadataTransition
{
    public static ChangeOutcome Apply(ClusterMetadata metadata, MetadataChange change)
    {
        var next = metadata with { Epoch = metadata.Epoch.Next };
        return change switch
        {
            FormCluster form => Form(next, form),
            CreateKeyspace create => Create(next, create),
            AlterKeyspace alter => Alter(next, alter),
            DropKeyspace drop => Drop(next, drop),
            CreateTable create => Create(next, create),
            DropTable drop => Drop(next, drop),
            TruncateTable truncate => Truncate(next, truncate),
            _ => Refused(next, ChangeRefusal.Invalid, $"Unknown metadata change {change.GetType().Name}"),
        };
    }

    private static ChangeOutcome Form(ClusterMetadata metadata, FormCluster form)
    {
        if (metadata.IsFormed)
        {
            return Refused(metadata, ChangeRefusal.Invalid, $"The cluster is already formed, with id {metadata.ClusterId}");
        }

        if (FormationRules.Problem(form) is { } problem)
        {
            return Refused(metadata, ChangeRefusal.Invalid, problem);
        }

        return Done(metadata with
        {
            ClusterId = form.ClusterId,
            ClusterName = form.ClusterName,
            Nodes = form.Nodes.ToImmutableSortedDictionary(node => node.Id, node => node),
            Voters = [.. form.Nodes.Take(Limits.VotersMax).Select(node => node.PeerAddress)],
        });
    }

    private static ChangeOutcome Create(ClusterMetadata metadata, CreateKeyspace create)
    {
        var keyspace = create.Keyspace;
        if (metadata.Keyspaces.ContainsKey(keyspace.Name))
        {
            return create.IfNotExists
                ? NothingToDo(metadata)
                : Refused(metadata, ChangeRefusal.KeyspaceExists, $"Keyspace '{keyspace.Name}' already exists");
        }

        if ((SchemaRules.NameProblem("Keyspace", keyspace.Name) ?? SchemaRules.ReplicationProblem(metadata, keyspace.Replication)) is { } problem)
        {
            return Refused(metadata, ChangeRefusal.Invalid, problem);
        }

        if (SchemaRules.IsSystem(keyspace.Name))
        {
            return Refused(metadata, ChangeRefusal.Invalid, $"Keyspace name '{keyspace.Name}' is reserved for the system");
        }

        if (metadata.Keyspaces.Count >= Limits.KeyspacesMax)
        {
            return Refused(metadata, ChangeRefusal.LimitReached, $"The cluster has {Limits.KeyspacesMax} keyspaces already, the most there can be");
        }

        // A keyspace comes without tables: they have storage ids, which only their own entries give out.
        return Done(WithKeyspace(metadata, keyspace with { Tables = keyspace.Tables.Clear() }));
    }

    private static ChangeOutcome Alter(ClusterMetadata metadata, AlterKeyspace alter)
    {
        if (!metadata.Keyspaces.TryGetValue(alter.Name, out var keyspace))
        {
            return alter.IfExists ? NothingToDo(metadata) : UnknownKeyspace(metadata, alter.Name);
        }

        var altered = keyspace with
        {
            Replication = alter.Replication ?? keyspace.Replication,
            DurableWrites = alter.DurableWrites ?? keyspace.DurableWrites,
            Consistency = alter.Consistency ?? keyspace.Consistency,
        };
        if (altered == keyspace)
        {
            return NothingToDo(metadata);
        }

        var kept = altered.Consistency != keyspace.Consistency ? "consistency"
            : altered.Replication != keyspace.Replication ? "replication"
            : null;
        if (kept is not null && !keyspace.Tables.IsEmpty)
        {
            return Refused(
                metadata,
                ChangeRefusal.Invalid,
                $"The {kept} of keyspace '{keyspace.Name}' cannot be altered: it has tables ({keyspace.Tables.Count}), whose rows would stay where they are and as they are. Create another keyspace and copy them");
        }

        return SchemaRules.ReplicationProblem(metadata, altered.Replication) is { } problem
            ? Refused(metadata, ChangeRefusal.Invalid, problem)
            : Done(WithKeyspace(metadata, altered));
    }

    private static ChangeOutcome Drop(ClusterMetadata metadata, DropKeyspace drop)
    {
        if (!metadata.Keyspaces.ContainsKey(drop.Name))
        {
            return drop.IfExists ? NothingToDo(metadata) : UnknownKeyspace(metadata, drop.Name);
        }

        return Done(metadata with { Keyspaces = metadata.Keyspaces.Remove(drop.Name) });
    }

    private static ChangeOutcome Create(ClusterMetadata metadata, CreateTable create)
    {
        var table = create.Table;
        if (!metadata.Keyspaces.TryGetValue(table.Keyspace, out var keyspace))
        {
            return UnknownKeyspace(metadata, table.Keyspace);
        }

        if (keyspace.Tables.ContainsKey(table.Name))
        {
            return create.IfNotExists
                ? NothingToDo(metadata)
                : Refused(metadata, ChangeRefusal.TableExists, $"Table '{table.Keyspace}.{table.Name}' already exists");
        }

        if ((SchemaRules.NameProblem("Table", table.Name) ?? SchemaRules.TableProblem(table)) is { } problem)
        {
            return Refused(metadata, ChangeRefusal.Invalid, problem);
        }

        if (metadata.Keyspaces.Values.Sum(k => k.Tables.Count) >= Limits.TablesMax)
        {
            return Refused(metadata, ChangeRefusal.LimitReached, $"The cluster has {Limits.TablesMax} tables already, the most there can be");
        }

        return WithNewStorageId(metadata, keyspace, table);
    }

    private static ChangeOutcome Drop(ClusterMetadata metadata, DropTable drop)
    {
        if (!metadata.Keyspaces.TryGetValue(drop.Keyspace, out var keyspace))
        {
            return drop.IfExists ? NothingToDo(metadata) : UnknownKeyspace(metadata, drop.Keyspace);
        }

        if (!keyspace.Tables.ContainsKey(drop.Name))
        {
            return drop.IfExists ? NothingToDo(metadata) : UnknownTable(metadata, drop.Keyspace, drop.Name);
        }

        return Done(WithKeyspace(metadata, keyspace with { Tables = keyspace.Tables.Remove(drop.Name) }));
    }

    private static ChangeOutcome Truncate(ClusterMetadata metadata, TruncateTable truncate)
    {
        if (!metadata.Keyspaces.TryGetValue(truncate.Keyspace, out var keyspace))
        {
            return UnknownKeyspace(metadata, truncate.Keyspace);
        }

        return keyspace.Tables.TryGetValue(truncate.Name, out var table)
            ? WithNewStorageId(metadata, keyspace, table)
            : UnknownTable(metadata, truncate.Keyspace, truncate.Name);
    }

    private static ChangeOutcome WithNewStorageId(ClusterMetadata metadata, KeyspaceSchema keyspace, TableSchema table)
    {
        // Ids are never reused, so they can run out, after four thousand million tables.
        if (metadata.NextStorageId == uint.MaxValue)
        {
            return Refused(metadata, ChangeRefusal.LimitReached, "All storage ids have been given out");
        }

        var stored = table.WithStorageId(new StorageId(metadata.NextStorageId));
        metadata = metadata with { NextStorageId = metadata.NextStorageId + 1 };
        return Done(WithKeyspace(metadata, keyspace with { Tables = keyspace.Tables.SetItem(table.Name, stored) }));
    }

    private static ClusterMetadata WithKeyspace(ClusterMetadata metadata, KeyspaceSchema keyspace) =>
        metadata with { Keyspaces = metadata.Keyspaces.SetItem(keyspace.Name, keyspace) };

    private static ChangeOutcome Done(ClusterMetadata metadata) => new(metadata, true, ChangeRefusal.None, "");

    private static ChangeOutcome NothingToDo(ClusterMetadata metadata) => new(metadata, false, ChangeRefusal.None, "");

    private static ChangeOutcome Refused(ClusterMetadata metadata, ChangeRefusal why, string message) => new(metadata, false, why, message);

    private static ChangeOutcome UnknownKeyspace(ClusterMetadata metadata, string name) =>
        Refused(metadata, ChangeRefusal.KeyspaceUnknown, $"Keyspace '{name}' does not exist");

    private static ChangeOutcome UnknownTable(ClusterMetadata metadata, string keyspace, string name) =>
        Refused(metadata, ChangeRefusal.TableUnknown, $"Table '{keyspace}.{name}' does not exist");
}
