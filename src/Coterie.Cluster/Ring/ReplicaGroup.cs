using System.Collections.Immutable;
using System.IO.Hashing;
using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Ring;

/// <summary>
/// All token ranges of a keyspace that are kept by the same replicas, in whatever order of placement: what two replicas compare in one
/// exchange, and what has a horizon of its own. Immutable.
/// </summary>
/// <param name="Nodes">The replicas, in order of their ids, so that every node names a group alike.</param>
/// <param name="Ranges">In order of tokens; neighbours are joined.</param>
public sealed record ReplicaGroup(ImmutableArray<NodeId> Nodes, ImmutableArray<TokenSpan> Ranges)
{
    public bool Contains(NodeId node) => Nodes.Contains(node);

    public GroupId Id { get; } = IdOf(Nodes);

    /// <summary>The group that these nodes are, in whatever order.</summary>
    public static GroupId IdOf(IEnumerable<NodeId> nodes)
    {
        Span<byte> id = stackalloc byte[16];
        var hash = new XxHash3();
        foreach (var node in nodes.Order())
        {
            Check.That(node.Value.TryWriteBytes(id, bigEndian: true, out _));
            hash.Append(id);
        }

        return new GroupId(hash.GetCurrentHashAsUInt64());
    }

    internal static ImmutableArray<ReplicaGroup> Of(ImmutableArray<TokenRange> ranges)
    {
        var spans = new SortedDictionary<string, (ImmutableArray<NodeId> Nodes, List<TokenSpan> Spans)>(StringComparer.Ordinal);
        foreach (var range in ranges)
        {
            var nodes = range.Replicas.Nodes.Sort();
            var name = string.Join(' ', nodes);
            if (!spans.TryGetValue(name, out var group))
            {
                spans[name] = group = (nodes, []);
            }

            if (group.Spans.Count > 0 && group.Spans[^1].End == range.Start)
            {
                group.Spans[^1] = group.Spans[^1] with { End = range.End };
            }
            else
            {
                group.Spans.Add(new TokenSpan(range.Start, range.End));
            }
        }

        return [.. spans.Values.Select(group => new ReplicaGroup(group.Nodes, [.. group.Spans]))];
    }
}

/// <summary>The tokens t with <see cref="Start"/> &lt; t ≤ <see cref="End"/>. Never wraps.</summary>
public readonly record struct TokenSpan(Token Start, Token End)
{
    public bool Contains(Token token) => token.Value > Start.Value && token.Value <= End.Value;
}
