namespace Coterie.Coordinator;

/// <summary>What a coordinator has done since it started. Written from any thread, read by the metrics.</summary>
public sealed class CoordinatorCounters
{
    private readonly long[] _writes = new long[(int)RequestResult.Overloaded + 1];
    private readonly long[] _reads = new long[(int)RequestResult.Overloaded + 1];
    private long _mutationsMissed;
    private long _digestMismatches;
    private long _rowsRepaired;
    private long _repairsSent;
    private long _repairsFailed;
    private long _speculativeReads;
    private long _shortReads;
    private long _malformedReplies;

    /// <summary>
    /// Mutations that a replica has missed or may have missed: it was thought dead, or did not acknowledge. Until there are hints, read repair
    /// is what brings them to it.
    /// </summary>
    public long MutationsMissed => Interlocked.Read(ref _mutationsMissed);

    /// <summary>Reads whose replicas did not agree.</summary>
    public long DigestMismatches => Interlocked.Read(ref _digestMismatches);

    /// <summary>Entries (rows and deletions) that were sent to a replica that lacked them.</summary>
    public long EntriesRepaired => Interlocked.Read(ref _rowsRepaired);

    public long RepairsSent => Interlocked.Read(ref _repairsSent);

    /// <summary>Repair mutations that were not acknowledged.</summary>
    public long RepairsFailed => Interlocked.Read(ref _repairsFailed);

    /// <summary>Replicas asked because another was slow.</summary>
    public long SpeculativeReads => Interlocked.Read(ref _speculativeReads);

    /// <summary>Reads that were asked on because too little of what replicas returned was left after merging.</summary>
    public long ShortReads => Interlocked.Read(ref _shortReads);

    /// <summary>Replies to reads that could not be decoded.</summary>
    public long MalformedReplies => Interlocked.Read(ref _malformedReplies);

    public long Writes(RequestResult result) => Interlocked.Read(ref _writes[(int)result]);

    public long Reads(RequestResult result) => Interlocked.Read(ref _reads[(int)result]);

    internal void WriteEnded(RequestResult result) => Interlocked.Increment(ref _writes[(int)result]);

    internal void ReadEnded(RequestResult result) => Interlocked.Increment(ref _reads[(int)result]);

    internal void MutationMissed() => Interlocked.Increment(ref _mutationsMissed);

    internal void DigestMismatch() => Interlocked.Increment(ref _digestMismatches);

    internal void RepairSent(int entries)
    {
        Interlocked.Increment(ref _repairsSent);
        Interlocked.Add(ref _rowsRepaired, entries);
    }

    internal void RepairFailed() => Interlocked.Increment(ref _repairsFailed);

    internal void Speculated() => Interlocked.Increment(ref _speculativeReads);

    internal void ShortRead() => Interlocked.Increment(ref _shortReads);

    internal void MalformedReply() => Interlocked.Increment(ref _malformedReplies);
}
