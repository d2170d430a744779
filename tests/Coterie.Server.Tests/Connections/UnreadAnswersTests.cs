using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Server.Connections;
using Coterie.Server.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using static Coterie.Server.Tests.Fixtures.TestClient;

namespace Coterie.Server.Tests.Connections;

/// <summary>A client that has asked for more, all at once, than may wait for it, and reads late.</summary>
public sealed class UnreadAnswersTests
{
    private const int Requests = 64;
    private const int AnswerBytes = 3 * (Limits.CqlUnreadBytesMax / Requests);

    [Fact]
    public async Task It_is_answered_no_faster_than_it_reads_and_is_not_dropped()
    {
        var counters = new ServerCounters();
        var asked = new LongAnswers();
        var client = new Wire();
        var services = new ConnectionServices(asked, new RequestPool(new RequestBudget()), TimeProvider.System, counters, NullLogger.Instance);
        foreach (var stream in Enumerable.Range(0, Requests))
        {
            client.ToServer.Writer.Write(FrameOf(new FrameHeader(4, FrameFlags.None, (short)stream, Opcode.Query, 0), []));
        }

        await client.ToServer.Writer.FlushAsync(TestContext.Current.CancellationToken);

        // All stands there before it begins, so it is looked at on this very thread, up to where it has to wait.
        var running = new CqlConnection(client, services).RunAsync();
        Assert.False(running.IsCompleted);
        Assert.InRange(asked.Count, 1, 2);

        long read = 0;
        while (read < (long)Requests * (FrameHeader.Size + AnswerBytes))
        {
            var result = await client.FromServer.Reader.ReadAsync(TestContext.Current.CancellationToken);
            read += result.Buffer.Length;
            client.FromServer.Reader.AdvanceTo(result.Buffer.End);
        }

        Assert.Equal((Requests, 0), (asked.Count, counters.ConnectionsDropped));
        await client.ToServer.Writer.CompleteAsync();
        await running;
    }

    private sealed class LongAnswers : IRequestDispatcher
    {
        private readonly byte[] _answer = new byte[AnswerBytes];

        public int Count { get; private set; }

        public ValueTask AnswerAsync(ClientRequest request)
        {
            Count++;
            request.Response.BeginFrame(FrameFlags.None);
            request.Response.Write(_answer);
            request.Response.EndFrame(Opcode.Ready, request.Header.Stream);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Wire : INetworkConnection
    {
        public Pipe ToServer { get; } = new(new PipeOptions(pauseWriterThreshold: 0));

        public Pipe FromServer { get; } = new();

        public IPEndPoint LocalEndPoint { get; } = new(IPAddress.Loopback, 9042);

        public IPEndPoint RemoteEndPoint { get; } = new(IPAddress.Loopback, 50_000);

        public PipeReader Input => ToServer.Reader;

        public PipeWriter Output => FromServer.Writer;

        public void Abort() => ToServer.Writer.Complete(new IOException("The connection was broken."));

        public async ValueTask DisposeAsync()
        {
            await Output.CompleteAsync();
            await Input.CompleteAsync();
        }
    }
}
