using Coterie.Host.Admin;
using Coterie.WebConsole.Cluster;
using Coterie.WebConsole.Metrics;

namespace Coterie.WebConsole.Tests.Cluster;

/// <summary>What nodes might have answered.</summary>
internal static class Moments
{
    /// <summary>Three nodes that are well; then what a test changes.</summary>
    public static ClusterMoment Of(params NodeAnswer[] answers) => new(1, answers, Ring(answers.Length), 0);

    public static ClusterMoment Calm(int nodes = 3) => Of([.. Enumerable.Range(1, nodes).Select(i => Answer(i, nodes))]);

    public static string Id(int number) => $"00000000-0000-0000-0000-00000000000{number}";

    public static NodeAnswer Answer(int number, int nodes = 3, params int[] down) =>
        new($"node{number}", Admin(number), TimeSpan.FromSeconds(10), Status(number, nodes, down), MetricSet.Nothing, null);

    public static NodeAnswer Silent(int number) => new($"node{number}", Admin(number), TimeSpan.FromSeconds(10), null, null, $"no node answers at the admin address {Admin(number)}: Connection refused");

    public static StatusReport Status(int number, int nodes = 3, params int[] down) => new(
        "test", "c", 7, Id(number), 100 + number, true, 3_725, 5 << 20, [.. Enumerable.Range(1, nodes).Select(i => Peer(i, !down.Contains(i)))]);

    public static PeerReport Peer(int number, bool up, HintsReport? hints = null) =>
        new(Id(number), "dc1", $"rack{number}", $"127.0.0.{number}:7000", $"127.0.0.{number}:9042", Admin(number), up, hints);

    public static RingReport Ring(int nodes) => new("test", 7, [.. Enumerable.Range(1, nodes).Select(i => Owner(i, "dc1", [.. Enumerable.Range(0, 4).Select(k => Token(((k * nodes) + i) / (4.0 * nodes)))]))]);

    public static RingNode Owner(int number, string datacenter, params string[] tokens) => new(Id(number), datacenter, "rack1", $"127.0.0.{number}:9042", true, 0, tokens);

    /// <summary>So far around the ring.</summary>
    public static string Token(double turn) =>
        unchecked((long)(ulong)Math.Min(turn * 18446744073709551616.0, 18446744073709549568.0) + long.MinValue).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Admin(int number) => $"127.0.0.{number}:9180";
}

/// <summary>Answers with what a test wants. As with the real one, a look that nobody waited for is not lost on who asks next.</summary>
internal sealed class FakeWatch : IClusterWatch
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<ClusterMoment> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClusterMoment? _last;

    public Task<ClusterMoment> NextAsync(long seen, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _last is { } last && last.Number > seen ? Task.FromResult(last) : _next.Task.WaitAsync(cancellationToken);
        }
    }

    public void Publish(ClusterMoment moment)
    {
        TaskCompletionSource<ClusterMoment> next;
        lock (_gate)
        {
            _last = moment with { Number = (_last?.Number ?? 0) + 1 };
            next = _next;
            _next = new TaskCompletionSource<ClusterMoment>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        next.SetResult(_last);
    }
}
