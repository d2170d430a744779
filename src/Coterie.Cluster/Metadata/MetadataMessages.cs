using Coterie.Cluster.Consensus.Paxos;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Metadata;

/// <summary>The bodies of the <c>Metadata*</c> verbs. Described in <c>docs/formats.md</c>.</summary>
internal static class MetadataMessages
{
    private const byte Version = 1;

    public enum AnswerKind : byte
    {
        /// <summary>The acceptor's own answer.</summary>
        Acceptor = 0,

        /// <summary>The epoch is decided already: the entry, and how far the one asked is.</summary>
        Decided = 1,
    }

    public static byte[] Prepare(Epoch epoch, Ballot ballot)
    {
        var writer = Begin(epoch);
        AcceptorState.Write(writer, ballot);
        return writer.Written.ToArray();
    }

    public static (Epoch Epoch, Ballot Ballot) ReadPrepare(ReadOnlySpan<byte> source)
    {
        var reader = Open(source, out var epoch);
        var ballot = AcceptorState.ReadBallot(ref reader);
        reader.ExpectEnd("prepare");
        return (epoch, ballot);
    }

    public static byte[] Accept(Epoch epoch, Ballot ballot, ReadOnlySpan<byte> value)
    {
        var writer = Begin(epoch);
        AcceptorState.Write(writer, ballot);
        writer.WriteBytes(value);
        return writer.Written.ToArray();
    }

    public static (Epoch Epoch, Ballot Ballot, byte[] Value) ReadAccept(ReadOnlySpan<byte> source)
    {
        var reader = Open(source, out var epoch);
        var ballot = AcceptorState.ReadBallot(ref reader);
        var value = reader.ReadBytes(Limits.ConsensusValueBytesMax, "proposed value").ToArray();
        reader.ExpectEnd("accept");
        return (epoch, ballot, value);
    }

    public static byte[] Answer(Epoch current, in PrepareReply reply)
    {
        var writer = Begin(current);
        writer.WriteByte((byte)AnswerKind.Acceptor);
        AcceptorState.Write(writer, reply.Ballot);
        writer.WriteBoolean(reply.Granted);
        AcceptorState.Write(writer, reply.Promised);
        AcceptorState.Write(writer, reply.Accepted);
        writer.WriteBytes(reply.Value.Span);
        return writer.Written.ToArray();
    }

    public static byte[] Answer(Epoch current, in AcceptReply reply)
    {
        var writer = Begin(current);
        writer.WriteByte((byte)AnswerKind.Acceptor);
        AcceptorState.Write(writer, reply.Ballot);
        writer.WriteBoolean(reply.Granted);
        AcceptorState.Write(writer, reply.Promised);
        return writer.Written.ToArray();
    }

    public static byte[] Decided(Epoch current, ReadOnlySpan<byte> entry)
    {
        var writer = Begin(current);
        writer.WriteByte((byte)AnswerKind.Decided);
        writer.WriteBytes(entry);
        return writer.Written.ToArray();
    }

    /// <summary>The acceptor's answer, or null and the decided entry.</summary>
    public static PrepareReply? ReadPrepareAnswer(ReadOnlySpan<byte> source, out Epoch current, out byte[] decided)
    {
        var reader = Open(source, out current);
        if (ReadDecided(ref reader, out decided))
        {
            return null;
        }

        var ballot = AcceptorState.ReadBallot(ref reader);
        var granted = reader.ReadBoolean("granted");
        var promised = AcceptorState.ReadBallot(ref reader);
        var accepted = AcceptorState.ReadBallot(ref reader);
        var value = reader.ReadBytes(Limits.ConsensusValueBytesMax, "accepted value").ToArray();
        reader.ExpectEnd("answer to prepare");
        return new PrepareReply(ballot, granted, promised, accepted, value);
    }

    /// <summary>The acceptor's answer, or null and the decided entry.</summary>
    public static AcceptReply? ReadAcceptAnswer(ReadOnlySpan<byte> source, out Epoch current, out byte[] decided)
    {
        var reader = Open(source, out current);
        if (ReadDecided(ref reader, out decided))
        {
            return null;
        }

        var ballot = AcceptorState.ReadBallot(ref reader);
        var granted = reader.ReadBoolean("granted");
        var promised = AcceptorState.ReadBallot(ref reader);
        reader.ExpectEnd("answer to accept");
        return new AcceptReply(ballot, granted, promised);
    }

    public static byte[] Commit(Epoch epoch, ReadOnlySpan<byte> entry)
    {
        var writer = Begin(epoch);
        writer.WriteBytes(entry);
        return writer.Written.ToArray();
    }

    public static (Epoch Epoch, byte[] Entry) ReadCommit(ReadOnlySpan<byte> source)
    {
        var reader = Open(source, out var epoch);
        var entry = reader.ReadBytes(Limits.ConsensusValueBytesMax, "entry").ToArray();
        reader.ExpectEnd("commit");
        return (epoch, entry);
    }

    /// <summary>Just an epoch: the first entry wanted by a pull, or how far the answerer of a commit is.</summary>
    public static byte[] JustEpoch(Epoch epoch) => Begin(epoch).Written.ToArray();

    public static Epoch ReadJustEpoch(ReadOnlySpan<byte> source)
    {
        Open(source, out var epoch).ExpectEnd("epoch");
        return epoch;
    }

    /// <summary>The answer to a pull: how far the answerer is, and entries from the one wanted on, as many as fit, at least one if there is one.</summary>
    public static byte[] Entries(Epoch current, List<byte[]> entries)
    {
        var writer = Begin(current);
        writer.WriteInt32(entries.Count);
        foreach (var entry in entries)
        {
            writer.WriteBytes(entry);
        }

        return writer.Written.ToArray();
    }

    public static (Epoch Current, List<byte[]> Entries) ReadEntries(ReadOnlySpan<byte> source)
    {
        var reader = Open(source, out var current);
        var count = reader.ReadCount(Limits.MetadataEntriesPulledMax, 4, "entries");
        var entries = new List<byte[]>(count);
        for (var i = 0; i < count; i++)
        {
            entries.Add(reader.ReadBytes(Limits.ConsensusValueBytesMax, "entry").ToArray());
        }

        reader.ExpectEnd("entries");
        return (current, entries);
    }

    private static bool ReadDecided(ref MetadataReader reader, out byte[] decided)
    {
        decided = [];
        switch ((AnswerKind)reader.ReadByte("kind of answer"))
        {
            case AnswerKind.Acceptor:
                return false;
            case AnswerKind.Decided:
                decided = reader.ReadBytes(Limits.ConsensusValueBytesMax, "entry").ToArray();
                reader.ExpectEnd("decided entry");
                return true;
            default:
                throw new MalformedDataException("kind of answer: not known");
        }
    }

    private static MetadataWriter Begin(Epoch epoch)
    {
        var writer = new MetadataWriter();
        writer.WriteByte(Version);
        writer.WriteInt64(epoch.Value);
        return writer;
    }

    private static MetadataReader Open(ReadOnlySpan<byte> source, out Epoch epoch)
    {
        var reader = new MetadataReader(source);
        var version = reader.ReadByte("metadata message");
        if (version != Version)
        {
            throw new MalformedDataException($"metadata message: version {version} is not known");
        }

        epoch = new Epoch(reader.ReadInt64("epoch"));
        return epoch.Value is >= 0 and < long.MaxValue / 2 ? reader : throw new MalformedDataException($"epoch: {epoch}");
    }
}
