using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Cql.Plans;

/// <summary>What all cells of one statement share: when they were written, and when they expire.</summary>
internal readonly struct CellStamp(WriteTimestamp timestamp, FormationTime formed, int timeToLiveSeconds)
{
    public WriteTimestamp Timestamp { get; } = timestamp;

    public FormationTime Formed { get; } = formed;

    public long NowSeconds => Formed.Milliseconds / 1000;

    public Deletion Deletion => new(Timestamp, Formed);

    /// <summary>Deletes what was written before this statement but nothing that it writes itself: one microsecond earlier, as in Cassandra.</summary>
    public Deletion DeletionBefore => new(new WriteTimestamp(Timestamp.Microseconds - 1), Formed);

    public Cell Live(ReadOnlySpan<byte> value) => timeToLiveSeconds == 0
        ? new Cell { Kind = CellKind.Plain, Timestamp = Timestamp, Value = value }
        : new Cell
        {
            Kind = CellKind.Expiring,
            Timestamp = Timestamp,
            Value = value,
            TtlSeconds = timeToLiveSeconds,
            ExpiresAtSeconds = NowSeconds + timeToLiveSeconds,
        };

    public Cell Tombstone() => new() { Kind = CellKind.Tombstone, Timestamp = Timestamp, Formed = Formed };
}
