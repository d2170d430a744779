using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Groups;
using Coterie.Model.Ids;

namespace Coterie.Coordinator.Leaders;

/// <summary>
/// Asks the members of a group how far they are, before a read of any of them and after it: what a member had applied before, against what the leader had
/// committed after, is the most by which the read may have been behind. Only for requests that want to know.
/// </summary>
internal sealed class GroupSurvey(IMessenger messenger)
{
    /// <summary>Who does not answer at once is not known.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    public async Task<IReadOnlyDictionary<NodeId, GroupProgress>> AskAsync(ReplicaSet members)
    {
        var asked = new List<(NodeId Node, Task<ReplyQueue.Reply> Reply)>();
        foreach (var node in members.Nodes)
        {
            asked.Add((node, messenger.AskAsync(node, Verb.GroupProgress, LeaderRequests.Body(members, []), Patience, CancellationToken.None)));
        }

        var known = new SortedDictionary<NodeId, GroupProgress>();
        foreach (var (node, pending) in asked)
        {
            if (Read(await pending) is { } progress)
            {
                known.Add(node, progress);
            }
        }

        return known;
    }

    /// <summary>The same vote with who leads, and how far behind who answered may have been.</summary>
    public static Vote Told(Vote vote, IReadOnlyDictionary<NodeId, GroupProgress> before, IReadOnlyDictionary<NodeId, GroupProgress> after)
    {
        (NodeId Node, GroupProgress Progress)? leader = null;
        foreach (var (node, progress) in after)
        {
            if (progress.Leads && (leader is null || progress.Term > leader.Value.Progress.Term))
            {
                leader = (node, progress);
            }
        }

        return new Vote
        {
            Required = vote.Required,
            Parts = vote.Parts,
            IsOfGroup = true,
            Replicas = [.. vote.Replicas.Select(entry => entry with
            {
                Leads = leader?.Node == entry.Node,
                Behind = entry.Asked && leader is { } one && before.TryGetValue(entry.Node, out var then) ? Math.Max(0, one.Progress.Committed - then.Applied) : null,
            })],
        };
    }

    /// <summary>The vote of a read that leaders answered, which were behind by nothing.</summary>
    public static Vote ToldByLeaders(Vote vote) => new()
    {
        Required = vote.Required,
        Parts = vote.Parts,
        IsOfGroup = true,
        Replicas = [.. vote.Replicas.Select(static entry => entry with { Leads = true, Behind = 0 })],
    };

    private static GroupProgress? Read(in ReplyQueue.Reply reply)
    {
        try
        {
            return reply.Status == ReplyStatus.Ok ? GroupProgress.Read(reply.Body) : null;
        }
        catch (MalformedDataException)
        {
            return null;
        }
    }
}
