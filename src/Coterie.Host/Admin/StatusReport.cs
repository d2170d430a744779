namespace Coterie.Host.Admin;

/// <summary>What one node says of itself and of its peers: the answer of <c>/api/status</c>.</summary>
/// <param name="ProcessId">Of the process that answers: how whoever started it knows that it is the one.</param>
/// <param name="Ready">Serves CQL and sees a majority of the nodes alive.</param>
public sealed record StatusReport(
    string Cluster, string ClusterId, long Epoch, string Node, int ProcessId, bool Ready, double UptimeSeconds, long LoadBytes, IReadOnlyList<PeerReport> Nodes)
{
    /// <summary>All tables of the cluster, each with the pairs of replicas that this node compares.</summary>
    public IReadOnlyList<TableReport> Tables { get; init; } = [];

    /// <summary>Of leader-based keyspaces, those that the reporting node is a member of.</summary>
    public IReadOnlyList<GroupReport> Groups { get; init; } = [];
}

/// <summary>A node of the cluster as the reporting node sees it. Its own opinion: two nodes may differ.</summary>
/// <param name="Hints">What waits here for that node; null: nothing.</param>
public sealed record PeerReport(string Id, string Datacenter, string Rack, string PeerAddress, string CqlAddress, string AdminAddress, bool Up, HintsReport? Hints);

/// <summary>What the reporting node keeps for another that has missed it.</summary>
/// <param name="OldestSeconds">How long ago the oldest was formed.</param>
public sealed record HintsReport(long Count, long Bytes, double OldestSeconds);

public sealed record TableReport(string Keyspace, string Table, IReadOnlyList<PairReport> Pairs);

/// <param name="Peer">The other replica's id.</param>
/// <param name="SecondsSinceEqual">How long ago every range that the two share was last known to be equal; null: not since the reporting node started.</param>
/// <param name="Failure">Why the last comparison failed; null: it did not.</param>
public sealed record PairReport(string Peer, double? SecondsSinceEqual, string? Failure);

/// <summary>A member of a group of replicas that elect a leader, as it sees itself.</summary>
/// <param name="Id">The same on every member.</param>
/// <param name="Members">The ids of the nodes.</param>
/// <param name="Role">Leader, Follower, Candidate or PreCandidate.</param>
/// <param name="Leader">The leading node's id, as far as this member has heard; null: it knows of none.</param>
/// <param name="Committed">Index of the last entry of the log known to be committed.</param>
/// <param name="Applied">Index of the last entry that is in the tables here.</param>
public sealed record GroupReport(
    string Id, IReadOnlyList<string> Members, string Role, string? Leader, long Term, long Committed, long Applied, long LogBytes, long LeaderChanges);

/// <summary>Who owns which part of the ring: the answer of <c>/api/ring</c>.</summary>
public sealed record RingReport(string Cluster, long Epoch, IReadOnlyList<RingNode> Nodes);

/// <param name="Ownership">The part of all tokens for which this node is the first replica, from 0 to 1.</param>
/// <param name="Tokens">As text, since JSON numbers lose the last digits of 64-bit integers in many readers.</param>
public sealed record RingNode(string Id, string Datacenter, string Rack, string CqlAddress, bool Up, double Ownership, IReadOnlyList<string> Tokens);
