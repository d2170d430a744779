using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Coordinator.Batches;

/// <summary>
/// Who else keeps a logged batch, besides the node that coordinates it: a live node of the same data centre, in another rack if there is one, so that one
/// failure does not take both. Pure.
/// </summary>
internal static class BatchHolders
{
    /// <param name="seed">Of the batch: so that the load is spread over the equally good.</param>
    /// <returns>The best first.</returns>
    public static List<NodeId> Candidates(ClusterMetadata metadata, NodeId self, Func<NodeId, bool> isAlive, int seed)
    {
        if (!metadata.Nodes.TryGetValue(self, out var own))
        {
            return [];
        }

        var others = metadata.Nodes.Values.Where(node => node.Id != self && isAlive(node.Id)).ToList();
        var turn = others.Count == 0 ? 0 : (int)((uint)seed % (uint)others.Count);
        return [.. others.Select((node, i) => (Node: node, Turn: (i + others.Count - turn) % others.Count))
            .OrderBy(one => Distance(own, one.Node)).ThenBy(one => one.Turn).Select(one => one.Node.Id)];
    }

    private static int Distance(NodeInfo own, NodeInfo other) =>
        !string.Equals(own.Datacenter, other.Datacenter, StringComparison.Ordinal) ? 2
        : string.Equals(own.Rack, other.Rack, StringComparison.Ordinal) ? 1 : 0;
}
