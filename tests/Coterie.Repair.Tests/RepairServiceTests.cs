using System.Net;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Repair.Tests;

public sealed class RepairServiceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_breaks_one_comparison_is_its_failure_and_stops_neither_the_others_nor_the_node()
    {
        Exception? broken = null;
        await using var service = Create(new Broken(new BrokenRequestException("a body of 70 MB")), exception => broken = exception);
        var run = await RunAsync(service);

        Assert.Equal(run.PartsTotal, run.Parts().Count);
        Assert.InRange(run.PartsTotal, 2, 1_000);
        Assert.All(run.Parts(), static part => Assert.Equal("Broken request: a body of 70 MB", part.Failure));
        Assert.Null(broken);
    }

    [Fact]
    public async Task An_invariant_that_broke_stops_the_node()
    {
        Exception? broken = null;
        await using var service = Create(new Broken(new BrokenInvariantException("the ring has a hole")), exception => broken = exception);
        await RunAsync(service);
        Assert.IsType<BrokenInvariantException>(broken);
    }

    private static async Task<RepairRun> RunAsync(RepairService service)
    {
        var run = new RepairRun(null, null, dryRun: false);
        Assert.True(service.Begin(run));
        using var deadline = new CancellationTokenSource(Patience);
        while (!run.IsDone)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        return run;
    }

    private static RepairService Create(IMessenger messenger, Action<Exception> broken)
    {
        var view = new RepairTargetTests.View(RepairTargetTests.Cluster(2, 2));
        return new RepairService(new RepairParts
        {
            Self = view.Current.Nodes.Keys.Min(),
            Messenger = messenger,
            Metadata = view,
            Maps = new ReplicaMaps(view, "dc1"),
            Liveness = new NobodyAlive(),
            Time = new FakeTimeProvider(),
            Random = new Random(1),
            Counters = new RepairCounters(),
            Logger = NullLogger.Instance,
            Broken = broken,
            ClockSkewMax = TimeSpan.FromSeconds(1),
        });
    }

    private sealed class Broken(Exception exception) : IMessenger
    {
        public void Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) => throw exception;

        public void SendTo(IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) => throw exception;
    }

    /// <summary>So that what has failed is not tried again.</summary>
    private sealed class NobodyAlive : ILiveness
    {
        public event Action<NodeId, bool>? Changed
        {
            add { }
            remove { }
        }

        public bool IsAlive(NodeId node) => false;
    }
}
