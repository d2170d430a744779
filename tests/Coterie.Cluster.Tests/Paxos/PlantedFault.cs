namespace Coterie.Cluster.Tests.Paxos;

/// <summary>What is broken on purpose, to show that the simulation would find it.</summary>
public enum PlantedFault
{
    None,

    /// <summary>An acceptor answers a prepare without having made the promise durable.</summary>
    PromiseNotPersisted,

    /// <summary>An acceptor says that it has accepted without having made that durable.</summary>
    AcceptedNotPersisted,

    /// <summary>An acceptor accepts although it has promised a higher ballot.</summary>
    IgnoresHigherPromise,

    /// <summary>An acceptor promises the same ballot twice, so a proposer that was restarted collects promises made to its former self.</summary>
    PromisesSameBallotTwice,

    /// <summary>A proposer proposes its own value whatever has been accepted.</summary>
    IgnoresAcceptedValue,

    /// <summary>One acceptor fewer than a majority is enough.</summary>
    QuorumOffByOne,

    /// <summary>A proposer does not know its own entry again when another has had it decided.</summary>
    ForgetsOwnEntry,
}
