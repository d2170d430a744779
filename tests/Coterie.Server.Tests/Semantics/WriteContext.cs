namespace Coterie.Server.Tests.Semantics;

/// <summary>What the cells of one statement share.</summary>
/// <param name="TimeToLive">As it counts: null if nothing expires.</param>
/// <param name="Said">As the statement says it: null if it does not.</param>
internal sealed record WriteStamp(long Timestamp, long Now, int? TimeToLive, int? Said)
{
    public ModelCell Live(byte[] value) => TimeToLive is { } seconds
        ? new ModelCell(Timestamp, ModelKind.Expiring, value, Now + seconds, seconds)
        : new ModelCell(Timestamp, ModelKind.Plain, value);

    public ModelCell Tombstone() => new(Timestamp, ModelKind.Tombstone, []);
}

/// <param name="InText">Whether the statement itself says USING TIMESTAMP.</param>
internal sealed record WriteContext(
    StatementText Statement, List<(ModelPartition Partition, ModelWrite Write)> Writes, long Timestamp, bool InText, long Now)
{
    public void Add(ModelPartition partition, ModelWrite write) => Writes.Add((partition, write));

    public WriteStamp Stamp(Random random, int defaultTimeToLive)
    {
        int? said = random.Next(4) == 0 ? random.Next(5) switch { 0 => 0, 1 => 600_000_000, _ => random.Next(1, 12) } : null;
        var counts = said ?? defaultTimeToLive;
        return new WriteStamp(Timestamp, Now, counts == 0 ? null : counts, said);
    }

    /// <summary>Of a deletion, which has no TTL.</summary>
    public WriteStamp DeletionStamp() => new(Timestamp, Now, null, null);

    public void Using(WriteStamp stamp, Random random)
    {
        var parts = new List<Action>();
        if (InText)
        {
            parts.Add(() => Statement.Add("TIMESTAMP ").AddLong(stamp.Timestamp));
        }

        if (stamp.Said is { } seconds)
        {
            parts.Add(() => Statement.Add("TTL ").AddInt(seconds));
        }

        if (parts.Count > 0)
        {
            Statement.Add(" USING ").AddList(" AND ", random.Next(2) == 0 ? parts : Enumerable.Reverse(parts));
        }
    }
}
