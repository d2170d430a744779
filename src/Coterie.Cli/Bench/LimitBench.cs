using System.Net;
using System.Net.Sockets;
using Coterie.Host.Limit;
using Coterie.Host.LoadGenerator;
using Coterie.Host.Start;

namespace Coterie.Cli.Bench;

/// <summary>
/// What the processes, connections, frames and flushes allow by themselves: the same load on three nodes that neither parse, merge nor store, and
/// on a raw echo. It needs no cluster: it starts its own processes.
/// </summary>
internal static class LimitBench
{
    private const int Nodes = 3;

    public static async Task<int> RunAsync(BenchSettings settings, BenchOutput output, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = FreeAddresses((2 * Nodes) + 1);
            output.Progress("a raw echo");
            var echo = await MeasureEchoAsync(settings, addresses[^1], cancellationToken);
            output.Progress("three nodes without CQL, merge and storage");
            var (report, framesPerOperation) = await MeasureNodesAsync(settings, addresses[..Nodes], addresses[Nodes..(2 * Nodes)], cancellationToken);
            output.Show(BenchOutput.Describe(settings, report) with
            {
                FramesPerSecond = Math.Round(report.ThroughputPerSecond * framesPerOperation),
                EchoFramesPerSecond = Math.Round(echo.ThroughputPerSecond * 2),
            });
            return ExitCodes.Success;
        }
        catch (Exception e) when (e is IOException or TimeoutException or SocketException)
        {
            await Console.Error.WriteLineAsync($"coterie: {e.Message}");
            return ExitCodes.Failure;
        }
    }

    private static async Task<LoadReport> MeasureEchoAsync(BenchSettings settings, IPEndPoint address, CancellationToken cancellationToken)
    {
        await using var process = await LimitProcess.StartAsync(LimitCommands.Echo, address.ToString());
        return new LoadLoop(Load(settings, [address])).Run(cancellationToken);
    }

    private static async Task<(LoadReport Report, double FramesPerOperation)> MeasureNodesAsync(
        BenchSettings settings, IPEndPoint[] peers, IPEndPoint[] clients, CancellationToken cancellationToken)
    {
        var nodes = new List<LimitProcess>();
        try
        {
            for (var i = 0; i < Nodes; i++)
            {
                nodes.Add(await LimitProcess.StartAsync(
                    [LimitCommands.Node, $"{i}", $"{clients[i]}", $"{settings.ValueBytes}", .. peers.Select(peer => peer.ToString())]));
            }

            var report = new LoadLoop(Load(settings, clients)).Run(cancellationToken);
            long frames = 0, answers = 0;
            foreach (var node in nodes)
            {
                var counts = await node.CountAsync();
                frames += counts.Frames;
                answers += counts.Answers;
            }

            // Every answer had a request, which the load generator sent.
            return (report, (double)(frames + answers) / Math.Max(1, answers));
        }
        finally
        {
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    private static LoadOptions Load(BenchSettings settings, IPEndPoint[] servers) => new()
    {
        Workload = settings.Workload,
        Consistency = settings.Consistency,
        Servers = servers,
        Connections = settings.Connections,
        InFlight = settings.InFlight,
        Rate = settings.Rate,
        Warmup = settings.Warmup,
        Duration = settings.Duration,
        ValueBytes = settings.ValueBytes,
        Rows = settings.Rows,
        WriteId = LimitHost.WriteId,
        ReadId = LimitHost.ReadId,
    };

    /// <summary>Held together while they are chosen, so that they differ; free again when the processes bind them.</summary>
    private static IPEndPoint[] FreeAddresses(int count)
    {
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            }

            return [.. sockets.Select(socket => (IPEndPoint)socket.LocalEndPoint!)];
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }
}
