using Coterie.Model.Quorum;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Reads;

/// <summary>What all steps of one client's read have in common.</summary>
/// <param name="Deadline">A timestamp of the time provider, after which the client is told that it timed out.</param>
internal readonly record struct ReadContext(
    KeyspaceSchema Keyspace,
    TableSchema Table,
    ReplicaRequirement Requirement,
    TimeSpan Timeout,
    long Deadline,
    VoteBuilder? Vote);
