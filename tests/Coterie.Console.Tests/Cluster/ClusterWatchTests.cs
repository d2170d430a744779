using System.Net;
using Coterie.WebConsole.Cluster;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.WebConsole.Tests.Cluster;

/// <summary>The loop that asks the nodes, with a clock that a test turns.</summary>
public sealed class ClusterWatchTests : IAsyncLifetime
{
    private readonly ArmedTime _time = new();
    private FakeAdmin _node = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _node = await FakeAdmin.StartAsync(Cancel);

    public async ValueTask DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Nobody_is_asked_while_nobody_looks_and_all_who_look_share_one_question()
    {
        await using var watch = Watch();
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _node.Asked("/api/status"));

        var first = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => watch.NextAsync(0, Cancel)));
        Assert.All(first, moment => Assert.Same(first[0], moment));
        Assert.Equal(1, _node.Asked("/api/status"));

        // Whoever comes within the second is given the same.
        Assert.Same(first[0], await watch.NextAsync(0, Cancel));
        Assert.Equal(1, _node.Asked("/api/status"));
    }

    [Fact]
    public async Task The_next_look_has_rates_and_the_ring_is_asked_for_once()
    {
        await using var watch = Watch();
        var first = await watch.NextAsync(0, Cancel);
        Assert.Null(ClusterView.Of(first).Nodes[0].RequestsPerSecond);
        _node.Metrics = FakeAdmin.Counted(11);

        var second = await TurnedAsync(watch.NextAsync(first.Number, Cancel));

        Assert.Equal(10 / second.Answers[0].SecondsSinceBefore!.Value, ClusterView.Of(second).Nodes[0].RequestsPerSecond!.Value, 9);
        Assert.Null(second.Answers[0].Before!.Before);
        Assert.Equal(1, _node.Asked("/api/ring"));
    }

    [Fact]
    public async Task A_node_that_was_started_again_has_no_rates_at_first()
    {
        await using var watch = Watch();
        var first = await watch.NextAsync(0, Cancel);
        _node.Status = _node.Status with { ProcessId = 9, UptimeSeconds = 1 };
        Assert.Null((await TurnedAsync(watch.NextAsync(first.Number, Cancel))).Answers[0].Before);
    }

    [Fact]
    public async Task Beside_one_node_its_peers_are_found_and_one_that_cannot_be_reached_is_told()
    {
        await using var peer = await FakeAdmin.StartAsync(Cancel);
        peer.Status = Moments.Status(2, 3);
        _node.Status = Moments.Status(1, 3) with
        {
            Nodes = [Moments.Peer(1, true), Moments.Peer(2, true) with { AdminAddress = $"{peer.Address}" }, Moments.Peer(3, true) with { AdminAddress = "127.0.0.1:1" }, Moments.Peer(4, true) with { AdminAddress = $"{peer.Address}" }],
        };
        await using var watch = Watch();

        var moment = await watch.NextAsync(0, Cancel);

        Assert.Equal(["this node", "127.0.0.2:9042", "127.0.0.3:9042", "127.0.0.4:9042"], moment.Answers.Select(static answer => answer.Name));
        Assert.Equal([true, true, false, false], moment.Answers.Select(static answer => answer.Problem is null));
        Assert.StartsWith("another node answers at", moment.Answers[3].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_can_be_given_up_and_the_end_ends_all()
    {
        var watch = Watch();
        var first = await watch.NextAsync(0, Cancel);
        using var leaving = new CancellationTokenSource();
        var left = watch.NextAsync(first.Number, leaving.Token);
        var stayed = watch.NextAsync(first.Number, Cancel);
        leaving.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await watch.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stayed);
    }

    private ClusterWatch Watch() => new(new ConsoleCluster([new ConsoleNode("this node", new IPEndPoint(IPAddress.Loopback, 1), _node.Address)]), _time);

    /// <summary>Turns the clock once, when the loop has begun to wait for it.</summary>
    private async Task<ClusterMoment> TurnedAsync(Task<ClusterMoment> next)
    {
        await _time.Armed.Task.WaitAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(2));
        return await next;
    }

    /// <summary>A clock that tells when somebody first waits for it.</summary>
    private sealed class ArmedTime : FakeTimeProvider
    {
        public TaskCompletionSource Armed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Armed.TrySetResult();
            return timer;
        }
    }
}
