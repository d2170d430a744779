using System.Buffers;
using System.Text;
using Coterie.Storage;
using Xunit;

namespace Coterie.Contracts;

/// <summary>What every storage engine keeps. Each implementation derives its tests from this class.</summary>
public abstract class EngineContract : IAsyncLifetime
{
    private readonly StorageBatch _batch = new();
    private readonly List<IEngineHome> _past = [];
    private IEngineHome? _home;
    private IStorageEngine? _engine;

    protected IStorageEngine Engine => _engine!;

    protected IEngineHome Home => _home!;

    protected abstract IEngineHome MakeHome();

    public ValueTask InitializeAsync()
    {
        _home = MakeHome();
        _engine = _home.Open(ByteSetJoin.Merge);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        foreach (var home in _past.Append(_home!))
        {
            await home.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_key_that_was_never_written_is_absent_and_appends_nothing()
    {
        var destination = new ArrayBufferWriter<byte>();
        Assert.Equal(GetResult.Absent, Engine.Get(StorageArea.Data, "k"u8, destination, cachedOnly: false));
        Assert.Equal(GetResult.Absent, Engine.Get(StorageArea.Local, "k"u8, destination, cachedOnly: true));
        Assert.Equal(0, destination.WrittenCount);
    }

    [Fact]
    public async Task Get_appends_to_what_the_destination_holds()
    {
        await CommitAsync(batch => batch.Put(StorageArea.Local, "k"u8, "value"u8));
        var destination = new ArrayBufferWriter<byte>();
        destination.Write("before "u8);
        Assert.Equal(GetResult.Found, Engine.Get(StorageArea.Local, "k"u8, destination, cachedOnly: false));
        Assert.Equal("before value", Encoding.UTF8.GetString(destination.WrittenSpan));
    }

    [Fact]
    public async Task An_empty_value_is_found()
    {
        await CommitAsync(batch => batch.Put(StorageArea.Local, "k"u8, []));
        Assert.Equal("", Get(StorageArea.Local, "k"));
    }

    [Fact]
    public async Task Areas_do_not_meet()
    {
        await CommitAsync(batch =>
        {
            batch.Put(StorageArea.Data, "k"u8, "d"u8);
            batch.Put(StorageArea.Local, "k"u8, "l"u8);
        });
        await CommitAsync(batch => batch.DeleteRange(StorageArea.Local, ""u8, "z"u8));
        Assert.Equal("d", Get(StorageArea.Data, "k"));
        Assert.Null(Get(StorageArea.Local, "k"));
        Assert.Equal(["k=d"], Scan(StorageArea.Data, "", "z"));
    }

    [Fact]
    public async Task Operations_of_a_batch_apply_in_their_order()
    {
        await CommitAsync(batch =>
        {
            batch.Put(StorageArea.Data, "a"u8, "1"u8);
            batch.Delete(StorageArea.Data, "a"u8);
            batch.Merge(StorageArea.Data, "a"u8, "3"u8);
            batch.Merge(StorageArea.Data, "a"u8, "2"u8);
            batch.Put(StorageArea.Data, "b"u8, "1"u8);
            batch.DeleteRange(StorageArea.Data, "b"u8, "c"u8);
            batch.Put(StorageArea.Data, "c"u8, "1"u8);
            batch.Put(StorageArea.Data, "c"u8, "2"u8);
            batch.DeleteRange(StorageArea.Data, "d"u8, "e"u8);
            batch.Put(StorageArea.Data, "d"u8, "4"u8);
        });
        Assert.Equal(["a=23", "c=2", "d=4"], Scan(StorageArea.Data, "", "z"));
    }

    [Fact]
    public async Task Merges_join_with_what_is_there_across_batches()
    {
        await CommitAsync(batch => batch.Merge(StorageArea.Data, "k"u8, "bd"u8));
        Assert.Equal("bd", Get(StorageArea.Data, "k"));
        await CommitAsync(batch => batch.Merge(StorageArea.Data, "k"u8, "ab"u8));
        await CommitAsync(batch =>
        {
            batch.Merge(StorageArea.Data, "k"u8, "c"u8);
            batch.Merge(StorageArea.Data, "k"u8, "a"u8);
        });
        Assert.Equal("abcd", Get(StorageArea.Data, "k"));
        Assert.Equal(["k=abcd"], Scan(StorageArea.Data, "", "z"));
        await CommitAsync(batch => batch.Delete(StorageArea.Data, "k"u8));
        Assert.Null(Get(StorageArea.Data, "k"));
        await CommitAsync(batch => batch.Merge(StorageArea.Data, "k"u8, "e"u8));
        Assert.Equal("e", Get(StorageArea.Data, "k"));
    }

    [Fact]
    public async Task A_hot_key_folds_thousands_of_merges()
    {
        var random = new Random(1);
        var expected = new SortedSet<byte>();
        for (var i = 0; i < 100; i++)
        {
            await CommitAsync(batch =>
            {
                for (var j = 0; j < 50; j++)
                {
                    var operand = (byte)random.Next(256);
                    expected.Add(operand);
                    batch.Merge(StorageArea.Data, "hot"u8, [operand]);
                }
            });
        }

        Assert.Equal([.. expected], GetBytes(StorageArea.Data, "hot")!);
    }

    [Fact]
    public async Task Delete_range_takes_its_lower_bound_and_leaves_its_upper()
    {
        await CommitAsync(batch => Put(batch, "a", "b", "ba", "c", "d"));
        await CommitAsync(batch => batch.DeleteRange(StorageArea.Data, "b"u8, "c"u8));
        Assert.Equal(["a=a", "c=c", "d=d"], Scan(StorageArea.Data, "", "z"));
        Assert.Null(Get(StorageArea.Data, "ba"));
        await CommitAsync(batch => batch.DeleteRange(StorageArea.Data, "d"u8, "a"u8));
        Assert.Equal(["a=a", "c=c", "d=d"], Scan(StorageArea.Data, "", "z"));
    }

    [Fact]
    public async Task Scans_keep_their_bounds_in_both_directions()
    {
        await CommitAsync(batch => Put(batch, "a", "b", "ba", "c", "\u00ff"));
        Assert.Equal(["b=b", "ba=ba"], Scan(StorageArea.Data, "b", "c"));
        Assert.Equal(["ba=ba", "b=b"], Scan(StorageArea.Data, "b", "c", reverse: true));
        Assert.Equal(["c=c", "ba=ba", "b=b", "a=a"], Scan(StorageArea.Data, "", "d", reverse: true));
        Assert.Equal(["b=b"], Scan(StorageArea.Data, "aa", "b\0"));
        Assert.Empty(Scan(StorageArea.Data, "d", "e"));
        Assert.Empty(Scan(StorageArea.Data, "c", "c"));
        Assert.Empty(Scan(StorageArea.Data, "d", "a"));
        Assert.Empty(Scan(StorageArea.Data, "d", "a", reverse: true));
        Assert.Empty(Scan(StorageArea.Local, "", "z"));
    }

    [Fact]
    public async Task Keys_are_ordered_as_unsigned_bytes()
    {
        await CommitAsync(batch =>
        {
            batch.Put(StorageArea.Data, [0x80], "3"u8);
            batch.Put(StorageArea.Data, [0x00], "1"u8);
            batch.Put(StorageArea.Data, [0x7F, 0xFF], "2"u8);
            batch.Put(StorageArea.Data, [0xFF, 0xFF], "4"u8);
        });
        using var cursor = Engine.Scan(StorageArea.Data, [], [0xFF, 0xFF, 0x00], reverse: false);
        var order = "";
        while (cursor.MoveNext())
        {
            order += Encoding.UTF8.GetString(cursor.Value);
        }

        Assert.Equal("1234", order);
    }

    [Fact]
    public async Task A_scan_keeps_seeing_the_state_of_its_beginning()
    {
        await CommitAsync(batch => Put(batch, "a", "b", "c"));
        using var cursor = Engine.Scan(StorageArea.Data, "a"u8, "z"u8, reverse: false);
        Assert.True(cursor.MoveNext());
        await CommitAsync(batch =>
        {
            batch.DeleteRange(StorageArea.Data, "a"u8, "z"u8);
            batch.Put(StorageArea.Data, "bb"u8, "x"u8);
        });
        Assert.Equal("a", Encoding.UTF8.GetString(cursor.Key));
        Assert.Equal(["b=b", "c=c"], Rest(cursor));
        Assert.False(cursor.MoveNext());
        Assert.Equal(["bb=x"], Scan(StorageArea.Data, "", "z"));
    }

    [Fact]
    public async Task Readers_see_whole_batches_while_commits_go_on()
    {
        // Each batch gives all ten keys one new value and moves an eleventh about; any mixture of two batches would show.
        const int Keys = 10;
        using var stop = new CancellationTokenSource();
        var ready = new TaskCompletionSource();
        var reader = Task.Factory.StartNew(() => ScanUntil(ready, Keys + 1, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var readersReady = false;
        for (var i = 0; i < 300 || !readersReady; i++)
        {
            var value = BitConverter.GetBytes(i);
            await CommitAsync(batch =>
            {
                for (byte key = 0; key < Keys; key++)
                {
                    batch.Put(StorageArea.Data, [key], value);
                }

                batch.Delete(StorageArea.Data, [(byte)(100 + ((i + 9) % 10))]);
                batch.Put(StorageArea.Data, [(byte)(100 + (i % 10))], value);
            });
            readersReady = ready.Task.IsCompleted || reader.IsCompleted;
        }

        stop.Cancel();
        Assert.Equal(0, await reader);
    }

    [Fact]
    public async Task What_was_committed_is_there_after_opening_again()
    {
        await CommitAsync(batch =>
        {
            Put(batch, "a", "b");
            batch.Merge(StorageArea.Data, "m"u8, "13"u8);
            batch.Put(StorageArea.Local, "l"u8, "local"u8);
        });
        await CommitAsync(batch => batch.Merge(StorageArea.Data, "m"u8, "2"u8));
        await ReopenAsync();
        Assert.Equal(["a=a", "b=b", "m=123"], Scan(StorageArea.Data, "", "z"));
        await CommitAsync(batch => batch.Merge(StorageArea.Data, "m"u8, "4"u8));
        await ReopenAsync();
        Assert.Equal("1234", Get(StorageArea.Data, "m"));
        Assert.Equal("local", Get(StorageArea.Local, "l"));
    }

    [Fact]
    public async Task Recent_writes_are_read_from_the_cache()
    {
        await CommitAsync(batch => batch.Put(StorageArea.Data, "k"u8, "v"u8));
        var destination = new ArrayBufferWriter<byte>();
        Assert.Equal(GetResult.Found, Engine.Get(StorageArea.Data, "k"u8, destination, cachedOnly: true));
        Assert.Equal("v", Encoding.UTF8.GetString(destination.WrittenSpan));
    }

    [Fact]
    public async Task Scheduled_work_runs()
    {
        var work = new SignalWork();
        Assert.True(Engine.TrySchedule(work));
        await work.Done.Task;
    }

    [Fact]
    public async Task Bytes_held_grow_with_what_is_written()
    {
        var before = Engine.ApproximateBytes();
        await CommitAsync(batch => batch.Put(StorageArea.Data, "k"u8, new byte[200_000]));
        Assert.True(Engine.ApproximateBytes() >= before + 200_000);
    }

    [Fact]
    public async Task A_closed_engine_refuses_everything()
    {
        await CommitAsync(batch => batch.Put(StorageArea.Data, "k"u8, "v"u8));
        await Engine.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => Get(StorageArea.Data, "k"));
        Assert.Throws<ObjectDisposedException>(() => Scan(StorageArea.Data, "", "z"));
        Assert.Throws<ObjectDisposedException>(() => Engine.TrySchedule(new SignalWork()));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => CommitAsync(batch => Put(batch, "x")));
    }

    [Fact]
    public async Task Random_batches_leave_what_a_simple_map_would_hold()
    {
        var random = new Random(7);
        var model = new SortedDictionary<byte, SortedSet<byte>>();
        for (var i = 0; i < 300; i++)
        {
            await CommitAsync(batch =>
            {
                for (var j = random.Next(1, 20); j > 0; j--)
                {
                    Step(batch, model, random);
                }
            });
            if (i % 100 == 50)
            {
                await ReopenAsync();
            }
        }

        var held = new List<(byte, string)>();
        using var cursor = Engine.Scan(StorageArea.Data, [], [0xFF, 0xFF], reverse: false);
        while (cursor.MoveNext())
        {
            held.Add((cursor.Key[0], Convert.ToHexString(cursor.Value)));
        }

        Assert.NotEmpty(model);
        Assert.Equal(model.Select(entry => (entry.Key, Convert.ToHexString([.. entry.Value]))), held);
    }

    protected async Task CommitAsync(Action<StorageBatch> fill, bool isSynced = true)
    {
        _batch.Clear();
        fill(_batch);
        _batch.IsSynced = isSynced;
        await Engine.CommitAsync(_batch);
    }

    protected async Task ReopenAsync()
    {
        await Engine.DisposeAsync();
        _engine = _home!.Open(ByteSetJoin.Merge);
    }

    /// <summary>Goes on with what is in this home, whose engine and all homes before are disposed in the end.</summary>
    protected async Task OpenAsync(IEngineHome home)
    {
        await Engine.DisposeAsync();
        if (!ReferenceEquals(home, _home))
        {
            _past.Add(_home!);
        }

        _home = home;
        _engine = home.Open(ByteSetJoin.Merge);
    }

    protected string? Get(StorageArea area, string key)
    {
        var value = GetBytes(area, key);
        return value is null ? null : Encoding.UTF8.GetString(value);
    }

    protected List<string> Scan(StorageArea area, string lower, string upper, bool reverse = false)
    {
        using var cursor = Engine.Scan(area, Encoding.UTF8.GetBytes(lower), Encoding.UTF8.GetBytes(upper), reverse);
        return Rest(cursor);
    }

    private static List<string> Rest(IStorageCursor cursor)
    {
        var entries = new List<string>();
        while (cursor.MoveNext())
        {
            entries.Add($"{Encoding.UTF8.GetString(cursor.Key)}={Encoding.UTF8.GetString(cursor.Value)}");
        }

        return entries;
    }

    protected static void Put(StorageBatch batch, params string[] keys)
    {
        foreach (var key in keys)
        {
            batch.Put(StorageArea.Data, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(key));
        }
    }

    private static void Step(StorageBatch batch, SortedDictionary<byte, SortedSet<byte>> model, Random random)
    {
        var key = (byte)random.Next(40);
        var value = (byte)random.Next(256);
        switch (random.Next(10))
        {
            case 0:
                batch.Delete(StorageArea.Data, [key]);
                model.Remove(key);
                break;
            case 1:
                var upper = (byte)random.Next(40);
                batch.DeleteRange(StorageArea.Data, [key], [upper]);
                foreach (var gone in model.Keys.Where(k => k >= key && k < upper).ToList())
                {
                    model.Remove(gone);
                }

                break;
            case 2:
                batch.Put(StorageArea.Data, [key], [value]);
                model[key] = [value];
                break;
            default:
                batch.Merge(StorageArea.Data, [key], [value]);
                (model.TryGetValue(key, out var set) ? set : model[key] = []).Add(value);
                break;
        }
    }

    private byte[]? GetBytes(StorageArea area, string key)
    {
        var destination = new ArrayBufferWriter<byte>();
        return Engine.Get(area, Encoding.UTF8.GetBytes(key), destination, cachedOnly: false) == GetResult.Found ? destination.WrittenSpan.ToArray() : null;
    }

    private int ScanUntil(TaskCompletionSource ready, int keys, CancellationToken stop)
    {
        var torn = 0;
        var scans = 0;
        while (!stop.IsCancellationRequested)
        {
            var values = new HashSet<int>();
            var count = 0;
            using var cursor = Engine.Scan(StorageArea.Data, [], [0xFF], reverse: scans % 2 == 1);
            while (cursor.MoveNext())
            {
                values.Add(BitConverter.ToInt32(cursor.Value));
                count++;
            }

            torn += count != 0 && (count != keys || values.Count != 1) ? 1 : 0;
            if (count != 0 && ++scans == 100)
            {
                ready.SetResult();
            }
        }

        return torn;
    }

    private sealed class SignalWork : IStorageWork
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Run() => Done.SetResult();
    }
}
