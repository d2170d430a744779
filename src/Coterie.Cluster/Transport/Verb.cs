namespace Coterie.Cluster.Transport;

/// <summary>What a request between nodes asks for. Part of the wire format: numbers are never reused.</summary>
public enum Verb : byte
{
    /// <summary>Answers at once; carries the failure detector's heartbeats and the hybrid clock.</summary>
    Heartbeat = 1,

    /// <summary>Who are you (identity, addresses, data centre, rack, cluster id)? For formation, before there is metadata.</summary>
    Hello = 2,

    /// <summary>Paxos phase 1, for one epoch of the metadata log.</summary>
    MetadataPrepare = 10,

    /// <summary>Paxos phase 2.</summary>
    MetadataAccept = 11,

    /// <summary>A decided entry, told to everyone. Answered after it is applied.</summary>
    MetadataCommit = 12,

    /// <summary>Entries from an epoch on, for who is behind.</summary>
    MetadataPull = 13,

    /// <summary>Apply a mutation (<c>Coterie.Model.Mutations</c>). Answered after it is durable.</summary>
    Mutate = 20,

    /// <summary>Read a slice, as data or as a digest (<c>Coterie.Model.Reads</c>).</summary>
    Read = 21,

    /// <summary>Apply a mutation that was hinted, or that belongs to a logged batch being replayed: <see cref="Mutate"/> by the bulk connection.</summary>
    Replay = 22,

    /// <summary>Keep hints, read them, forget them (<c>Coterie.Model.Hints</c>). To this node itself, by its coordinator.</summary>
    HintStore = 23,
    HintRead = 24,
    HintForget = 25,

    /// <summary>Keep, and forget, a logged batch until all of it has been applied.</summary>
    BatchStore = 26,
    BatchForget = 27,

    /// <summary>Batches kept here that should have ended. To this node itself, by its coordinator.</summary>
    BatchRead = 28,

    /// <summary>What this node thinks of the cluster, for <c>status</c>.</summary>
    Status = 30,

    /// <summary>
    /// Apply what another replica holds: a mutation with the horizon under which it was read. By read repair.
    /// </summary>
    ReadRepair = 40,

    /// <summary>The same by anti-entropy, on the bulk connection.</summary>
    TreeRepair = 41,

    /// <summary>Begin, and end, comparing a table's token ranges with another replica: floors, cuts and horizons are agreed.</summary>
    TreeBegin = 42,
    TreeEnd = 43,

    /// <summary>The hashes of ranges of rows.</summary>
    TreeHash = 44,

    /// <summary>Where a range of rows is cut into smaller ones, and their hashes.</summary>
    TreeSplit = 45,

    /// <summary>Digests of the rows of a range; which of the given digests are of no row here; the rows themselves.</summary>
    RowDigests = 46,
    RowDifference = 47,
    RowFetch = 48,
    RowScan = 49,

    /// <summary>Answered when everything that was acknowledged before is durable, however the node syncs.</summary>
    TreeBarrier = 50,

    /// <summary>A horizon that another replica of a row has: what is known of deletions reaches who did not take part in an exchange yet.</summary>
    HorizonLearn = 51,

    /// <summary>Messages between members of groups that agree by Raft. Answered at once; the answers proper are such messages themselves.</summary>
    Raft = 60,

    /// <summary>Write to a leader-based table, and make sure that a read of one sees everything: to the leader of the group.</summary>
    LeaderWrite = 61,
    LeaderBarrier = 62,

    /// <summary>Rows of a group's ranges, for a member whose log ends before the leader's begins.</summary>
    GroupRows = 63,

    /// <summary>Which term the member has seen, and what is committed if it leads: for a member that has lost its disk.</summary>
    GroupTerm = 64,

    /// <summary>Write to a leader-based table if rows are what they are expected to be; else, say what they are (<c>Coterie.Model.Groups</c>). To the leader of the group.</summary>
    LeaderCompareAndSet = 65,

    /// <summary>How far a member of a group is, for the vote of a read.</summary>
    GroupProgress = 66,
}
