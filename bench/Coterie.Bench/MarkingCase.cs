using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Rows;
using Coterie.Model.Time;
using Coterie.Storage;
using Coterie.Storage.Rocks;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Bench;

/// <summary>
/// What marking leaves costs a write: the same rows through the writer loop into RocksDB, with marks and without, in pairs that alternate which goes
/// first. The table has been filled and cut into leaves before, as in a node that has run for a while.
/// </summary>
internal static class MarkingCase
{
    private const int RowsBefore = 200_000;
    private const int RowsPerTurn = 2_000;
    private const int Turns = 300;
    private const int WarmUpTurns = 20;
    private const int InFlight = 256;

    public static async Task RunAsync(int pairs)
    {
        var ratios = new List<double>();
        for (var pair = 0; pair < pairs; pair++)
        {
            ratios.Add(await CompareAsync(pair));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"with marks x {ratios[^1]:F3} of without"));
        }

        ratios.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median x {ratios[ratios.Count / 2]:F3}"));
    }

    /// <summary>Two writer loops take turns at one store: what the disk and compaction do falls on both alike.</summary>
    private static async Task<double> CompareAsync(int seed)
    {
        using var directory = new Processes.Fixtures.TemporaryDirectory();
        await using var engine = RocksEngine.Open(
            new RocksOptions { Path = Path.Combine(directory.Path, "store") }, RowMerge.Merge, NullLogger<RocksEngine>.Instance);
        var leaves = new TreeLeaves(engine, TimeProvider.System, new TreeLeavesOptions(), NullLogger<TreeLeaves>.Instance);
        var marking = new StorageWriter(engine, new StorageWriterOptions(), NullLogger<StorageWriter>.Instance, leaves);
        var plain = new StorageWriter(engine, new StorageWriterOptions(), NullLogger<StorageWriter>.Instance);
        marking.Start();
        plain.Start();
        await WriteRowsAsync(marking, RowsBefore, seed);
        await CutAsync(marking, leaves, engine);
        var ratios = new List<double>();
        for (var turn = 0; turn < Turns; turn++)
        {
            // Which goes first alternates; the first turns only warm up. The middle ratio stands: what else the machine does falls into some turns only.
            var times = new double[2];
            for (var half = 0; half < 2; half++)
            {
                var isMarking = (turn + half) % 2 == 0;
                var watch = Stopwatch.StartNew();
                await WriteRowsAsync(isMarking ? marking : plain, RowsPerTurn, (seed * 1_000) + (turn * 2) + half);
                times[isMarking ? 0 : 1] = watch.Elapsed.TotalSeconds;
            }

            if (turn >= WarmUpTurns)
            {
                ratios.Add(times[0] / times[1]);
            }
        }

        await marking.StopAsync();
        await plain.StopAsync();
        ratios.Sort();
        return ratios[ratios.Count / 2];
    }

    private static async Task CutAsync(StorageWriter writer, TreeLeaves leaves, RocksEngine engine)
    {
        // As a node does, with all the time in the world.
        var view = new OneTable();
        var tables = new Replica.LiveTables(view);
        var maps = new Cluster.Ring.ReplicaMaps(view, "dc1");
        var horizons = new Replica.Deletes.Horizons(default, engine, writer, view, maps, TimeProvider.System, new Replica.Deletes.HorizonsOptions());
        await using var keeper = new Replica.Trees.TreeKeeper(
            engine, writer, leaves, tables, horizons, TimeProvider.System,
            new Replica.Trees.TreeOptions { RowsPerSecond = 100_000_000, Interval = TimeSpan.FromMilliseconds(20) },
            new Replica.Trees.TreeCounters(), NullLogger<Replica.Trees.TreeKeeper>.Instance);
        keeper.Start();
        while (leaves.Survey.Describe(1) is not { Dirty: 0, Leaves: > 1 })
        {
            await Task.Delay(50);
        }
    }

    private static async Task WriteRowsAsync(StorageWriter writer, int rows, int seed)
    {
        var random = new Random(seed);
        using var free = new SemaphoreSlim(InFlight);
        for (var i = 0; i < rows; i++)
        {
            await free.WaitAsync();
            if (!writer.TryEnqueue(new OneRow(random, free)))
            {
                throw new InvalidOperationException("The writer refused a row.");
            }
        }

        for (var i = 0; i < InFlight; i++)
        {
            await free.WaitAsync();
        }
    }

    private sealed class OneTable : Cluster.Metadata.IMetadataView
    {
        public event Action<Model.Metadata.ClusterMetadata, Model.Metadata.ClusterMetadata>? Changed
        {
            add { }
            remove { }
        }

        public Model.Metadata.ClusterMetadata Current { get; } = Model.Metadata.ClusterMetadata.Empty with
        {
            Keyspaces = Model.Metadata.ClusterMetadata.Empty.Keyspaces.Add("k", new Model.Schema.KeyspaceSchema("k", new Model.Schema.SimpleStrategy(1)) with
            {
                Tables = System.Collections.Immutable.ImmutableSortedDictionary.Create<string, Model.Schema.TableSchema>(StringComparer.Ordinal)
                    .Add("t", new Model.Schema.TableSchema("k", "t", Guid.Empty, new StorageId(1), [], Model.Schema.TableOptions.Default)),
            }),
        };
    }

    private sealed class OneRow : IPendingWrite
    {
        private readonly ArrayBufferWriter<byte> _key = new(64);
        private readonly ArrayBufferWriter<byte> _row = new(160);
        private readonly SemaphoreSlim _free;

        public OneRow(Random random, SemaphoreSlim free)
        {
            _free = free;
            Span<byte> partition = stackalloc byte[16];
            random.NextBytes(partition);
            DataKey.WritePartition(new StorageId(1), Partitioner.TokenOf(partition), partition, _key);
            EntryKey.BeginRow(_key);
            Span<byte> value = stackalloc byte[100];
            random.NextBytes(value);
            var writer = new RowWriter(_row);
            writer.SimpleColumn(new ColumnId(1), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(BinaryPrimitives.ReadInt32LittleEndian(value)), Value = value });
            writer.Finish();
        }

        public int Bytes => _key.WrittenCount + _row.WrittenCount;

        public void AppendTo(StorageBatch batch)
        {
            batch.NoteFormed(long.MaxValue);
            batch.Merge(StorageArea.Data, _key.WrittenSpan, _row.WrittenSpan);
        }

        public void Completed(WriteResult result) => _free.Release();
    }
}
