using System.Net;
using Coterie.Model.Time;
using Coterie.Simulator.Client;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Workloads;

/// <summary>Some clients, each of which does one thing after another through whichever node it likes, until all are told to stop.</summary>
public sealed class ClientPool
{
    /// <summary>Timestamps of different clients differ in their last digits.</summary>
    private const int ClientsMax = 16;

    private readonly Simulation _simulation;
    private readonly IReadOnlyList<IPEndPoint> _nodes;
    private readonly SeededRandom _random;
    private readonly List<SimulatedProcess> _clients = [];
    private int _running;
    private bool _stopping;

    /// <param name="simulation">Where they run.</param>
    /// <param name="nodes">Whom they ask.</param>
    /// <param name="random">What they draw from, as does the workload.</param>
    /// <param name="count">How many clients.</param>
    /// <param name="network">The third byte of their addresses, which no other workload has.</param>
    public ClientPool(Simulation simulation, IReadOnlyList<IPEndPoint> nodes, SeededRandom random, int count, byte network)
    {
        _simulation = simulation;
        _nodes = nodes;
        _random = random;
        for (var client = 1; client <= Math.Min(count, ClientsMax - 1); client++)
        {
            _clients.Add(new SimulatedMachine(
                simulation, $"c{network}-{client}", (100 * network) + client, new IPAddress([10, 0, network, (byte)client]), new SimulatedClock()).Start());
        }
    }

    public int Succeeded { get; private set; }

    public int Failed { get; private set; }

    /// <summary>What went wrong whatever the history, or null: a statement that was refused as wrong, or was not answered at the end.</summary>
    public string? Wrong { get; private set; }

    /// <summary>Statements that must succeed, and may be tried again while the cluster forms.</summary>
    public void Prepare(IEnumerable<string> statements, TimeSpan limit)
    {
        foreach (var statement in statements)
        {
            var answer = _simulation.Insist(_clients[0], _nodes, new CqlRequest(statement, RegisterWorkloadOptions.One), limit);
            if (answer.Outcome != CqlOutcome.Ok)
            {
                throw new SimulationViolationException($"{statement}: {answer.Text} (seed {_simulation.Seed})");
            }
        }
    }

    /// <param name="act">One thing that a client does: given its connection and its number.</param>
    /// <param name="thinkTime">Pause between two, at most.</param>
    public void Start(Func<CqlClient, int, Task> act, TimeSpan thinkTime)
    {
        for (var number = 0; number < _clients.Count; number++)
        {
            var (client, own) = (_clients[number], number);
            _running++;
            client.Post(() => _ = RunAsync(client, own, act, thinkTime));
        }
    }

    public void Stop(TimeSpan limit)
    {
        _stopping = true;
        if (!_simulation.RunUntil(() => _running == 0, limit))
        {
            throw new SimulationViolationException($"A client still waited for its answer {limit} after the end (seed {_simulation.Seed}).");
        }
    }

    /// <summary>Of a healed cluster: the answer must come within the limit. Null if it does not, which is remembered as wrong.</summary>
    public CqlAnswer? Insist(string statement, ushort consistency, TimeSpan limit)
    {
        var answer = _simulation.Insist(_clients[0], _nodes, new CqlRequest(statement, consistency), limit);
        if (answer.Outcome == CqlOutcome.Ok)
        {
            return answer;
        }

        Wrong ??= $"not answered {limit} after everything was healed: {answer.Text}: {statement}";
        return null;
    }

    public async Task<CqlAnswer> QueryAsync(CqlClient connection, CqlRequest request, TimeSpan timeout)
    {
        var answer = await connection.QueryAsync(request, timeout);
        Succeeded += answer.Outcome == CqlOutcome.Ok ? 1 : 0;
        Failed += answer.Outcome == CqlOutcome.Ok ? 0 : 1;
        Wrong ??= answer.Outcome == CqlOutcome.Refused ? $"refused: {answer.Text}: {request.Statement}" : null;
        return answer;
    }

    /// <summary>Microseconds by the client's clock. No two clients have the same, and there is room for one more just below.</summary>
    public long Stamp(int number)
    {
        var microseconds = _clients[number].Time.Microseconds();
        return (microseconds / (2 * ClientsMax) * 2 * ClientsMax) + (2 * number) + 1;
    }

    private async Task RunAsync(SimulatedProcess client, int number, Func<CqlClient, int, Task> act, TimeSpan thinkTime)
    {
        var connections = _nodes.Select(node => new CqlClient(client, node)).ToArray();
        while (!_stopping)
        {
            await act(connections[_random.Next(connections.Length)], number);
            await Task.Delay(_random.Between(TimeSpan.FromMicroseconds(50), thinkTime), client.Time);
        }

        _running--;
    }
}
