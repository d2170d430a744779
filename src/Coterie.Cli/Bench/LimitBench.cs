using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coterie.Host.Limit;
using Coterie.Host.LoadGenerator;
using Coterie.Host.Start;

namespace Coterie.Cli.Bench;

/// <summary>
/// What the processes, connections, frames and flushes allow by themselves: the same load on three nodes that neither parse, merge nor store, and
/// then as many processes of a raw echo, with as many frames in a system call as those nodes had, since it is the call that costs. It needs no
/// cluster: it starts its own processes.
/// </summary>
internal static class LimitBench
{
    private const int Nodes = 3;

    public static async Task<int> RunAsync(BenchSettings settings, BenchOutput output, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = FreeAddresses(3 * Nodes);
            output.Progress("three nodes without CQL, merge and storage");
            var (report, counts) = await MeasureNodesAsync(settings, addresses[..Nodes], addresses[Nodes..(2 * Nodes)], cancellationToken);
            var framesPerFlush = (double)counts.Frames / Math.Max(1, counts.Flushes);
            output.Progress(string.Create(CultureInfo.InvariantCulture, $"a raw echo of {framesPerFlush:N1} frames at a time"));
            var echo = await MeasureEchoAsync(settings with { InFlight = Math.Max(1, (int)Math.Round(framesPerFlush)) }, addresses[(2 * Nodes)..], cancellationToken);

            // Every answer had a request, which the load generator sent.
            var framesPerOperation = (double)(counts.Frames + counts.Answers) / Math.Max(1, counts.Answers);
            output.Show(BenchOutput.Describe(settings, report) with
            {
                FramesPerSecond = Math.Round(report.ThroughputPerSecond * framesPerOperation),
                FramesPerFlush = Math.Round(framesPerFlush, 1),
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

    private static async Task<LoadReport> MeasureEchoAsync(BenchSettings settings, IPEndPoint[] addresses, CancellationToken cancellationToken)
    {
        var processes = new List<LimitProcess>();
        try
        {
            foreach (var address in addresses)
            {
                processes.Add(await LimitProcess.StartAsync(LimitCommands.Echo, address.ToString()));
            }

            return new LoadLoop(settings.LoadOn(addresses, LimitHost.WriteId, LimitHost.ReadId)).Run(cancellationToken);
        }
        finally
        {
            await StopAsync(processes);
        }
    }

    private static async Task<(LoadReport Report, LimitCounts Counts)> MeasureNodesAsync(
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

            var report = new LoadLoop(settings.LoadOn(clients, LimitHost.WriteId, LimitHost.ReadId)).Run(cancellationToken);
            var counts = default(LimitCounts);
            foreach (var node in nodes)
            {
                counts += await node.CountAsync();
            }

            return (report, counts);
        }
        finally
        {
            await StopAsync(nodes);
        }
    }

    private static async Task StopAsync(List<LimitProcess> processes)
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }

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
