using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Coterie.Host.Network;
using Coterie.Server.Limit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Host.Limit;

/// <summary>
/// The processes of the limit: a <see cref="LimitNode"/> or an <see cref="EchoServer"/> each. They say <c>ready</c>, a node answers every line
/// with what it has sent, and they end when their standard input does.
/// </summary>
public static class LimitHost
{
    public const string Ready = "ready";

    /// <summary>For <see cref="LoadGenerator.LoadOptions.WriteId"/> of the load on these processes.</summary>
    public static ReadOnlyMemory<byte> WriteId => LimitStatements.Write;

    public static ReadOnlyMemory<byte> ReadId => LimitStatements.Read;

    public static async Task<int> RunNodeAsync(int index, ImmutableArray<IPEndPoint> peers, IPEndPoint cql, int valueBytes)
    {
        using var network = new SocketNetwork(NullLoggerFactory.Instance, TimeProvider.System);
        await using var node = new LimitNode(new LimitNodeParts(
            index, peers, cql, valueBytes, network, TimeProvider.System, new Random(), NullLoggerFactory.Instance));
        await node.StartAsync(CancellationToken.None);
        return await AnswerAsync(() => string.Create(CultureInfo.InvariantCulture, $"{node.FramesSent} {node.Counters.Responses} {node.Flushes}"));
    }

    public static async Task<int> RunEchoAsync(IPEndPoint address)
    {
        using var server = new EchoServer(address);
        new Thread(server.Run) { IsBackground = true, Name = "echo" }.Start();
        return await AnswerAsync(static () => "");
    }

    private static async Task<int> AnswerAsync(Func<string> answer)
    {
        await Console.Out.WriteLineAsync(Ready);
        while (await Console.In.ReadLineAsync() is not null)
        {
            await Console.Out.WriteLineAsync(answer());
        }

        return 0;
    }
}
