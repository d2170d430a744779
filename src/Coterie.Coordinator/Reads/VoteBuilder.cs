using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Reads;
using Coterie.Model.Time;

namespace Coterie.Coordinator.Reads;

/// <summary>Collects the vote of one read over all its steps and ranges. Only for requests that ask for it.</summary>
internal sealed class VoteBuilder
{
    private readonly SortedDictionary<NodeId, VoteEntry> _entries = [];
    private readonly Lock _lock = new();
    private int _parts;

    /// <summary>A read of replicas begins.</summary>
    public void Begin(ReplicaSet replicas)
    {
        lock (_lock)
        {
            _parts++;
            foreach (var node in replicas.Nodes)
            {
                _entries.TryAdd(node, new VoteEntry(node, false, Vote.DigestRole, null, null, false, false));
            }
        }
    }

    public void Asked(NodeId node, bool forData)
    {
        lock (_lock)
        {
            var entry = _entries[node];
            _entries[node] = entry with { Asked = true, Role = forData ? Vote.DataRole : entry.Role };
        }
    }

    /// <summary>What it sent is decodable, or this throws.</summary>
    /// <exception cref="Model.MalformedDataException">It is not.</exception>
    public void Answered(NodeId node, TimeSpan after, bool isData, ReadOnlyMemory<byte> body)
    {
        var newest = isData ? ReadReply.Decode(body).Newest() : ReadDigest.Decode(body.Span).Newest;
        lock (_lock)
        {
            var entry = _entries[node];
            _entries[node] = entry with
            {
                AnsweredAfter = entry.AnsweredAfter ?? after,
                Newest = newest == WriteTimestamp.None ? entry.Newest : NewestTimestamp.Later(newest, entry.Newest ?? newest),
            };
        }
    }

    public void Stale(NodeId node, bool repaired)
    {
        lock (_lock)
        {
            var entry = _entries[node];
            _entries[node] = entry with { Stale = true, Repaired = entry.Repaired || repaired };
        }
    }

    public Vote Cast(int required)
    {
        lock (_lock)
        {
            return new Vote { Replicas = [.. _entries.Values], Required = required, Parts = Math.Max(1, _parts) };
        }
    }
}
