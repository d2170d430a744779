using System.Net;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;

namespace Coterie.Host.Lab;

/// <summary>
/// A client of several nodes that does with statements which may be done twice what drivers do with them: it asks the node with the least in flight, and when
/// a connection breaks or does not answer, it asks the next. An error that a node answers with goes to the caller.
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

    public LabSession(IReadOnlyList<IPEndPoint> servers, int connectionsPerNode) =>
        _nodes = [.. servers.Select(server => new LabNode(server, connectionsPerNode))];

    /// <summary>Nodes that it has a connection to.</summary>
    public int Connected => _nodes.Count(static node => node.Connected > 0);

    /// <param name="statement">One that may be done twice.</param>
    public async Task<LabAnswer> AskAsync(string statement, ConsistencyLevel level)
    {
        var asked = new HashSet<LabNode>();
        var lost = "";
        while (Next(asked) is { } node && node.Connection is { } connection)
        {
            asked.Add(node);
            try
            {
                return new LabAnswer(LabOutcome.Acknowledged, null, await connection.QueryAsync(statement, level).WaitAsync(AnswerPatience));
            }
            catch (CqlErrorException e) when (e.Code is Overloaded or IsBootstrapping)
            {
                // Nothing was done there.
            }
            catch (CqlErrorException e)
            {
                // That this node did nothing does not say what another did before.
                return new LabAnswer(e.Code == Unavailable && lost.Length == 0 ? LabOutcome.Failed : LabOutcome.Unknown, e.CodeName);
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

        return lost.Length == 0 ? new LabAnswer(LabOutcome.Failed, "no node takes it") : new LabAnswer(LabOutcome.Unknown, lost);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    private LabNode? Next(HashSet<LabNode> asked)
    {
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
