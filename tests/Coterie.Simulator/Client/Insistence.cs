using System.Net;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Client;

/// <summary>A client that does not give up: repeats a statement, at one node after another, until it succeeds, is refused, or the limit has passed.</summary>
public static class Insistence
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>From outside the simulation.</summary>
    public static CqlAnswer Insist(this Simulation simulation, SimulatedProcess client, IReadOnlyList<IPEndPoint> nodes, CqlRequest request, TimeSpan limit) =>
        simulation.Run(client, () => InsistAsync(simulation, client, nodes, request, limit), limit * 2);

    /// <summary>Of code that the client runs.</summary>
    public static async Task<CqlAnswer> InsistAsync(
        Simulation simulation, SimulatedProcess client, IReadOnlyList<IPEndPoint> nodes, CqlRequest request, TimeSpan limit)
    {
        var end = simulation.NowTicks + limit.Ticks;
        for (var attempt = 0; ; attempt++)
        {
            var connection = new CqlClient(client, nodes[attempt % nodes.Count]);
            var answer = await connection.QueryAsync(request, RequestTimeout);
            connection.Close();
            if (answer.Outcome is CqlOutcome.Ok or CqlOutcome.Refused || simulation.NowTicks >= end)
            {
                return answer;
            }

            await Task.Delay(Pause, client.Time);
        }
    }
}
