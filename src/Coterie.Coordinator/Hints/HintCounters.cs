namespace Coterie.Coordinator.Hints;

/// <summary>What became of hints and logged batches since the node started. Written from any thread, read by the metrics.</summary>
public sealed class HintCounters
{
    private readonly long[] _dropped = new long[(int)HintDrop.Refused + 1];
    private long _stored;
    private long _replayed;
    private long _replayedBytes;
    private long _resent;
    private long _batchesStored;
    private long _batchesRefused;
    private long _batchesReplayed;
    private long _batchesDropped;
    private long _batchesTooLate;

    /// <summary>Made durable.</summary>
    public long Stored => Interlocked.Read(ref _stored);

    /// <summary>Acknowledged by the replica that had missed them.</summary>
    public long Replayed => Interlocked.Read(ref _replayed);

    public long ReplayedBytes => Interlocked.Read(ref _replayedBytes);

    /// <summary>Replays that were not acknowledged, and are tried again.</summary>
    public long Unanswered => Interlocked.Read(ref _resent);

    /// <summary>Logged batches over several partitions that were made durable before they were sent.</summary>
    public long BatchesStored => Interlocked.Read(ref _batchesStored);

    /// <summary>Logged batches of which nothing was sent because they could not be made durable.</summary>
    public long BatchesRefused => Interlocked.Read(ref _batchesRefused);

    /// <summary>Batches that were finished by someone who kept them.</summary>
    public long BatchesReplayed => Interlocked.Read(ref _batchesReplayed);

    /// <summary>Batches given up: damaged, or all their tables are gone.</summary>
    public long BatchesDropped => Interlocked.Read(ref _batchesDropped);

    /// <summary>Batches found so late that for something in them no replica had a place any more. Not among the replayed.</summary>
    public long BatchesTooLate => Interlocked.Read(ref _batchesTooLate);

    public long Dropped(HintDrop reason) => Interlocked.Read(ref _dropped[(int)reason]);

    internal void HintStored() => Interlocked.Increment(ref _stored);

    internal void HintReplayed(int bytes)
    {
        Interlocked.Increment(ref _replayed);
        Interlocked.Add(ref _replayedBytes, bytes);
    }

    internal void HintUnanswered() => Interlocked.Increment(ref _resent);

    internal void HintDropped(HintDrop reason, long count = 1) => Interlocked.Add(ref _dropped[(int)reason], count);

    internal void BatchStored() => Interlocked.Increment(ref _batchesStored);

    internal void BatchRefused() => Interlocked.Increment(ref _batchesRefused);

    internal void BatchReplayed() => Interlocked.Increment(ref _batchesReplayed);

    internal void BatchTooLate() => Interlocked.Increment(ref _batchesTooLate);

    internal void BatchDropped() => Interlocked.Increment(ref _batchesDropped);
}
