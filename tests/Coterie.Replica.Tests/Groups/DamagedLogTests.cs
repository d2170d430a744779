using System.Collections.Frozen;
using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Raft;
using Coterie.Replica.Groups;
using Coterie.Storage;
using Coterie.Storage.Rocks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Replica.Tests.Groups;

/// <summary>
/// The log of a group in a real store whose process was killed, and whose newest file was then damaged or ends too early. Damage is refused with the file's name,
/// or nothing is missing. An end that is torn is what a write leaves that nobody has acknowledged: it is gone whole, its vote with its entries.
/// </summary>
public sealed class DamagedLogTests : IDisposable
{
    private const int Entries = 60;
    private const int Places = 20;
    private static readonly GroupId Group = new(7);
    private readonly string _root = Directory.CreateTempSubdirectory("coterie-groups-").FullName;
    private int _copies;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_flipped_bit_is_refused_by_name_or_has_lost_nothing()
    {
        var (image, log, intact) = await KilledAsync();
        var refused = 0;
        for (var i = 0; i < Places; i++)
        {
            // From the first byte to the last, with the very end, where a length that lies looks like a torn write.
            var at = (int)((long)i * (intact.Length - 1) / (Places - 1));
            byte[] damaged = [.. intact];
            damaged[at] ^= 0x10;
            try
            {
                var loaded = await LoadAsync(image, log, damaged);
                Assert.Equal((Entries, new HardState(Entries, 1)), (loaded.Log.LastIndex, loaded.State));
            }
            catch (StorageCorruptException refusal)
            {
                refused++;
                Assert.Contains(log, refusal.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(refused, Places - 3, Places);
    }

    [Fact]
    public async Task A_torn_tail_has_lost_whole_writes_and_only_those_that_it_does_not_hold()
    {
        var (image, log, intact) = await KilledAsync();
        var last = 0L;
        for (var i = 0; i < Places; i++)
        {
            var length = (int)((long)i * intact.Length / (Places - 1));
            var loaded = await LoadAsync(image, log, intact[..length]);

            // The state of a term was written with its entry, and each of them takes about as much.
            Assert.Equal(loaded.Log.LastIndex, loaded.State.Term);
            Assert.InRange(loaded.Log.LastIndex, Math.Max(last, ((long)length * Entries / intact.Length) - 2), Entries);
            last = loaded.Log.LastIndex;
        }

        Assert.Equal(Entries, last);
    }

    /// <summary>The files of a store that was killed after all that was synced, the name of its log, and the log's bytes.</summary>
    private async Task<(string Image, string Log, byte[] Bytes)> KilledAsync()
    {
        var image = Path.Combine(_root, "image");
        await WriteAsync(Path.Combine(_root, "store"), image);
        var log = Directory.GetFiles(image, "*.log").Single(static file => new FileInfo(file).Length > 0);
        return (image, Path.GetFileName(log), await File.ReadAllBytesAsync(log, TestContext.Current.CancellationToken));
    }

    /// <summary>What a process finds that starts on the image with another log.</summary>
    private async Task<StoredGroup> LoadAsync(string image, string log, byte[] bytes)
    {
        var copy = Path.Combine(_root, $"copy{++_copies}");
        Copy(image, copy);
        await File.WriteAllBytesAsync(Path.Combine(copy, log), bytes, TestContext.Current.CancellationToken);
        await using var engine = Open(copy);
        return new GroupStore(Group).Load(engine, 3, 0);
    }

    /// <summary>So many terms of one entry each, every one synced, and the files as they are then.</summary>
    private static async Task WriteAsync(string store, string image)
    {
        await using var engine = Open(store);
        var group = new GroupStore(Group);
        var mutation = ReplicaFixture.Mutation("key", (TestData.RowKey(1), TestData.Value(1, new string('v', 100))));
        for (var index = 1; index <= Entries; index++)
        {
            var batch = new StorageBatch();
            var entry = new RaftEntry(new LogPosition(index, index), RaftEntryKind.Command, GroupCommand.Encode(mutation, index, FrozenSet<ColumnId>.Empty));
            group.Append(batch, new RaftWrite(new HardState(index, 1), [entry]));
            await engine.CommitAsync(batch);
        }

        // A commit is continued on the commit thread, which must be free to seal what it has written: the file grows once more.
        await Task.Yield();
        var written = Bytes(store);
        Assert.True(SpinWait.SpinUntil(() => Bytes(store) > written, TimeSpan.FromSeconds(30)), "the last commit was not sealed within 30 s");
        Copy(store, image);
    }

    private static long Bytes(string store) => Directory.GetFiles(store, "*.log").Sum(static file => new FileInfo(file).Length);

    private static RocksEngine Open(string path) => RocksEngine.Open(
        new RocksOptions { Path = path, BlockCacheBytes = 8 << 20, WriteBufferBytes = 4 << 20, SealAfter = TimeSpan.FromMilliseconds(500) }, RowMerge.Merge, NullLogger<RocksEngine>.Instance);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from).Where(static file => Path.GetFileName(file) != "LOCK"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
