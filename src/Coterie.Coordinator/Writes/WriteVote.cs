using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Time;

namespace Coterie.Coordinator.Writes;

/// <summary>Keeps who answered a write when, for a request that asks for it. Guarded by the operation's lock.</summary>
/// <param name="written">The newest timestamp of what is written: whoever acknowledges it has it.</param>
internal sealed class WriteVote(ReplicaSet replicas, ReadOnlySpan<bool> asked, WriteTimestamp written, TimeProvider time)
{
    private readonly bool[] _asked = asked.ToArray();
    private readonly TimeSpan?[] _answeredAfter = new TimeSpan?[replicas.Count];
    private readonly long _started = time.GetTimestamp();

    public static Vote NotAsked(ReplicaSet replicas, int required) => new()
    {
        Replicas = [.. replicas.Nodes.Select(node => new VoteEntry(node, false, Vote.WriteRole, null, null, false, false))],
        Required = required,
    };

    public void Answered(int slot, ReplyStatus status)
    {
        if (status == ReplyStatus.Ok)
        {
            _answeredAfter[slot] = time.GetElapsedTime(_started);
        }
    }

    /// <summary>As things stand when the client is answered.</summary>
    public Vote Cast(int required)
    {
        var entries = new VoteEntry[replicas.Count];
        for (var slot = 0; slot < entries.Length; slot++)
        {
            WriteTimestamp? newest = _answeredAfter[slot] is null ? null : written;
            entries[slot] = new VoteEntry(replicas.Nodes[slot], _asked[slot], Vote.WriteRole, _answeredAfter[slot], newest, false, false);
        }

        return new Vote { Replicas = entries, Required = required };
    }
}
