using System.Buffers.Binary;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Replica.Groups.Restore;

/// <summary>
/// What a member that has lost its disk finds out before it counts again. Whatever it had promised was in a term that another member knows, since a
/// candidate keeps its own term before it asks for votes: so all others are asked. What it had acknowledged may have been committed by its acknowledgement:
/// so it waits until it has what the leader has committed, where its acknowledgements do not count any more.
/// </summary>
internal sealed class PassiveReturn(GroupParts parts, ReplicaGroup group)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);
    private readonly Dictionary<NodeId, long> _terms = [];

    public bool HasAskedAll => _terms.Count == group.Nodes.Length - 1;

    /// <summary>Of those who have answered.</summary>
    public long HighestTerm => _terms.Count == 0 ? 0 : _terms.Values.Max();

    /// <summary>Entries up to here must be applied; null: not known yet.</summary>
    public long? Committed { get; private set; }

    /// <summary>Nobody has ever led, so nothing has ever been promised.</summary>
    public bool NothingEver => HasAskedAll && HighestTerm == 0;

    /// <summary>One round of questions: to those who have not answered yet, and then to the leader.</summary>
    public async Task AskAsync(NodeId? leader, CancellationToken cancellationToken)
    {
        if (HasAskedAll)
        {
            if (leader is { } node && node != parts.Self && await AskAsync(node, cancellationToken) is { Committed: not TermReply.NotLeading } reply
                && reply.Term >= HighestTerm)
            {
                _terms[node] = reply.Term;
                Committed = reply.Committed;
            }

            return;
        }

        var missing = group.Nodes.Where(node => node != parts.Self && !_terms.ContainsKey(node)).ToList();
        foreach (var node in missing)
        {
            if (await AskAsync(node, cancellationToken) is { } reply)
            {
                _terms[node] = reply.Term;
            }
        }
    }

    private async Task<TermReply?> AskAsync(NodeId node, CancellationToken cancellationToken)
    {
        var body = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(body, group.Id.Value);
        var reply = await parts.Messenger.AskAsync(node, Verb.GroupTerm, body, AnswerTimeout, cancellationToken);
        try
        {
            return reply.Status == ReplyStatus.Ok ? TermReply.Read(reply.Body) : null;
        }
        catch (MalformedDataException exception)
        {
            GroupLog.Malformed(parts.Logger, node, exception.Message);
            return null;
        }
    }
}
