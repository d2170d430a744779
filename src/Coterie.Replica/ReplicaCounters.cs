namespace Coterie.Replica;

/// <summary>What a replica has done and refused since it started. Written from any thread, read by the metrics.</summary>
public sealed class ReplicaCounters
{
    private long _mutationsApplied;
    private long _mutationsFailed;
    private long _reads;
    private long _readsFromDisk;
    private long _expired;
    private long _overloaded;
    private long _stale;
    private long _malformed;
    private long _corrupt;
    private long _tombstonesRefused;
    private long _tooOld;
    private long _repairsRefused;
    private long _incomplete;

    public long MutationsApplied => Interlocked.Read(ref _mutationsApplied);

    /// <summary>Not acknowledged: the disk is full, or the store has failed.</summary>
    public long MutationsFailed => Interlocked.Read(ref _mutationsFailed);

    public long Reads => Interlocked.Read(ref _reads);

    /// <summary>Reads that were not answered from the cache at once but went to the I/O pool.</summary>
    public long ReadsScheduled => Interlocked.Read(ref _readsFromDisk);

    /// <summary>Requests dropped because nobody waited for the answer any more.</summary>
    public long Expired => Interlocked.Read(ref _expired);

    /// <summary>Requests refused because the writer's or the I/O pool's queue was full.</summary>
    public long Overloaded => Interlocked.Read(ref _overloaded);

    /// <summary>Requests for a table that has been dropped or truncated.</summary>
    public long Stale => Interlocked.Read(ref _stale);

    /// <summary>Requests that could not be decoded.</summary>
    public long Malformed => Interlocked.Read(ref _malformed);

    /// <summary>Reads that met damaged data on this node's disk.</summary>
    public long Corrupt => Interlocked.Read(ref _corrupt);

    /// <summary>Reads refused because the range tombstones of one partition are more than a page may hold.</summary>
    public long TombstonesRefused => Interlocked.Read(ref _tombstonesRefused);

    /// <summary>Mutations refused because what they were formed before may have been swept: below a floor, or older than a table's grace allows.</summary>
    public long MutationsTooOld => Interlocked.Read(ref _tooOld);

    /// <summary>Read repairs refused because this node has swept with a later horizon than they were read under, or has lost writes.</summary>
    public long RepairsRefused => Interlocked.Read(ref _repairsRefused);

    /// <summary>Reads refused because this node has lost writes of the range and has not had them back yet.</summary>
    public long ReadsIncomplete => Interlocked.Read(ref _incomplete);

    internal void MutationTooOld() => Interlocked.Increment(ref _tooOld);

    internal void RepairRefused() => Interlocked.Increment(ref _repairsRefused);

    internal void ReadIncomplete() => Interlocked.Increment(ref _incomplete);

    internal void MutationApplied() => Interlocked.Increment(ref _mutationsApplied);

    internal void MutationFailed() => Interlocked.Increment(ref _mutationsFailed);

    internal void ReadDone() => Interlocked.Increment(ref _reads);

    internal void ReadScheduled() => Interlocked.Increment(ref _readsFromDisk);

    internal void RequestExpired() => Interlocked.Increment(ref _expired);

    internal void RequestOverloaded() => Interlocked.Increment(ref _overloaded);

    internal void RequestStale() => Interlocked.Increment(ref _stale);

    internal void RequestMalformed() => Interlocked.Increment(ref _malformed);

    internal void DataCorrupt() => Interlocked.Increment(ref _corrupt);

    internal void TombstonesOverwhelm() => Interlocked.Increment(ref _tombstonesRefused);
}
