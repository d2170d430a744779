namespace Coterie.Replica.Trees;

/// <summary>What a node has done for its trees since it started. Written from any thread, read by the metrics.</summary>
public sealed class TreeCounters
{
    private long _leavesHashed;
    private long _rowsRead;
    private long _rowsRepaired;
    private long _repairsRefused;
    private long _entriesSwept;
    private long _malformed;
    private long _corrupt;
    private long _cleanLeavesRead;
    private long _leavesWrong;

    /// <summary>Leaves that were read and are clean since.</summary>
    public long LeavesHashed => Interlocked.Read(ref _leavesHashed);

    /// <summary>Entries read to keep the trees current, and to answer other replicas.</summary>
    public long RowsRead => Interlocked.Read(ref _rowsRead);

    /// <summary>Entries taken from other replicas.</summary>
    public long RowsRepaired => Interlocked.Read(ref _rowsRepaired);

    /// <summary>Repairs refused because their source knew an older horizon than this node has swept with.</summary>
    public long RepairsRefused => Interlocked.Read(ref _repairsRefused);

    /// <summary>Entries that were removed, or made smaller, because every replica has their deletions.</summary>
    public long EntriesSwept => Interlocked.Read(ref _entriesSwept);

    public long Malformed => Interlocked.Read(ref _malformed);

    /// <summary>Times that reading for a tree met damaged data on this node's disk.</summary>
    public long Corrupt => Interlocked.Read(ref _corrupt);

    /// <summary>Clean leaves that were read again to see whether they are what their hash says.</summary>
    public long CleanLeavesRead => Interlocked.Read(ref _cleanLeavesRead);

    /// <summary>Of those, leaves that were not, though nobody had written to them: the disk, or this program, is at fault.</summary>
    public long LeavesWrong => Interlocked.Read(ref _leavesWrong);

    internal void CleanRead() => Interlocked.Increment(ref _cleanLeavesRead);

    internal void Wrong() => Interlocked.Increment(ref _leavesWrong);

    internal void Hashed(int leaves) => Interlocked.Add(ref _leavesHashed, leaves);

    internal void Read(long rows) => Interlocked.Add(ref _rowsRead, rows);

    internal void Repaired(long rows) => Interlocked.Add(ref _rowsRepaired, rows);

    internal void RepairRefused() => Interlocked.Increment(ref _repairsRefused);

    internal void Swept(long entries) => Interlocked.Add(ref _entriesSwept, entries);

    internal void RequestMalformed() => Interlocked.Increment(ref _malformed);

    internal void DataCorrupt() => Interlocked.Increment(ref _corrupt);
}
