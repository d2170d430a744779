using System.Collections.Immutable;
using Coterie.Model.Ids;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Model.Metadata;

/// <summary>The bytes of keyspaces and tables inside metadata. Types are written by their CQL names, dictionaries in ordinal order of keys.</summary>
internal static class SchemaCodec
{
    private const byte Simple = 0;
    private const byte NetworkTopology = 1;
    private const int TextBytesMax = 65_536;
    private const int ExtraOptionsMax = 64;
    private const byte DurableWritesFlag = 1;
    private const byte LeaderBasedFlag = 2;
    private const byte ReplicationFlag = 4;
    private const int LeastColumnBytes = 12;
    private const int LeastTableBytes = 48;

    public static void WriteKeyspace(MetadataWriter writer, KeyspaceSchema keyspace, bool withStorageIds = true)
    {
        writer.WriteString(keyspace.Name);
        WriteReplication(writer, keyspace.Replication);
        writer.WriteByte((byte)((keyspace.DurableWrites ? DurableWritesFlag : 0) | (keyspace.IsLeaderBased ? LeaderBasedFlag : 0)));
        writer.WriteInt32(keyspace.Tables.Count);
        foreach (var table in keyspace.Tables.Values)
        {
            WriteTable(writer, table, withStorageIds);
        }
    }

    public static KeyspaceSchema ReadKeyspace(ref MetadataReader reader)
    {
        var name = reader.ReadString(TextBytesMax, "keyspace name");
        var replication = ReadReplication(ref reader);
        var flags = reader.ReadByte("flags of a keyspace");
        Require((flags & ~(DurableWritesFlag | LeaderBasedFlag)) == 0, "unknown flags of a keyspace");
        var tables = ImmutableSortedDictionary.CreateBuilder<string, TableSchema>(StringComparer.Ordinal);
        var count = reader.ReadCount(Limits.TablesMax, LeastTableBytes, "tables");
        string? last = null;
        for (var i = 0; i < count; i++)
        {
            var table = ReadTable(ref reader);
            Require(table.Keyspace == name, "a table inside another keyspace than its own");
            last = Ascending(last, table.Name, "table");
            tables.Add(table.Name, table);
        }

        return new KeyspaceSchema(name, replication, (flags & DurableWritesFlag) != 0, tables.ToImmutable())
        {
            Consistency = (flags & LeaderBasedFlag) != 0 ? KeyspaceConsistency.Global : KeyspaceConsistency.Eventual,
        };
    }

    /// <summary>Which options are given, then those that fit a flag, then the replication.</summary>
    public static void WriteAlteration(MetadataWriter writer, AlterKeyspace alter)
    {
        writer.WriteBoolean(alter.IfExists);
        writer.WriteString(alter.Name);
        writer.WriteByte((byte)((alter.DurableWrites is null ? 0 : DurableWritesFlag) | (alter.Consistency is null ? 0 : LeaderBasedFlag) | (alter.Replication is null ? 0 : ReplicationFlag)));
        writer.WriteByte((byte)((alter.DurableWrites == true ? DurableWritesFlag : 0) | (alter.Consistency == KeyspaceConsistency.Global ? LeaderBasedFlag : 0)));
        if (alter.Replication is { } replication)
        {
            WriteReplication(writer, replication);
        }
    }

    public static AlterKeyspace ReadAlteration(ref MetadataReader reader)
    {
        var ifExists = reader.ReadBoolean("if exists");
        var name = reader.ReadString(TextBytesMax, "keyspace name");
        var given = reader.ReadByte("given options of a keyspace");
        var flags = reader.ReadByte("flags of a keyspace");
        Require((given & ~(DurableWritesFlag | LeaderBasedFlag | ReplicationFlag)) == 0, "unknown options of a keyspace");
        Require((flags & ~(given & (DurableWritesFlag | LeaderBasedFlag))) == 0, "flags of a keyspace that are not given");
        return new AlterKeyspace(
            name,
            ifExists,
            (given & ReplicationFlag) != 0 ? ReadReplication(ref reader) : null,
            (given & DurableWritesFlag) != 0 ? (flags & DurableWritesFlag) != 0 : null,
            (given & LeaderBasedFlag) != 0 ? (flags & LeaderBasedFlag) != 0 ? KeyspaceConsistency.Global : KeyspaceConsistency.Eventual : null);
    }

    public static void WriteTable(MetadataWriter writer, TableSchema table, bool withStorageId = true)
    {
        writer.WriteString(table.Keyspace);
        writer.WriteString(table.Name);
        writer.WriteGuid(table.Id);
        writer.WriteUInt32(withStorageId ? table.StorageId.Value : 0);
        writer.WriteInt32(table.Columns.Length);
        foreach (var column in table.Columns)
        {
            writer.WriteString(column.Name);
            writer.WriteByte((byte)column.Kind);
            writer.WriteString(column.Type.CqlName);
            writer.WriteBoolean(column.Descending);

            // A key column is known by its position, any other by its id.
            writer.WriteUInt16(IsKey(column.Kind) ? checked((ushort)column.Position) : column.Id.Value);
        }

        WriteOptions(writer, table.Options);
    }

    public static TableSchema ReadTable(ref MetadataReader reader)
    {
        var keyspace = reader.ReadString(TextBytesMax, "keyspace name");
        var name = reader.ReadString(TextBytesMax, "table name");
        var id = reader.ReadGuid("table id");
        var storageId = new StorageId(reader.ReadUInt32("storage id"));
        var count = reader.ReadCount(Limits.ColumnsMax, LeastColumnBytes, "columns");
        var columns = new ColumnSchema[count];
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var column = ReadColumn(ref reader);
            Require(names.Add(column.Name), "two columns of the same name");
            columns[i] = column;
        }

        // The table sorts its columns; bytes in another order would not be what it is written as.
        var table = new TableSchema(keyspace, name, id, storageId, [.. columns], ReadOptions(ref reader));
        Require(table.Columns.AsSpan().SequenceEqual(columns), "columns out of order");
        return table;
    }

    private static ColumnSchema ReadColumn(ref MetadataReader reader)
    {
        var name = reader.ReadString(TextBytesMax, "column name");
        var kind = (ColumnKind)AtMost(reader.ReadByte("column kind"), (byte)ColumnKind.Regular, "column kind");
        var type = ReadType(ref reader);
        var descending = reader.ReadBoolean("descending");
        var number = reader.ReadUInt16("column number");
        return IsKey(kind)
            ? new ColumnSchema(name, kind, type, number, descending, default)
            : new ColumnSchema(name, kind, type, 0, descending, new ColumnId(number));
    }

    private static bool IsKey(ColumnKind kind) => kind is ColumnKind.PartitionKey or ColumnKind.Clustering;

    private static CqlType ReadType(ref MetadataReader reader)
    {
        var name = reader.ReadString(TextBytesMax, "column type");
        var type = CqlTypeParser.Parse(name);
        Require(type.CqlName == name, "a type that is not written in its one form");
        return type;
    }

    private static void WriteReplication(MetadataWriter writer, ReplicationStrategy replication)
    {
        switch (replication)
        {
            case SimpleStrategy simple:
                writer.WriteByte(Simple);
                writer.WriteInt32(simple.ReplicationFactor);
                break;
            case NetworkTopologyStrategy topology:
                writer.WriteByte(NetworkTopology);
                writer.WriteInt32(topology.ReplicationFactors.Count);
                foreach (var (datacenter, factor) in topology.ReplicationFactors)
                {
                    writer.WriteString(datacenter);
                    writer.WriteInt32(factor);
                }

                break;
            default:
                throw new ArgumentException($"Unknown replication strategy {replication.GetType().Name}.", nameof(replication));
        }
    }

    private static ReplicationStrategy ReadReplication(ref MetadataReader reader)
    {
        if (AtMost(reader.ReadByte("replication strategy"), NetworkTopology, "replication strategy") == Simple)
        {
            return new SimpleStrategy(reader.ReadInt32("replication factor"));
        }

        var factors = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        var count = reader.ReadCount(Limits.NodesMax, 8, "replication factors");
        string? last = null;
        for (var i = 0; i < count; i++)
        {
            last = Ascending(last, reader.ReadString(TextBytesMax, "data centre"), "data centre");
            factors.Add(last, reader.ReadInt32("replication factor"));
        }

        return new NetworkTopologyStrategy(factors.ToImmutable());
    }

    private static void WriteOptions(MetadataWriter writer, TableOptions options)
    {
        writer.WriteString(options.Comment);
        writer.WriteInt64(options.GcGrace.Ticks);
        writer.WriteInt32(options.DefaultTimeToLiveSeconds);
        writer.WriteByte((byte)options.ReadRepair);
        writer.WriteByte((byte)options.Timestamps);
        writer.WriteByte((byte)options.SpeculativeRetry.Kind);
        writer.WriteInt64(BitConverter.DoubleToInt64Bits(options.SpeculativeRetry.Value));
        writer.WriteInt32(options.Extra.Count);
        foreach (var (name, value) in options.Extra)
        {
            writer.WriteString(name);
            writer.WriteString(value);
        }
    }

    private static TableOptions ReadOptions(ref MetadataReader reader)
    {
        var options = new TableOptions
        {
            Comment = reader.ReadString(Limits.StatementBytesMax, "comment"),
            GcGrace = TimeSpan.FromTicks(reader.ReadInt64("gc_grace")),
            DefaultTimeToLiveSeconds = reader.ReadInt32("default time to live"),
            ReadRepair = (ReadRepair)AtMost(reader.ReadByte("read repair"), (byte)ReadRepair.None, "read repair"),
            Timestamps = (TimestampSource)AtMost(reader.ReadByte("timestamps"), (byte)TimestampSource.Server, "timestamps"),
            SpeculativeRetry = new SpeculativeRetry(
                (SpeculativeRetryKind)AtMost(reader.ReadByte("speculative retry"), (byte)SpeculativeRetryKind.Percentile, "speculative retry"),
                BitConverter.Int64BitsToDouble(reader.ReadInt64("speculative retry"))),
        };
        var extra = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var count = reader.ReadCount(ExtraOptionsMax, 8, "options");
        string? last = null;
        for (var i = 0; i < count; i++)
        {
            last = Ascending(last, reader.ReadString(TextBytesMax, "option"), "option");
            extra.Add(last, reader.ReadString(Limits.StatementBytesMax, "option"));
        }

        return options with { Extra = extra.ToImmutable() };
    }

    private static byte AtMost(byte value, byte most, string what) =>
        value <= most ? value : throw new MalformedDataException($"{what}: {value} is not known");

    private static string Ascending(string? last, string next, string what) =>
        last is null || string.CompareOrdinal(last, next) < 0
            ? next
            : throw new MalformedDataException($"{what}: not in ascending order");

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new MalformedDataException($"schema: {problem}");
        }
    }
}
