namespace Coterie.Host.Admin;

/// <summary>The body of a POST to <c>/repair</c>: this node compares, at once, what it drives of it.</summary>
/// <param name="Keyspace">Null: all.</param>
/// <param name="Table">Null: all of the keyspace.</param>
/// <param name="DryRun">Compare only.</param>
public sealed record RepairRequest(string? Keyspace = null, string? Table = null, bool DryRun = false);

/// <summary>The answer: what to GET <c>/repair/ID</c> with.</summary>
public sealed record RepairBegun(string Id);

/// <summary>How far a repair is: the answer to a GET of <c>/repair/ID</c>.</summary>
/// <param name="Parts">Pairs of replicas to compare, each for one table and one group of ranges; -1 until that is known.</param>
/// <param name="PartsDone">Of these.</param>
public sealed record RepairProgress(
    string Id, string? Keyspace, string? Table, bool DryRun, bool Done, int Parts, int PartsDone, IReadOnlyList<RepairPeer> Peers);

/// <summary>What has been compared of one table with one other replica.</summary>
/// <param name="Peer">Id of the other node.</param>
/// <param name="Failure">Why some of it could not be compared; null: all of it was.</param>
public sealed record RepairPeer(
    string Keyspace,
    string Table,
    string Peer,
    long RangesCompared,
    long RowsRead,
    long RowsDifferent,
    long RowsSent,
    long BytesSent,
    double Seconds,
    string? Failure);
