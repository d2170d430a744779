using System.Buffers;
using System.Collections.Immutable;
using Coterie.Model;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Time;
using Coterie.Model.Wire;

namespace Coterie.Replica.Deletes;

/// <summary>What a node has durable of the deletes of one table in one group. Immutable; its encoding is part of the disk format.</summary>
/// <param name="Nodes">The group: its replicas in order of their ids. Cuts are by their places here.</param>
/// <param name="Floor">Mutations formed before it are refused. The table's floor is the highest of its groups'.</param>
/// <param name="Exchanged">With whom an exchange has ended since this node lost writes; of no meaning while it is complete.</param>
public sealed record GroupState(ImmutableArray<NodeId> Nodes, GroupDeletes Deletes, FormationTime Floor, ImmutableArray<NodeId> Exchanged)
{
    private const byte Format = 1;

    public static GroupState Fresh(ImmutableArray<NodeId> nodes) => new(nodes, GroupDeletes.Of(nodes.Length), default, []);

    public int IndexOf(NodeId node) => Nodes.IndexOf(node);

    /// <summary>Those with whom it must still exchange before it may answer reads. Empty while it is complete.</summary>
    public ImmutableArray<NodeId> Missing(NodeId self) =>
        Deletes.IsIncomplete ? [.. Nodes.Where(node => node != self && !Exchanged.Contains(node))] : [];

    /// <summary>The node has exchanged with the other, or need not any more. With the last of them it is complete.</summary>
    public GroupState WithExchanged(NodeId self, NodeId other)
    {
        if (!Deletes.IsIncomplete)
        {
            return this;
        }

        var state = Exchanged.Contains(other) ? this : this with { Exchanged = Exchanged.Add(other) };
        return state.Missing(self).IsEmpty ? state with { Deletes = Deletes.Completed(), Exchanged = [] } : state;
    }

    /// <summary>The node has lost writes. Alone in its group there is nobody to learn from: what is lost is lost.</summary>
    public GroupState WithLoss(NodeId self, long incarnation)
    {
        var lost = this with { Deletes = Deletes.Lost(IndexOf(self), incarnation), Exchanged = [] };
        return lost.Missing(self).IsEmpty ? lost with { Deletes = lost.Deletes.Completed() } : lost;
    }

    /// <summary>
    /// As far as this node has heard, the others have among them all that a quorum has acknowledged, with or without this one: there are others, and each of
    /// them that has lost writes has exchanged with everybody since.
    /// </summary>
    public bool OthersHaveAll(NodeId self)
    {
        var incarnations = Deletes.Cuts.Incarnations();
        var others = Enumerable.Range(0, Nodes.Length).Where(one => Nodes[one] != self).ToList();
        return others.Count > 0 && others.All(one =>
            incarnations[one] == 0 || Enumerable.Range(0, Nodes.Length).All(peer => peer == one || Deletes.Cuts.Of(one, peer) != default));
    }

    public byte[] Encode()
    {
        var destination = new ArrayBufferWriter<byte>();
        destination.WriteByte(Format);
        destination.WriteByte(Deletes.IsIncomplete ? (byte)1 : (byte)0);
        destination.WriteInt64(Floor.Milliseconds);
        destination.WriteInt64(Deletes.Swept.Milliseconds);
        WriteNodes(Nodes, destination);
        WriteNodes(Exchanged, destination);
        DeletesCodec.Write(Deletes.Cuts, Deletes.Horizon, destination);
        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a state.</exception>
    public static GroupState Decode(ReadOnlySpan<byte> source)
    {
        var reader = new ByteReader(source);
        var format = reader.ReadByte();
        var incomplete = reader.ReadByte();
        if (format != Format || incomplete > 1)
        {
            throw new MalformedDataException($"state of deletes of format {format}; this node reads {Format}");
        }

        var floor = reader.ReadInt64();
        var swept = reader.ReadInt64();
        var nodes = ReadNodes(ref reader);
        var exchanged = ReadNodes(ref reader);
        var (cuts, horizon) = DeletesCodec.Read(ref reader, nodes.Length);
        reader.ExpectEnd("the state of deletes");
        return new GroupState(nodes, new GroupDeletes(cuts, horizon, new FormationTime(swept), incomplete == 1), new FormationTime(floor), exchanged);
    }

    private static void WriteNodes(ImmutableArray<NodeId> nodes, ArrayBufferWriter<byte> destination)
    {
        destination.WriteVariable((uint)nodes.Length);
        foreach (var node in nodes)
        {
            destination.WriteNode(node);
        }
    }

    private static ImmutableArray<NodeId> ReadNodes(ref ByteReader reader)
    {
        var count = reader.ReadVariable();
        if (count > Limits.NodesMax)
        {
            throw new MalformedDataException($"{count} nodes of a group");
        }

        var nodes = ImmutableArray.CreateBuilder<NodeId>((int)count);
        for (var i = 0; i < count; i++)
        {
            nodes.Add(reader.ReadNode());
        }

        return nodes.ToImmutable();
    }
}
