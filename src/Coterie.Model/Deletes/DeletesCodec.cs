using System.Buffers;
using System.Collections.Immutable;
using Coterie.Model.Time;
using Coterie.Model.Wire;

namespace Coterie.Model.Deletes;

/// <summary>Cuts and a horizon as they are stored and as they travel: count of members, their incarnations, the cuts of their pairs, the horizon.</summary>
public static class DeletesCodec
{
    public static void Write(PairCuts cuts, FormationTime horizon, IBufferWriter<byte> destination)
    {
        destination.WriteVariable((uint)cuts.Members);
        foreach (var incarnation in cuts.Incarnations())
        {
            destination.WriteInt64(incarnation);
        }

        foreach (var cut in cuts.ToArray())
        {
            destination.WriteInt64(cut);
        }

        destination.WriteInt64(horizon.Milliseconds);
    }

    /// <param name="members">How many the group has.</param>
    /// <exception cref="MalformedDataException">Not such cuts, or of another number of members.</exception>
    public static (PairCuts Cuts, FormationTime Horizon) Read(ref ByteReader reader, int members)
    {
        var count = reader.ReadVariable();
        if (count != members || members is <= 0 or > Limits.NodesMax)
        {
            throw new MalformedDataException($"cuts of {count} replicas; the group has {members}");
        }

        var incarnations = ReadAll(ref reader, members);
        var cuts = PairCuts.From(incarnations, ReadAll(ref reader, PairCuts.PairsOf(members)));
        var horizon = reader.ReadInt64();
        return horizon >= 0 ? (cuts, new FormationTime(horizon)) : throw new MalformedDataException($"a horizon of {horizon}");
    }

    private static ImmutableArray<long> ReadAll(ref ByteReader reader, int count)
    {
        var values = new long[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = reader.ReadInt64();
        }

        return ImmutableArray.Create(values);
    }
}
