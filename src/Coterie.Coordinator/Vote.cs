using Coterie.Model.Ids;
using Coterie.Model.Time;

namespace Coterie.Coordinator;

/// <summary>
/// Which replicas answered a request, when, with which timestamp, which were stale and which were repaired. Kept only for requests that
/// ask for it, and sent to the client in the custom payload.
/// </summary>
public sealed class Vote
{
    public const string WriteRole = "write";
    public const string DataRole = "data";
    public const string DigestRole = "digest";

    public required IReadOnlyList<VoteEntry> Replicas { get; init; }

    public required int Required { get; init; }

    /// <summary>Whether the keyspace is leader-based: then entries say who leads and how far behind the others are.</summary>
    public bool IsOfGroup { get; init; }
}

/// <param name="Node">The replica.</param>
/// <param name="Asked">Whether it was asked at all.</param>
/// <param name="Role">What for: a write, data or a digest.</param>
/// <param name="AnsweredAfter">From sending to the answer; null if it had not answered when the client was.</param>
/// <param name="Newest">The newest timestamp it returned or, of a write, acknowledged; null where it did neither, and for writes in leader-based keyspaces, whose leader stamps them.</param>
/// <param name="Stale">It lacked something that another replica had.</param>
/// <param name="Repaired">What it lacked was written to it before (BLOCKING) or started to be written after (ASYNC) the answer.</param>
public sealed record VoteEntry(NodeId Node, bool Asked, string Role, TimeSpan? AnsweredAfter, WriteTimestamp? Newest, bool Stale, bool Repaired)
{
    /// <summary>It led the group.</summary>
    public bool Leads { get; init; }

    /// <summary>For reads of any replica: at most so many entries had been committed that it had not applied. Null: there was no leader to compare with, or it was not asked.</summary>
    public long? Behind { get; init; }
}
