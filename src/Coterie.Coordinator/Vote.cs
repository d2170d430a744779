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

    /// <summary>How many had to answer, of the replicas of each part.</summary>
    public required int Required { get; init; }

    /// <summary>
    /// How many requests to a set of replicas it sums up, each with sets of its own that may overlap: the partitions of a batch or of IN, the ranges of tokens of a scan,
    /// and every further read that one of them takes.
    /// </summary>
    public int Parts { get; init; } = 1;

    /// <summary>Whether the keyspace is leader-based: then entries say who leads and how far behind the others are.</summary>
    public bool IsOfGroup { get; init; }

    /// <summary>The vote of a request with several parts: of each replica the latest answer, the newest timestamp, and whether it was stale in any.</summary>
    /// <param name="votes">Null: of that part there is none.</param>
    public static Vote? Join(params ReadOnlySpan<Vote?> votes)
    {
        Vote? joined = null;
        foreach (var vote in votes)
        {
            joined = joined is null || vote is null ? joined ?? vote : new Vote
            {
                Required = Math.Max(joined.Required, vote.Required),
                Parts = joined.Parts + vote.Parts,
                IsOfGroup = joined.IsOfGroup || vote.IsOfGroup,
                Replicas = [.. joined.Replicas.Concat(vote.Replicas).GroupBy(static entry => entry.Node).Select(static of => of.Aggregate(VoteEntry.Join))],
            };
        }

        return joined;
    }
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

    public static VoteEntry Join(VoteEntry one, VoteEntry other) => new(
        one.Node,
        one.Asked || other.Asked,
        other.Role == Vote.DataRole ? other.Role : one.Role,
        Latest(one.AnsweredAfter, other.AnsweredAfter),
        Latest(one.Newest, other.Newest),
        one.Stale || other.Stale,
        one.Repaired || other.Repaired)
    {
        Leads = one.Leads || other.Leads,
        Behind = Latest(one.Behind, other.Behind),
    };

    /// <summary>Null is before all.</summary>
    private static T? Latest<T>(T? one, T? other)
        where T : struct => Comparer<T?>.Default.Compare(one, other) >= 0 ? one : other;
}
