using System.Net;
using Coterie.Model;
using Coterie.Server.Connections;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;
using Coterie.Server.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using static Coterie.Server.Tests.Fixtures.TestClient;

namespace Coterie.Server.Tests.Connections;

/// <summary>Connections over a dispatcher that answers when the test says so.</summary>
public sealed class InFlightTests
{
    private static readonly IPEndPoint Address = new(IPAddress.Loopback, 9042);

    [Fact]
    public async Task Requests_are_answered_in_the_order_in_which_they_are_ready_not_in_which_they_came()
    {
        await using var server = await Server.StartAsync();
        await using var client = await server.ConnectAsync();
        for (short i = 0; i < 3; i++)
        {
            await client.SendAsync(Opcode.Query, i, []);
        }

        await server.Dispatcher.HasAsync(3);
        server.Dispatcher.Release(2);
        Assert.Equal(2, (await client.ReceiveAsync()).Header.Stream);
        server.Dispatcher.Release(0);
        Assert.Equal(0, (await client.ReceiveAsync()).Header.Stream);
        server.Dispatcher.Release(1);
        Assert.Equal(1, (await client.ReceiveAsync()).Header.Stream);
    }

    [Fact]
    public async Task A_stream_is_free_again_when_it_is_answered_and_not_before()
    {
        await using var server = await Server.StartAsync();
        await using var client = await server.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(Opcode.Query, 500, []);
            await server.Dispatcher.HasAsync(1);
            server.Dispatcher.Release(500);
            Assert.Equal(Opcode.Ready, (await client.ReceiveAsync()).Opcode);
        }

        await client.SendAsync(Opcode.Query, 500, []);
        await server.Dispatcher.HasAsync(1);
        await client.SendAsync(Opcode.Query, 500, []);
        var (code, message) = (await client.ReceiveAsync()).Error();
        Assert.Equal(ErrorCode.Protocol, code);
        Assert.Contains("500", message, StringComparison.Ordinal);
        server.Dispatcher.Release(500);
        await client.ExpectCloseAsync();
    }

    [Fact]
    public async Task One_request_more_than_allowed_in_flight_is_answered_with_Overloaded_and_its_stream_is_free()
    {
        await using var server = await Server.StartAsync();
        await using var client = await server.ConnectAsync();
        const short Last = Limits.CqlRequestsPerConnectionMax;

        // Answers so short that none of the others has to wait for them.
        for (short i = 0; i < 50; i++)
        {
            await client.SendAsync(Opcode.Query, i, []);
            await server.Dispatcher.HasAsync(1);
            server.Dispatcher.ReleaseAll();
            await client.ReceiveAsync();
        }

        for (short i = 0; i < Last; i++)
        {
            await client.SendAsync(Opcode.Query, i, []);
        }

        await server.Dispatcher.HasAsync(Last);
        await client.SendAsync(Opcode.Query, Last, []);
        var refused = await client.ReceiveAsync();
        Assert.Equal((Last, ErrorCode.Overloaded), (refused.Header.Stream, refused.Error().Code));
        Assert.Equal(1, server.Counters.Overloaded);

        server.Dispatcher.Release(7);
        Assert.Equal(7, (await client.ReceiveAsync()).Header.Stream);
        await client.SendAsync(Opcode.Query, Last, []);
        await server.Dispatcher.HasAsync(Last);
        server.Dispatcher.ReleaseAll();
        for (var i = 0; i < Last; i++)
        {
            Assert.Equal(Opcode.Ready, (await client.ReceiveAsync()).Opcode);
        }
    }

    [Fact]
    public async Task Before_it_is_known_how_long_answers_are_some_begin_and_the_others_wait_for_these()
    {
        await using var server = await Server.StartAsync();
        await using var client = await server.ConnectAsync();
        for (short i = 0; i < 300; i++)
        {
            await client.SendAsync(Opcode.Query, i, []);
        }

        await server.Dispatcher.HasAsync(256);
        Assert.Equal(256, server.Dispatcher.Seen);
        server.Dispatcher.ReleaseAll();
        await server.Dispatcher.HasAsync(44);
        server.Dispatcher.ReleaseAll();
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(Opcode.Ready, (await client.ReceiveAsync()).Opcode);
        }
    }

    [Fact]
    public async Task Bytes_of_requests_are_bounded_over_all_connections_and_given_back()
    {
        await using var server = await Server.StartAsync(bytesMax: 100_000);
        await using var first = await server.ConnectAsync();
        await using var second = await server.ConnectAsync();
        await first.SendAsync(Opcode.Query, 1, new byte[60_000]);
        await server.Dispatcher.HasAsync(1);

        await second.SendAsync(Opcode.Query, 2, new byte[60_000]);
        Assert.Equal(ErrorCode.Overloaded, (await second.ReceiveAsync()).Error().Code);

        server.Dispatcher.ReleaseAll();
        await first.ReceiveAsync();
        await second.SendAsync(Opcode.Query, 3, new byte[60_000]);
        await server.Dispatcher.HasAsync(1);
        server.Dispatcher.ReleaseAll();
        Assert.Equal(3, (await second.ReceiveAsync()).Header.Stream);
        Assert.Equal(0, server.Budget.Bytes);
    }

    [Fact]
    public async Task A_frame_that_arrives_in_part_is_counted_and_skipped_when_there_is_no_room()
    {
        await using var server = await Server.StartAsync(bytesMax: 100_000);
        await using var client = await server.ConnectAsync();
        var frame = FrameOf(new FrameHeader(4, FrameFlags.None, 1, Opcode.Query, 500_000), new byte[500_000]);
        var sending = client.SendRawAsync(frame);
        Assert.Equal(ErrorCode.Overloaded, (await client.ReceiveAsync()).Error().Code);
        await sending;

        await client.SendAsync(Opcode.Query, 2, []);
        await server.Dispatcher.HasAsync(1);
        server.Dispatcher.ReleaseAll();
        Assert.Equal(2, (await client.ReceiveAsync()).Header.Stream);
        Assert.Equal(0, server.Budget.Bytes);
    }

    [Fact]
    public async Task A_large_frame_that_does_not_go_on_arriving_ends_its_connection_and_gives_back_its_bytes()
    {
        await using var server = await Server.StartAsync(options: new ListenerOptions
        {
            FrameDeadline = TimeSpan.FromMilliseconds(100), SweepPeriod = TimeSpan.FromMilliseconds(20), HandshakeDeadline = TimeSpan.FromHours(1),
        });
        await using var client = await server.ConnectAsync();
        await client.SendRawAsync(FrameOf(new FrameHeader(4, FrameFlags.None, 1, Opcode.Query, 500_000), new byte[200_000]));
        await client.ExpectCloseAsync();
        await server.ClosedAsync();
        Assert.Equal((1, 0), (server.Counters.ConnectionsDropped, server.Budget.Bytes));
    }

    [Fact]
    public async Task A_stop_answers_what_is_in_flight_and_takes_nothing_more()
    {
        await using var server = await Server.StartAsync();
        await using var client = await server.ConnectAsync();
        await client.SendAsync(Opcode.Query, 1, []);
        await server.Dispatcher.HasAsync(1);

        var stopping = server.DisposeAsync();
        await client.SendAsync(Opcode.Query, 2, []);
        server.Dispatcher.Release(1);

        Assert.Equal(1, (await client.ReceiveAsync()).Header.Stream);
        await client.ExpectCloseAsync();
        await stopping;
        Assert.Equal(1, server.Dispatcher.Seen);
    }

    private sealed class Server : IAsyncDisposable
    {
        private readonly MemoryNetwork _network = new();
        private readonly CqlListener _listener;

        private Server(long bytesMax, ListenerOptions options)
        {
            Budget = new RequestBudget(bytesMax);
            _listener = new CqlListener(
                new ConnectionServices(Dispatcher, new RequestPool(Budget), TimeProvider.System, Counters, NullLogger.Instance), options);
        }

        public StalledDispatcher Dispatcher { get; } = new();

        public ServerCounters Counters { get; } = new();

        public RequestBudget Budget { get; }

        public static async Task<Server> StartAsync(long bytesMax = long.MaxValue, ListenerOptions? options = null)
        {
            var server = new Server(bytesMax, options ?? new ListenerOptions { HandshakeDeadline = TimeSpan.FromHours(1) });
            await server._listener.StartAsync(server._network, Address, CancellationToken.None);
            return server;
        }

        public async Task<TestClient> ConnectAsync() => new(await _network.ConnectAsync(Address, Address, CancellationToken.None));

        public async Task ClosedAsync()
        {
            while (Counters.ConnectionsOpen > 0)
            {
                await Task.Yield();
            }
        }

        public ValueTask DisposeAsync() => _listener.DisposeAsync();
    }

    private sealed class StalledDispatcher : IRequestDispatcher
    {
        private readonly Lock _gate = new();
        private readonly SortedDictionary<short, TaskCompletionSource> _waiting = [];

        public int Seen { get; private set; }

        public async ValueTask AnswerAsync(ClientRequest request)
        {
            var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                Seen++;
                _waiting.Add(request.Header.Stream, release);
            }

            await release.Task;
            request.Response.BeginFrame(FrameFlags.None);
            request.Response.EndFrame(Opcode.Ready, request.Header.Stream);
        }

        public async Task HasAsync(int count)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (true)
            {
                lock (_gate)
                {
                    if (_waiting.Count == count)
                    {
                        return;
                    }
                }

                patience.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        public void Release(short stream)
        {
            TaskCompletionSource release;
            lock (_gate)
            {
                _waiting.Remove(stream, out release!);
            }

            release.SetResult();
        }

        public void ReleaseAll()
        {
            List<TaskCompletionSource> all;
            lock (_gate)
            {
                all = [.. _waiting.Values];
                _waiting.Clear();
            }

            foreach (var release in all)
            {
                release.SetResult();
            }
        }
    }
}
