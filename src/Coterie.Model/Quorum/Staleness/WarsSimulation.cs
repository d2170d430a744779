using System.Runtime.CompilerServices;

namespace Coterie.Model.Quorum.Staleness;

/// <summary>
/// Predicts latency and staleness by trying: the WARS model of Bailis and others, "Probabilistically Bounded Staleness for Practical Partial Quorums",
/// VLDB 2012, §4.
/// </summary>
/// <remarks>
/// One trial: a write goes to all replicas at once and is acknowledged when enough have acknowledged it; a read goes to all replicas, t after that, and
/// is answered when enough have answered. It sees the write if the write had reached one of these before the read did. So each trial gives the
/// least t with which its read would have seen its write, and the whole curve comes out of one run. Nobody is down in this model, nothing is repaired,
/// and no other write comes between; ANY is ONE in it, since a hint is for a replica that does not answer.
/// </remarks>
public sealed class WarsSimulation
{
    // A block's delays are drawn together, which is what makes them cheap, and stay in the first-level cache.
    private const int BlockTrials = 128;

    private readonly DelayModel _model;
    private readonly int _replicas;
    private readonly QuorumPart[] _writeParts;
    private readonly QuorumPart[] _readParts;
    private readonly double[] _writeRemote;
    private readonly double[] _readRemote;

    /// <param name="remoteMilliseconds">What a message takes longer whose replica is in another data centre than the coordinator.</param>
    public WarsSimulation(DelayModel model, RequestQuorum read, RequestQuorum write, double remoteMilliseconds = 0)
    {
        _model = model;
        _replicas = write.Layout.Replicas;
        _writeParts = Parts(write);
        _readParts = Parts(read);
        _writeRemote = Remote(write, remoteMilliseconds);
        _readRemote = Remote(read, remoteMilliseconds);
    }

    /// <summary>The same seed, the same result.</summary>
    // Compiled once, whole: a page's first answer would otherwise run the slow code that is meant for what runs once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public WarsResult Run(int trials, ulong seed)
    {
        var random = new UniformSource(seed);
        var needed = new double[trials];
        var reads = new double[trials];
        var writes = new double[trials];
        var size = BlockTrials * _replicas;
        var (arrivals, acknowledged, requests, answers) = (new double[size], new double[size], new double[size], new double[size]);
        Span<double> times = stackalloc double[_replicas];
        Span<int> nodes = stackalloc int[_replicas];
        for (var from = 0; from < trials; from += BlockTrials)
        {
            Draw(ref random, _model.Write, arrivals, _model.Acknowledge, acknowledged);
            Draw(ref random, _model.Read, requests, _model.Answer, answers);
            var count = Math.Min(BlockTrials, trials - from);
            for (var i = 0; i < count; i++)
            {
                var start = i * _replicas;
                var arrival = arrivals.AsSpan(start, _replicas);
                var request = requests.AsSpan(start, _replicas);
                var commit = Commit(arrival, acknowledged.AsSpan(start, _replicas), times, nodes);
                writes[from + i] = commit;
                (reads[from + i], needed[from + i]) = Read(arrival, request, answers.AsSpan(start, _replicas), commit, times, nodes);
            }
        }

        return new WarsResult(needed, reads, writes);
    }

    /// <summary>A message and the one that comes back; where they were measured together, the two of one measurement.</summary>
    private void Draw(ref UniformSource random, Delay there, double[] intoThere, Delay back, double[] intoBack)
    {
        random.Fill(intoThere);
        if (_model.IsPaired)
        {
            intoThere.CopyTo(intoBack, 0);
        }
        else
        {
            random.Fill(intoBack);
        }

        there.Draw(intoThere);
        back.Draw(intoBack);
    }

    /// <summary>When the write is acknowledged; leaves in <paramref name="arrival"/> when it reaches each replica.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Commit(Span<double> arrival, ReadOnlySpan<double> acknowledgement, Span<double> times, Span<int> nodes)
    {
        var commit = 0.0;
        for (var i = 0; i < arrival.Length; i++)
        {
            arrival[i] += _writeRemote[i];
        }

        foreach (var part in _writeParts)
        {
            var (first, last) = Bounds(part);
            for (var i = first; i < last; i++)
            {
                Keep(times, nodes, i - first, part.Count, arrival[i] + acknowledgement[i] + _writeRemote[i], i);
            }

            commit = Math.Max(commit, times[part.Count - 1]);
        }

        return commit;
    }

    /// <summary>When the read is answered, and how long after the write it would have had to begin to see it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double Answered, double Needed) Read(
        ReadOnlySpan<double> arrival, ReadOnlySpan<double> request, ReadOnlySpan<double> answer, double commit, Span<double> times, Span<int> nodes)
    {
        var answered = 0.0;
        var needed = double.PositiveInfinity;
        foreach (var part in _readParts)
        {
            var (first, last) = Bounds(part);
            for (var i = first; i < last; i++)
            {
                Keep(times, nodes, i - first, part.Count, request[i] + answer[i] + (2 * _readRemote[i]), i);
            }

            answered = Math.Max(answered, times[part.Count - 1]);
            foreach (var node in nodes[..part.Count])
            {
                needed = Math.Min(needed, arrival[node] - commit - request[node] - _readRemote[node]);
            }
        }

        return (answered, needed);
    }

    /// <summary>Keeps the smallest <paramref name="most"/> times in order, with whose they are.</summary>
    /// <param name="seen">How many were offered before.</param>
    private static void Keep(Span<double> times, Span<int> nodes, int seen, int most, double time, int node)
    {
        var at = Math.Min(seen, most);
        if (at == most && time >= times[most - 1])
        {
            return;
        }

        for (at = Math.Min(at, most - 1); at > 0 && times[at - 1] > time; at--)
        {
            times[at] = times[at - 1];
            nodes[at] = nodes[at - 1];
        }

        times[at] = time;
        nodes[at] = node;
    }

    /// <summary>A group is all replicas or one data centre, so its numbers follow one another.</summary>
    private static (int First, int Last) Bounds(QuorumPart part)
    {
        var first = System.Numerics.BitOperations.TrailingZeroCount(part.Group.Bits);
        return (first, first + part.Group.Count);
    }

    private static QuorumPart[] Parts(RequestQuorum quorum) =>
        quorum.Requirement.HintsCount ? [new QuorumPart(quorum.Layout.All, 1, null)] : [.. quorum.Parts];

    private static double[] Remote(RequestQuorum quorum, double milliseconds) =>
        [.. Enumerable.Range(0, quorum.Layout.Replicas).Select(node => quorum.Layout.DatacenterOf(node) == quorum.Datacenter ? 0 : milliseconds)];
}
