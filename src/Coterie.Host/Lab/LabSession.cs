using System.Net;
using Coterie.Host.CqlClient;
using Coterie.Host.Workloads;
using Coterie.Model.Quorum;
using Coterie.Model.Time;

namespace Coterie.Host.Lab;

/// <summary>
/// A client of several nodes that does with statements which may be done twice what drivers do with them: it stamps each by its own clock, asks the node with the
/// least in flight, and when a connection breaks or does not answer, it asks the next with the same stamp. A node that says that it cannot do it (Unavailable) is
/// believed when another says so, too. Any other error that a node answers with goes to the caller.
/// </summary>
public sealed class LabSession : IAsyncDisposable
{
    private const int Unavailable = 0x1000;
    private const int Overloaded = 0x1001;
    private const int IsBootstrapping = 0x1002;

    /// <summary>Longer than a node waits by itself, so that its own answer is preferred.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5);

    private readonly LabNode[] _nodes;
    private int _next;
    private long _lastTimestamp;

    public LabSession(IReadOnlyList<IPEndPoint> servers, int connectionsPerNode) =>
        _nodes = [.. servers.Select(server => new LabNode(server, connectionsPerNode))];

    /// <summary>Nodes that it has a connection to.</summary>
    public int Connected => _nodes.Count(static node => node.Connected > 0);

    /// <param name="write">A statement that may be done twice.</param>
    public async Task<LabAnswer> AskAsync(WorkloadWrite write, ConsistencyLevel level)
    {
        var asked = new HashSet<LabNode>();
        var timestamp = NextTimestamp();
        var lost = "";
        CqlErrorException? unavailable = null;
        while (Next(asked, write.FirstNode) is { } node)
        {
            asked.Add(node);
            if (node.Connection is not { } connection)
            {
                // Lost since it was chosen.
                continue;
            }

            try
            {
                var result = await connection.ExecuteAsync(write.Statement, level, timestamp).WaitAsync(AnswerPatience);
                return new LabAnswer(LabOutcome.Acknowledged, null, result, lost.Length > 0);
            }
            catch (CqlErrorException e) when (e.Code is Overloaded or IsBootstrapping || (e.Code == Unavailable && unavailable is null))
            {
                // Nothing was done there.
                unavailable = e.Code == Unavailable ? e : unavailable;
            }
            catch (CqlErrorException e)
            {
                // That this node did nothing does not say what another did before.
                return new LabAnswer(e.Code == Unavailable && lost.Length == 0 ? LabOutcome.Failed : LabOutcome.Unknown, e.CodeName, null, lost.Length > 0);
            }
            catch (IOException)
            {
                lost = "connection lost";
            }
            catch (TimeoutException)
            {
                lost = "no answer";
            }
        }

        return lost.Length == 0
            ? new LabAnswer(LabOutcome.Failed, unavailable?.CodeName ?? "no node takes it")
            : new LabAnswer(LabOutcome.Unknown, lost, null, WasTriedWithoutAnswer: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    /// <summary>Microseconds, each later than the one before.</summary>
    private long NextTimestamp()
    {
        while (true)
        {
            var last = Volatile.Read(ref _lastTimestamp);
            var next = Math.Max(last + 1, DateTimeOffset.UtcNow.Microseconds());
            if (Interlocked.CompareExchange(ref _lastTimestamp, next, last) == last)
            {
                return next;
            }
        }
    }

    private LabNode? Next(HashSet<LabNode> asked, int? wanted)
    {
        if (wanted is { } place && _nodes[place].InFlight is not null && !asked.Contains(_nodes[place]))
        {
            return _nodes[place];
        }

        LabNode? best = null;
        var least = int.MaxValue;
        var first = (int)((uint)Interlocked.Increment(ref _next) % (uint)_nodes.Length);
        for (var i = 0; i < _nodes.Length; i++)
        {
            var node = _nodes[(first + i) % _nodes.Length];
            if (node.InFlight is { } inFlight && inFlight < least && !asked.Contains(node))
            {
                (best, least) = (node, inFlight);
            }
        }

        return best;
    }
}
