using System.Text.Json;
using Coterie.Cluster.Membership;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Server;

namespace Coterie.Host.Admin;

/// <summary>
/// Takes the operator's word that a node is gone for good: this node, if it has lost data, waits no longer for what that one had. Refused for a node
/// that is seen alive, since it would give it back.
/// </summary>
internal sealed class LossAcceptance(CoterieNode node)
{
    public async ValueTask<AdminAnswer> AcceptAsync(ReadOnlyMemory<byte> body)
    {
        AcceptLossRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(body.Span, RepairJson.Default.AcceptLossRequest);
        }
        catch (JsonException)
        {
            request = null;
        }

        if (request?.Node is null || !Guid.TryParse(request.Node, out var id))
        {
            return Text(400, "not a request to accept a loss: that is a JSON object with the id of a node as node");
        }

        var gone = new NodeId(id);
        if (!node.IsServing || node.Deletes is not { } deletes || node.Liveness is not { } liveness)
        {
            return Text(503, "not ready: this node is not yet a member of its cluster");
        }

        if (Problem(gone, node.Id, node.Metadata, liveness) is { } problem)
        {
            return problem;
        }

        try
        {
            var waited = await deletes.AcceptLossAsync(gone);
            var answer = new AcceptLossAnswer(Describe(waited, node.Metadata));
            return new AdminAnswer(200, AdminAnswer.Json, JsonSerializer.Serialize(answer, RepairJson.Default.AcceptLossAnswer));
        }
        catch (IOException exception)
        {
            return Text(503, $"it could not be made durable on this node: {exception.Message}");
        }
    }

    /// <summary>Why the loss of this node must not be accepted; null: it may be.</summary>
    internal static AdminAnswer? Problem(NodeId gone, NodeId self, ClusterMetadata metadata, ILiveness liveness) =>
        !metadata.Nodes.ContainsKey(gone) ? Text(404, $"the cluster has no node {gone}")
        : gone == self ? Text(409, $"{gone} is this node, which answers")
        : liveness.IsAlive(gone) ? Text(409, $"{gone} is seen alive by this node: what it has is not lost")
        : null;

    internal static IReadOnlyList<AcceptedLoss> Describe(IReadOnlyList<StorageId> waited, ClusterMetadata metadata)
    {
        var groups = waited.CountBy(static table => table.Value).ToDictionary();
        return
        [
            .. from keyspace in metadata.Keyspaces.Values
               from table in keyspace.Tables.Values
               where groups.ContainsKey(table.StorageId.Value)
               select new AcceptedLoss(table.Keyspace, table.Name, groups[table.StorageId.Value]),
        ];
    }

    private static AdminAnswer Text(int status, string text) => new(status, AdminAnswer.PlainText, $"{text}\n");
}
