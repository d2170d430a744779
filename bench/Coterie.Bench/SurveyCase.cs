using System.Diagnostics;
using System.Globalization;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Rows;
using Coterie.Storage;
using Coterie.Storage.Rocks;
using Coterie.Storage.Trees;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Bench;

/// <summary>What a summary, a cut and a count of a table with many leaves cost, and for how long one of them keeps the writer loop from marking.</summary>
internal static class SurveyCase
{
    private const uint Table = 1;
    private const int Turns = 5;

    public static async Task RunAsync()
    {
        foreach (var count in new[] { 100_000, 1_000_000 })
        {
            await MeasureAsync(count);
        }
    }

    private static async Task MeasureAsync(int count)
    {
        using var directory = new Processes.Fixtures.TemporaryDirectory();
        await using var engine = RocksEngine.Open(
            new RocksOptions { Path = Path.Combine(directory.Path, "store") }, RowMerge.Merge, NullLogger<RocksEngine>.Instance);
        await FillAsync(engine, count);
        var leaves = new TreeLeaves(engine, TimeProvider.System, new TreeLeavesOptions(), NullLogger<TreeLeaves>.Instance);
        leaves.Load();
        var (lower, upper) = (leaves.Survey.BasisOf(StartOf(0), StartOf(1)).Leaves[0].Leaf.Start, TreeLeaves.EndOfTable(Table));
        Measure(leaves, count, "summary", () => leaves.Survey.TrySummarize(lower, upper, 0, out _, out _, []));
        Measure(leaves, count, "cut", () => leaves.Survey.Cut(lower, upper, 63));
        Measure(leaves, count, "count", () => leaves.Survey.Describe(Table));
    }

    private static void Measure(TreeLeaves leaves, int count, string what, Action survey)
    {
        using var stop = new CancellationTokenSource();
        var waits = new List<double>();
        survey();
        var other = new Thread(() =>
        {
            // Takes the lock of the marks, as the writer loop does.
            while (!stop.IsCancellationRequested)
            {
                var before = Stopwatch.GetTimestamp();
                leaves.AreRecent([], []);
                waits.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
                Thread.SpinWait(200);
            }
        });
        other.Start();
        var watch = Stopwatch.StartNew();
        for (var turn = 0; turn < Turns; turn++)
        {
            survey();
        }

        watch.Stop();
        stop.Cancel();
        other.Join();
        waits.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{count:N0} leaves: {what} {watch.Elapsed.TotalMilliseconds / Turns:F1} ms; of {waits.Count:N0} times that another thread took its lock, one in a thousand waited {waits[waits.Count * 999 / 1_000]:F3} ms or longer, the longest {waits[^1]:F2} ms"));
    }

    private static async Task FillAsync(RocksEngine engine, int count)
    {
        var batch = new StorageBatch();
        for (var i = 0; i < count; i++)
        {
            Leaf.Clean(StartOf(i), (UInt128)i, 256, long.MaxValue).PutRecord(batch);
            if (i % 10_000 == 9_999)
            {
                await engine.CommitAsync(batch);
                batch.Clear();
            }
        }
    }

    /// <summary>Evenly over all tokens; 24 bytes, as a key with a short partition key has.</summary>
    private static byte[] StartOf(int number)
    {
        var start = new System.Buffers.ArrayBufferWriter<byte>();
        DataKey.WriteTokenStart(new StorageId(Table), new Token(long.MinValue + ((long)number * 9_000_000_000_000)), start);
        start.Advance(12);
        return start.WrittenSpan.ToArray();
    }
}
