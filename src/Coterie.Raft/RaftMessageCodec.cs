using System.Buffers;
using System.Collections.Immutable;
using Coterie.Model;
using Coterie.Model.Wire;

namespace Coterie.Raft;

/// <summary>Messages as bytes. Format: docs/formats.md.</summary>
public static class RaftMessageCodec
{
    private const byte Rejected = 1;
    private const byte Transfer = 2;
    private const byte Passive = 4;
    private const int LeastEntryBytes = 1 + 8 + 1;

    public static void Write(RaftMessage message, IBufferWriter<byte> destination)
    {
        destination.WriteByte((byte)message.Kind);
        destination.WriteByte((byte)((message.IsRejected ? Rejected : 0) | (message.IsTransfer ? Transfer : 0) | (message.IsPassive ? Passive : 0)));
        destination.WriteByte((byte)message.From);
        destination.WriteByte((byte)message.To);
        destination.WriteInt64(message.Term);
        destination.WriteInt64(message.Position.Index);
        destination.WriteInt64(message.Position.Term);
        destination.WriteInt64(message.Commit);
        destination.WriteInt64(message.Refused);
        destination.WriteInt64(message.Round);
        destination.WriteVariable((uint)message.Entries.Length);
        foreach (var entry in message.Entries)
        {
            // Indexes follow one another from the position on.
            destination.WriteByte((byte)entry.Kind);
            destination.WriteInt64(entry.Term);
            destination.WriteBlock(entry.Payload.Span);
        }

        if (message.Membership is { } membership)
        {
            destination.WriteBlock(membership.Encode());
        }
    }

    /// <param name="members">Of the group that the message is for.</param>
    /// <exception cref="MalformedDataException">Not a message that a member of such a group sends.</exception>
    public static RaftMessage Read(ref ByteReader reader, int members)
    {
        var kind = (RaftMessageKind)reader.ReadByte();
        var flags = reader.ReadByte();
        Require(kind is >= RaftMessageKind.PreVote and <= RaftMessageKind.TimeoutNow, "kind");
        Require((flags & ~(Rejected | Transfer | Passive)) == 0, "flags");
        var (from, to) = (reader.ReadByte(), reader.ReadByte());
        Require(from < members && to < members && from != to, "members");
        var message = new RaftMessage
        {
            Kind = kind,
            From = from,
            To = to,
            Term = Number(ref reader),
            Position = new LogPosition(Number(ref reader), Number(ref reader)),
            Commit = Number(ref reader),
            Refused = Number(ref reader),
            Round = Number(ref reader),
            IsRejected = (flags & Rejected) != 0,
            IsTransfer = (flags & Transfer) != 0,
            IsPassive = (flags & Passive) != 0,
        };
        message = message with { Entries = ReadEntries(ref reader, message) };
        return kind == RaftMessageKind.Snapshot ? message with { Membership = Membership.Decode(reader.ReadBlock(Limits.RaftPayloadBytesMax, "membership")) } : message;
    }

    private static ImmutableArray<RaftEntry> ReadEntries(ref ByteReader reader, RaftMessage message)
    {
        var count = reader.ReadVariable();
        Require(count <= reader.Remaining / LeastEntryBytes && (count == 0 || message.Kind == RaftMessageKind.Append), "count of entries");
        var entries = ImmutableArray.CreateBuilder<RaftEntry>((int)count);
        var last = message.Position;
        for (var i = 0; i < count; i++)
        {
            var kind = (RaftEntryKind)reader.ReadByte();
            var position = new LogPosition(last.Index + 1, Number(ref reader));
            Require(kind is >= RaftEntryKind.Empty and <= RaftEntryKind.Membership, "kind of an entry");
            Require(position.Term >= last.Term && position.Term <= message.Term, "term of an entry");
            var payload = reader.ReadBlock(Limits.RaftPayloadBytesMax, "payload").ToArray();
            if (kind == RaftEntryKind.Membership)
            {
                Membership.Decode(payload);
            }

            entries.Add(new RaftEntry(position, kind, payload));
            last = position;
        }

        return entries.MoveToImmutable();
    }

    private static long Number(ref ByteReader reader)
    {
        var number = reader.ReadInt64();
        Require(number is >= 0 and < long.MaxValue, "number");
        return number;
    }

    private static void Require(bool isSo, string what)
    {
        if (!isSo)
        {
            throw new MalformedDataException($"a message of Raft with a {what} that cannot be");
        }
    }
}
