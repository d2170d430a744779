using System.Buffers;
using System.Collections.Immutable;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Time;
using Coterie.Model.Wire;

namespace Coterie.Model.Trees;

/// <summary>
/// Begins an exchange at a replica of a group, which from then on refuses what is older than the exchange allows, and tells what it knows of cuts; or ends it.
/// See docs/decisions/0003-safe-deletes.md.
/// </summary>
/// <param name="Table">Storage id.</param>
/// <param name="Nodes">The group: its replicas in order of their ids.</param>
/// <param name="Peer">The other replica of the exchange.</param>
/// <param name="Begun">When it began, by the driver's clock.</param>
/// <param name="Cuts">What the other knows, to be learned; null: nothing yet.</param>
/// <param name="Horizon">The other's.</param>
public sealed record ExchangeRequest(
    StorageId Table, ImmutableArray<NodeId> Nodes, NodeId Peer, FormationTime Begun, PairCuts? Cuts, FormationTime Horizon)
{
    public byte[] Encode()
    {
        var destination = new ArrayBufferWriter<byte>();
        destination.WriteUInt32(Table.Value);
        destination.WriteInt64(Begun.Milliseconds);
        destination.WriteNode(Peer);
        destination.WriteVariable((uint)Nodes.Length);
        foreach (var node in Nodes)
        {
            destination.WriteNode(node);
        }

        if (Cuts is not null)
        {
            DeletesCodec.Write(Cuts, Horizon, destination);
        }

        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a request.</exception>
    public static ExchangeRequest Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var table = new StorageId(reader.ReadUInt32());
        var begun = new FormationTime(reader.ReadInt64());
        var peer = reader.ReadNode();
        var count = reader.ReadVariable();
        if (count is 0 or > Limits.NodesMax)
        {
            throw new MalformedDataException($"{count} nodes of a group");
        }

        var nodes = ImmutableArray.CreateBuilder<NodeId>((int)count);
        for (var i = 0; i < count; i++)
        {
            nodes.Add(reader.ReadNode());
        }

        if (reader.Remaining == 0)
        {
            return new ExchangeRequest(table, nodes.ToImmutable(), peer, begun, null, default);
        }

        var (cuts, horizon) = DeletesCodec.Read(ref reader, (int)count);
        reader.ExpectEnd("the request about an exchange");
        return new ExchangeRequest(table, nodes.ToImmutable(), peer, begun, cuts, horizon);
    }
}

/// <summary>The reply to the beginning of an exchange.</summary>
/// <param name="IsSwept">False: what the horizon allows to be swept is not yet; there is nothing to compare until it is.</param>
/// <param name="IsIncomplete">It has lost writes and has not had them back from all others.</param>
/// <param name="IsTooSoon">And this exchange cannot count as one of those by which it has: it brings back what it can, and gives no cut.</param>
/// <param name="Cuts">What the replica knows.</param>
/// <param name="Horizon">Its horizon.</param>
public sealed record ExchangeReply(bool IsSwept, bool IsIncomplete, bool IsTooSoon, PairCuts Cuts, FormationTime Horizon)
{
    private const byte SweptFlag = 1;
    private const byte IncompleteFlag = 2;
    private const byte TooSoonFlag = 4;

    public byte[] Encode()
    {
        var destination = new ArrayBufferWriter<byte>();
        destination.WriteByte((byte)((IsSwept ? SweptFlag : 0) | (IsIncomplete ? IncompleteFlag : 0) | (IsTooSoon ? TooSoonFlag : 0)));
        DeletesCodec.Write(Cuts, Horizon, destination);
        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a reply, or of a group of another size.</exception>
    public static ExchangeReply Decode(ReadOnlySpan<byte> body, int members)
    {
        var reader = new ByteReader(body);
        var flags = reader.ReadByte();
        var (cuts, horizon) = DeletesCodec.Read(ref reader, members);
        reader.ExpectEnd("the reply to the beginning of an exchange");
        return flags <= (SweptFlag | IncompleteFlag | TooSoonFlag)
            ? new ExchangeReply((flags & SweptFlag) != 0, (flags & IncompleteFlag) != 0, (flags & TooSoonFlag) != 0, cuts, horizon)
            : throw new MalformedDataException($"unknown flags {flags} of a replica");
    }
}
