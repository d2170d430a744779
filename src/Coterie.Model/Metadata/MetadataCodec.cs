using System.Collections.Immutable;
using System.IO.Hashing;
using System.Net;
using Coterie.Model.Ids;
using Coterie.Model.Schema;

namespace Coterie.Model.Metadata;

/// <summary>
/// The bytes of changes and of whole metadata, on disk and between nodes. Canonical: equal values have equal bytes, and only those bytes
/// are read back. The first byte is the version. Described in <c>docs/formats.md</c>; golden bytes are held by tests.
/// </summary>
public static class MetadataCodec
{
    private const byte Version = 1;
    private const int NameBytesMax = 65_536;
    private const int LeastNodeBytes = 45;
    private const int LeastKeyspaceBytes = 14;

    private enum ChangeKind : byte
    {
        FormCluster = 1,
        CreateKeyspace = 2,
        DropKeyspace = 3,
        CreateTable = 4,
        DropTable = 5,
        TruncateTable = 6,
        AlterKeyspace = 7,
    }

    public static byte[] Encode(MetadataChange change)
    {
        var writer = new MetadataWriter();
        writer.WriteByte(Version);
        switch (change)
        {
            case FormCluster form:
                writer.WriteByte((byte)ChangeKind.FormCluster);
                writer.WriteGuid(form.ClusterId.Value);
                writer.WriteString(form.ClusterName);
                WriteNodes(writer, form.Nodes);
                break;
            case CreateKeyspace create:
                writer.WriteByte((byte)ChangeKind.CreateKeyspace);
                writer.WriteBoolean(create.IfNotExists);
                SchemaCodec.WriteKeyspace(writer, create.Keyspace);
                break;
            case AlterKeyspace alter:
                writer.WriteByte((byte)ChangeKind.AlterKeyspace);
                SchemaCodec.WriteAlteration(writer, alter);
                break;
            case DropKeyspace drop:
                writer.WriteByte((byte)ChangeKind.DropKeyspace);
                writer.WriteBoolean(drop.IfExists);
                writer.WriteString(drop.Name);
                break;
            case CreateTable create:
                writer.WriteByte((byte)ChangeKind.CreateTable);
                writer.WriteBoolean(create.IfNotExists);
                SchemaCodec.WriteTable(writer, create.Table);
                break;
            case DropTable drop:
                writer.WriteByte((byte)ChangeKind.DropTable);
                writer.WriteBoolean(drop.IfExists);
                writer.WriteString(drop.Keyspace);
                writer.WriteString(drop.Name);
                break;
            case TruncateTable truncate:
                writer.WriteByte((byte)ChangeKind.TruncateTable);
                writer.WriteString(truncate.Keyspace);
                writer.WriteString(truncate.Name);
                break;
            default:
                throw new ArgumentException($"Unknown metadata change {change.GetType().Name}.", nameof(change));
        }

        return writer.Written.ToArray();
    }

    /// <exception cref="MalformedDataException">Not the bytes of a change, or of a version or kind that this node does not know.</exception>
    public static MetadataChange DecodeChange(ReadOnlySpan<byte> source)
    {
        var reader = Open(source, Limits.MetadataChangeBytesMax, "metadata change");
        var kind = (ChangeKind)reader.ReadByte("kind of change");
        MetadataChange change = kind switch
        {
            ChangeKind.FormCluster => ReadFormCluster(ref reader),
            ChangeKind.CreateKeyspace => ReadCreateKeyspace(ref reader),
            ChangeKind.AlterKeyspace => SchemaCodec.ReadAlteration(ref reader),
            ChangeKind.DropKeyspace => ReadDropKeyspace(ref reader),
            ChangeKind.CreateTable => ReadCreateTable(ref reader),
            ChangeKind.DropTable => ReadDropTable(ref reader),
            ChangeKind.TruncateTable => new TruncateTable(
                reader.ReadString(NameBytesMax, "keyspace name"), reader.ReadString(NameBytesMax, "table name")),
            _ => throw new MalformedDataException($"metadata change: kind {(byte)kind} is not known"),
        };
        reader.ExpectEnd("metadata change");
        return change;
    }

    public static byte[] Encode(ClusterMetadata metadata)
    {
        var writer = new MetadataWriter();
        writer.WriteByte(Version);
        writer.WriteInt64(metadata.Epoch.Value);
        writer.WriteGuid(metadata.ClusterId.Value);
        writer.WriteString(metadata.ClusterName);
        WriteNodes(writer, [.. metadata.Nodes.Values]);
        writer.WriteInt32(metadata.Voters.Length);
        foreach (var voter in metadata.Voters)
        {
            writer.WriteEndPoint(voter);
        }

        writer.WriteInt32(metadata.Keyspaces.Count);
        foreach (var keyspace in metadata.Keyspaces.Values)
        {
            SchemaCodec.WriteKeyspace(writer, keyspace);
        }

        writer.WriteUInt32(metadata.NextStorageId);
        return writer.Written.ToArray();
    }

    /// <exception cref="MalformedDataException">Not the bytes of cluster metadata, or of a version that this node does not know.</exception>
    public static ClusterMetadata DecodeMetadata(ReadOnlySpan<byte> source)
    {
        var reader = Open(source, Limits.MetadataBytesMax, "cluster metadata");
        var metadata = new ClusterMetadata
        {
            Epoch = new Epoch(reader.ReadInt64("epoch")),
            ClusterId = new ClusterId(reader.ReadGuid("cluster id")),
            ClusterName = reader.ReadString(NameBytesMax, "cluster name"),
            Nodes = NodesById(ReadNodes(ref reader)),
            Voters = ReadVoters(ref reader),
            Keyspaces = ReadKeyspaces(ref reader),
            NextStorageId = reader.ReadUInt32("next storage id"),
        };
        reader.ExpectEnd("cluster metadata");
        return metadata;
    }

    /// <summary>
    /// The version of the schema that drivers compare between nodes until it agrees: a hash of the encoded keyspaces without storage ids
    /// (TRUNCATE changes no schema), so it is the same on all nodes without being agreed on. Marked as a UUID of version 8, custom.
    /// </summary>
    public static Guid SchemaVersionOf(ImmutableSortedDictionary<string, KeyspaceSchema> keyspaces)
    {
        var writer = new MetadataWriter();
        foreach (var keyspace in keyspaces.Values)
        {
            SchemaCodec.WriteKeyspace(writer, keyspace, withStorageIds: false);
        }

        var hash = XxHash128.Hash(writer.Written.Span);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }

    /// <summary>One node, as it stands inside metadata, and inside Hello before there is any.</summary>
    public static void WriteNode(MetadataWriter writer, NodeInfo node)
    {
        writer.WriteGuid(node.Id.Value);
        writer.WriteEndPoint(node.PeerAddress);
        writer.WriteEndPoint(node.CqlAddress);
        writer.WriteEndPoint(node.AdminAddress);
        writer.WriteString(node.Datacenter);
        writer.WriteString(node.Rack);
        writer.WriteInt32(node.Tokens.Length);
        foreach (var token in node.Tokens)
        {
            writer.WriteInt64(token.Value);
        }
    }

    /// <exception cref="MalformedDataException">Not the bytes of a node.</exception>
    public static NodeInfo ReadNode(ref MetadataReader reader)
    {
        var id = new NodeId(reader.ReadGuid("node id"));
        var peer = reader.ReadEndPoint("peer address");
        var cql = reader.ReadEndPoint("CQL address");
        var admin = reader.ReadEndPoint("admin address");
        var datacenter = reader.ReadString(NameBytesMax, "data centre");
        var rack = reader.ReadString(NameBytesMax, "rack");
        var tokens = new Token[reader.ReadCount(Limits.TokensPerNode, 8, "tokens")];
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = new Token(reader.ReadInt64("token"));
        }

        return new NodeInfo(id, peer, cql, admin, datacenter, rack, [.. tokens]);
    }

    private static MetadataReader Open(ReadOnlySpan<byte> source, int most, string what)
    {
        if (source.Length > most)
        {
            throw new MalformedDataException($"{what}: {source.Length} bytes, more than {most}");
        }

        var reader = new MetadataReader(source);
        var version = reader.ReadByte(what);
        return version == Version ? reader : throw new MalformedDataException($"{what}: version {version} is not known");
    }

    private static FormCluster ReadFormCluster(ref MetadataReader reader)
    {
        var id = new ClusterId(reader.ReadGuid("cluster id"));
        var name = reader.ReadString(NameBytesMax, "cluster name");
        return new FormCluster(id, name, ReadNodes(ref reader));
    }

    private static CreateKeyspace ReadCreateKeyspace(ref MetadataReader reader)
    {
        var ifNotExists = reader.ReadBoolean("if not exists");
        return new CreateKeyspace(SchemaCodec.ReadKeyspace(ref reader), ifNotExists);
    }

    private static DropKeyspace ReadDropKeyspace(ref MetadataReader reader)
    {
        var ifExists = reader.ReadBoolean("if exists");
        return new DropKeyspace(reader.ReadString(NameBytesMax, "keyspace name"), ifExists);
    }

    private static CreateTable ReadCreateTable(ref MetadataReader reader)
    {
        var ifNotExists = reader.ReadBoolean("if not exists");
        return new CreateTable(SchemaCodec.ReadTable(ref reader), ifNotExists);
    }

    private static DropTable ReadDropTable(ref MetadataReader reader)
    {
        var ifExists = reader.ReadBoolean("if exists");
        var keyspace = reader.ReadString(NameBytesMax, "keyspace name");
        return new DropTable(keyspace, reader.ReadString(NameBytesMax, "table name"), ifExists);
    }

    private static void WriteNodes(MetadataWriter writer, ImmutableArray<NodeInfo> nodes)
    {
        writer.WriteInt32(nodes.Length);
        foreach (var node in nodes)
        {
            WriteNode(writer, node);
        }
    }

    private static ImmutableArray<NodeInfo> ReadNodes(ref MetadataReader reader)
    {
        var nodes = new NodeInfo[reader.ReadCount(Limits.NodesMax, LeastNodeBytes, "nodes")];
        for (var i = 0; i < nodes.Length; i++)
        {
            nodes[i] = ReadNode(ref reader);
        }

        return [.. nodes];
    }

    private static ImmutableSortedDictionary<NodeId, NodeInfo> NodesById(ImmutableArray<NodeInfo> nodes)
    {
        for (var i = 1; i < nodes.Length; i++)
        {
            if (nodes[i - 1].Id.CompareTo(nodes[i].Id) >= 0)
            {
                throw new MalformedDataException("nodes: not in ascending order");
            }
        }

        return nodes.ToImmutableSortedDictionary(node => node.Id, node => node);
    }

    private static ImmutableArray<IPEndPoint> ReadVoters(ref MetadataReader reader)
    {
        var voters = new IPEndPoint[reader.ReadCount(Limits.VotersMax, 7, "voters")];
        for (var i = 0; i < voters.Length; i++)
        {
            voters[i] = reader.ReadEndPoint("voter");
        }

        return [.. voters];
    }

    private static ImmutableSortedDictionary<string, KeyspaceSchema> ReadKeyspaces(ref MetadataReader reader)
    {
        var keyspaces = ImmutableSortedDictionary.CreateBuilder<string, KeyspaceSchema>(StringComparer.Ordinal);
        var count = reader.ReadCount(Limits.KeyspacesMax, LeastKeyspaceBytes, "keyspaces");
        var last = "";
        for (var i = 0; i < count; i++)
        {
            var keyspace = SchemaCodec.ReadKeyspace(ref reader);
            if (string.CompareOrdinal(last, keyspace.Name) >= 0)
            {
                throw new MalformedDataException("keyspaces: not in ascending order");
            }

            last = keyspace.Name;
            keyspaces.Add(last, keyspace);
        }

        return keyspaces.ToImmutable();
    }
}
