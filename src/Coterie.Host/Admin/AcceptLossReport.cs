namespace Coterie.Host.Admin;

/// <summary>The body of a POST to <c>/accept-loss</c>: a node is gone for good, and what only it had is given up.</summary>
/// <param name="Node">Its id.</param>
public sealed record AcceptLossRequest(string? Node = null);

/// <summary>The answer. Durable on the answering node when it is given.</summary>
/// <param name="Tables">Those for which the answering node had waited for that node. Empty: it lacked nothing.</param>
public sealed record AcceptLossAnswer(IReadOnlyList<AcceptedLoss> Tables);

/// <param name="Groups">Groups of replicas of the table that had waited.</param>
public sealed record AcceptedLoss(string Keyspace, string Table, int Groups);
