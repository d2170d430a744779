using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Consensus.Paxos;

/// <summary>
/// All that an acceptor must remember of one instance, through a crash too.
/// </summary>
/// <param name="Promised">It takes part in no attempt below this one. Only rises. Invariant: ≥ <paramref name="Accepted"/>.</param>
/// <param name="Accepted">The attempt whose value it accepted last; <see cref="Ballot.None"/>: none yet.</param>
/// <param name="Value">That value. Empty if there is none.</param>
public readonly record struct AcceptorState(Ballot Promised, Ballot Accepted, ReadOnlyMemory<byte> Value)
{
    private const byte Version = 1;

    public static AcceptorState Initial => default;

    public byte[] Encode()
    {
        var writer = new MetadataWriter();
        writer.WriteByte(Version);
        Write(writer, Promised);
        Write(writer, Accepted);
        writer.WriteBytes(Value.Span);
        return writer.Written.ToArray();
    }

    /// <exception cref="MalformedDataException">Not what <see cref="Encode"/> wrote.</exception>
    public static AcceptorState Decode(ReadOnlySpan<byte> source)
    {
        var reader = new MetadataReader(source);
        var version = reader.ReadByte("acceptor state");
        if (version != Version)
        {
            throw new MalformedDataException($"acceptor state: version {version} is not known");
        }

        var promised = ReadBallot(ref reader);
        var accepted = ReadBallot(ref reader);
        var value = reader.ReadBytes(Limits.ConsensusValueBytesMax, "accepted value").ToArray();
        reader.ExpectEnd("acceptor state");
        return promised >= accepted
            ? new AcceptorState(promised, accepted, value)
            : throw new MalformedDataException("acceptor state: accepted above what was promised");
    }

    internal static void Write(MetadataWriter writer, Ballot ballot)
    {
        writer.WriteInt64(ballot.Round);
        writer.WriteGuid(ballot.Proposer.Value);
    }

    internal static Ballot ReadBallot(ref MetadataReader reader)
    {
        var round = reader.ReadInt64("ballot");
        var proposer = new NodeId(reader.ReadGuid("ballot"));

        // Far from the end of the numbers, so that a proposer can always go above what it has seen.
        return round is >= 0 and < long.MaxValue / 2 ? new Ballot(round, proposer) : throw new MalformedDataException($"ballot: round {round}");
    }
}
