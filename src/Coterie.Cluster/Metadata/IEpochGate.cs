using Coterie.Model.Ids;

namespace Coterie.Cluster.Metadata;

/// <summary>
/// What the transport asks before it hands a request on: messages carry the sender's epoch, and a node that is behind catches up from
/// the sender first, so that CREATE TABLE and then a write through another node always works.
/// </summary>
/// <remarks>
/// Not for <c>Hello</c>, <c>Heartbeat</c> and the four <c>Metadata*</c> verbs: those are how a node that is behind learns, and go to their
/// handlers whatever epoch they carry (a heartbeat may start a catch-up, but never waits for it).
/// </remarks>
public interface IEpochGate
{
    /// <summary>This node's epoch. Reading it never waits and never allocates. Only rises.</summary>
    Epoch Current { get; }

    /// <summary>
    /// Pulls the entries that are missing from <paramref name="from"/> (or, if it does not answer, from any peer). Completes when
    /// <see cref="Current"/> ≥ <paramref name="target"/>, or when that could not be had in time: the caller looks at
    /// <see cref="Current"/> again. Never throws for the state of the network. Concurrent calls share one pull.
    /// </summary>
    ValueTask CatchUpAsync(NodeId from, Epoch target);
}
