using System.Collections.Frozen;
using System.Buffers.Binary;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Raft;
using Coterie.Replica.Groups;
using Coterie.Storage;
using Coterie.Storage.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Replica.Tests.Groups;

/// <summary>What a member of a group keeps on its disk: written and read again, and refused by name where it is not what was written.</summary>
public sealed class GroupStoreTests : IAsyncDisposable
{
    private const int Members = 3;
    private static readonly GroupId Group = new(0x0123456789ABCDEF);
    private readonly MemoryEngine _engine = new(new MemoryDisk(), new FakeTimeProvider(), static () => TimeSpan.Zero, RowMerge.Merge);
    private readonly GroupStore _store = new(Group);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public void Of_a_member_that_has_written_nothing_there_is_nothing()
    {
        var loaded = Load();
        Assert.Equal(HardState.Initial, loaded.State);
        Assert.Equal((default, 0L), (loaded.Log.Last, loaded.Stamp));
        Assert.False(loaded.IsPassive || loaded.IsFetching);
    }

    [Fact]
    public void What_was_written_is_loaded_and_what_was_replaced_is_not()
    {
        Write(batch => _store.Append(batch, new RaftWrite(new HardState(4, 2), [Entry(1, 3), Command(2, 3, 50), Command(3, 4, 60), Command(4, 4, 70)])));
        Write(batch => _store.Append(batch, new RaftWrite(new HardState(5, HardState.Nobody), [Command(3, 5, 55)])));
        var loaded = Load();
        Assert.Equal(new HardState(5, HardState.Nobody), loaded.State);
        Assert.Equal(new LogPosition(3, 5), loaded.Log.Last);
        Assert.Equal([3L, 3L, 5L], new[] { 1, 2, 3 }.Select(index => loaded.Log[index].Term));
        Assert.Equal(55, loaded.Stamp);
    }

    [Fact]
    public void A_log_that_was_cut_off_in_front_goes_on_behind_and_knows_the_greatest_stamp()
    {
        Write(batch => _store.Append(batch, new RaftWrite(new HardState(4, 2), [Command(1, 3, 90), Command(2, 3, 50), Command(3, 4, 60)])));
        Write(batch => _store.Shorten(batch, new LogPosition(2, 3), 90));
        var loaded = Load();
        Assert.Equal((new LogPosition(2, 3), 3L, 90L), (loaded.Log.Before, loaded.Log.LastIndex, loaded.Stamp));
        Assert.Equal([BaseKey, EntryKey(3)], Keys().Where(static key => key[8] is 1 or 2));
    }

    [Fact]
    public void What_is_applied_is_so_after_a_restart_and_never_less_than_what_was_dropped()
    {
        Write(batch => _store.Append(batch, new RaftWrite(new HardState(4, 2), [Command(1, 3, 50), Command(2, 3, 60), Command(3, 4, 70)])));
        Write(batch => _store.MarkApplied(batch, 2, 60));
        var loaded = Load();
        Assert.Equal((2L, 2L, 3L, 60L), (loaded.Log.Applied, loaded.Log.Committed, loaded.Log.Stable, loaded.AppliedStamp));
        Write(batch => _store.Shorten(batch, new LogPosition(3, 4), 70));
        loaded = Load();
        Assert.Equal((3L, 60L), (loaded.Log.Applied, loaded.AppliedStamp));
    }

    [Fact]
    public void A_fetch_that_was_begun_is_known_until_it_has_ended_and_the_log_begins_behind_it()
    {
        Write(batch => _store.Append(batch, new RaftWrite(new HardState(4, 2), [Command(1, 3, 50), Command(2, 3, 60)])));
        Write(_store.BeginFetch);
        Assert.True(Load().IsFetching);
        Write(batch => _store.EndFetch(batch, new LogPosition(9, 4), keepsEntries: false, 200));
        var loaded = Load();
        Assert.False(loaded.IsFetching);
        Assert.Equal((new LogPosition(9, 4), new LogPosition(9, 4), 200L), (loaded.Log.Before, loaded.Log.Last, loaded.Stamp));
        Write(batch => _store.Append(batch, new RaftWrite(null, [Command(10, 4, 210)])));
        Assert.Equal(10, Load().Log.LastIndex);
    }

    [Fact]
    public void Entries_behind_a_fetch_stay_if_they_are_the_leaders()
    {
        Write(batch => _store.Append(batch, new RaftWrite(new HardState(4, 2), [Command(1, 3, 50), Command(2, 3, 60), Command(3, 3, 70)])));
        Write(batch => _store.EndFetch(batch, new LogPosition(2, 3), keepsEntries: true, 65));
        Assert.Equal((2L, 3L), (Load().Log.Before.Index, Load().Log.LastIndex));
    }

    [Fact]
    public void A_member_is_passive_until_it_has_made_up_for_the_last_loss_of_its_node()
    {
        Assert.True(Load(lastLoss: 7).IsPassive);
        Write(batch => _store.EndPassive(batch, new HardState(6, 0), 7));
        Assert.Equal(new HardState(6, 0), Load(lastLoss: 7).State);
        Assert.False(Load(lastLoss: 7).IsPassive);
        Assert.True(Load(lastLoss: 8).IsPassive);
    }

    [Fact]
    public void Other_groups_records_are_not_its_own()
    {
        Write(batch => new GroupStore(new GroupId(Group.Value + 1)).Append(batch, new RaftWrite(new HardState(9, 1), [Command(1, 9, 5)])));
        Write(batch => new GroupStore(new GroupId(Group.Value - 1)).Append(batch, new RaftWrite(new HardState(9, 1), [Command(1, 9, 5)])));
        Assert.Equal(HardState.Initial, Load().State);
    }

    public static TheoryData<string, string, string, string> Impossible => new()
    {
        { "a vote for a member that there is not", "00", "000000000000000403", "The record 0123456789ABCDEF00" },
        { "a term below nothing", "00", "800000000000000402", "The record 0123456789ABCDEF00" },
        { "a state of another length", "00", "00000000000004", "The record 0123456789ABCDEF00" },
        { "a base beyond the term", "01", "000000000000000100000000000000050000000000000000", "The record 0123456789ABCDEF01" },
        { "a base before the first", "01", "FFFFFFFFFFFFFFFF00000000000000010000000000000000", "The record 0123456789ABCDEF01" },
        { "an entry of a term to come", "020000000000000004", "000000000000000500", "Entry 4 of the log of group 0123456789abcdef" },
        { "an entry of an earlier term than the one before", "020000000000000004", "000000000000000300", "Entry 4 of the log of group 0123456789abcdef" },
        { "an entry behind a gap", "020000000000000005", "000000000000000400", "Entry 5 of the log of group 0123456789abcdef" },
        { "an entry of an unknown kind", "020000000000000004", "000000000000000402", "Entry 4 of the log of group 0123456789abcdef" },
        { "an empty entry that says something", "020000000000000004", "00000000000000040007", "Entry 4 of the log of group 0123456789abcdef" },
        { "a command that is none", "020000000000000004", "0000000000000004010000000000000001FF", "Entry 4 of the log of group 0123456789abcdef is none" },
        { "an entry cut short", "020000000000000004", "00000000000000", "Entry 4 of the log of group 0123456789abcdef" },
        { "an entry without a place", "02000000", "000000000000000400", "The record 0123456789ABCDEF02000000" },
        { "a loss of another length", "03", "00", "The record 0123456789ABCDEF03" },
        { "a fetch that says something", "04", "00", "The record 0123456789ABCDEF04" },
        { "more applied than there is", "05", "00000000000000040000000000000000", "The record 0123456789ABCDEF05" },
        { "less than nothing applied", "05", "FFFFFFFFFFFFFFFF0000000000000000", "The record 0123456789ABCDEF05" },
        { "a record of an unknown kind", "06", "", "The record 0123456789ABCDEF06" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void What_no_member_writes_is_refused_with_the_place(string what, string key, string value, string place)
    {
        Write(batch => _store.Append(batch, new RaftWrite(new HardState(4, 2), [Entry(1, 3), Command(2, 3, 50), Command(3, 4, 60)])));
        Write(batch => batch.Put(StorageArea.Raft, (byte[])[.. StateKey[..8], .. Convert.FromHexString(key)], Convert.FromHexString(value)));
        var refusal = Assert.Throws<MalformedDataException>(() => Load());
        Assert.True(refusal.Message.StartsWith(place, StringComparison.Ordinal), $"{what}: {refusal.Message}");
        Assert.Contains("0123456789abcdef", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_flipped_bit_is_refused_or_loads_and_nothing_else()
    {
        Write(batch => _store.Append(batch, new RaftWrite(new HardState(4, 2), [Entry(5, 3), Command(6, 3, 50), Command(7, 4, 60)])));
        Write(batch => _store.Shorten(batch, new LogPosition(4, 3), 40));
        var refused = 0;
        foreach (var key in Keys())
        {
            var value = Value(key);
            for (var bit = 0; bit < 8 * value.Length; bit++)
            {
                var flipped = value.ToArray();
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                Write(batch => batch.Put(StorageArea.Raft, key, flipped));
                try
                {
                    Load();
                }
                catch (MalformedDataException refusal)
                {
                    refused++;
                    Assert.Contains("0123456789abcdef", refusal.Message, StringComparison.Ordinal);
                }
            }

            Write(batch => batch.Put(StorageArea.Raft, key, value));
        }

        Assert.True(refused > 300, $"{refused}");
        Assert.Equal(7, Load().Log.LastIndex);
    }

    private static byte[] StateKey { get; } = Convert.FromHexString("0123456789ABCDEF00");

    private static byte[] BaseKey { get; } = Convert.FromHexString("0123456789ABCDEF01");

    private static byte[] EntryKey(long index)
    {
        byte[] key = [.. StateKey[..8], 2, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(9), index);
        return key;
    }

    private static RaftEntry Entry(long index, long term) => new(new LogPosition(index, term), RaftEntryKind.Empty, default);

    private static RaftEntry Command(long index, long term, long stamp)
    {
        var mutation = ReplicaFixture.Mutation("key", (TestData.RowKey(1), TestData.Value(1, "v")));
        return new RaftEntry(new LogPosition(index, term), RaftEntryKind.Command, GroupCommand.Encode(mutation, stamp, FrozenSet<ColumnId>.Empty));
    }

    /// <summary>As after a restart.</summary>
    private StoredGroup Load(long lastLoss = 0) => new GroupStore(Group).Load(_engine, Members, lastLoss);

    private void Write(Action<StorageBatch> append)
    {
        var batch = new StorageBatch();
        append(batch);
        var commit = _engine.CommitAsync(batch);
        Assert.True(commit.IsCompletedSuccessfully);
    }

    private List<byte[]> Keys()
    {
        var keys = new List<byte[]>();
        using var cursor = _engine.Scan(StorageArea.Raft, [], [0xFF, 0xFF], reverse: false);
        while (cursor.MoveNext())
        {
            keys.Add(cursor.Key.ToArray());
        }

        return keys;
    }

    private byte[] Value(byte[] key)
    {
        var value = new System.Buffers.ArrayBufferWriter<byte>();
        Assert.Equal(GetResult.Found, _engine.Get(StorageArea.Raft, key, value, cachedOnly: false));
        return value.WrittenSpan.ToArray();
    }
}
