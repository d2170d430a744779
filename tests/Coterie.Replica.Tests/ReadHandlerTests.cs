using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Reads;
using static Coterie.Replica.Tests.TestData;

namespace Coterie.Replica.Tests;

public sealed class ReadHandlerTests
{
    private readonly ReplicaFixture _replica = new();

    [Fact]
    public void A_partition_that_is_not_there_is_nothing_and_all_of_it()
    {
        var response = _replica.Read(ReplicaFixture.Single("a", RowSlice.All));
        Assert.Empty(response.Partitions);
        Assert.Null(response.StoppedAfter);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Slices_give_their_rows_in_the_order_asked_for(bool reversed)
    {
        Fill("a", 1, 9);
        var rows = Keys(With(ReplicaFixture.Single("a", Slice(1, 3), Only(5), Slice(7, 9)), reversed));
        Assert.Equal(reversed ? [8, 7, 5, 2, 1] : [1, 2, 5, 7, 8], rows);
    }

    [Fact]
    public void Nothing_of_neighbouring_partitions_or_tables_is_returned()
    {
        Fill("a", 1, 3);
        Fill("b", 1, 3);
        Fill("", 0, 0);
        Assert.Single(_replica.Read(ReplicaFixture.Single("a", RowSlice.All)).Partitions);
        Assert.Equal([1, 2, 3], Keys(ReplicaFixture.Single("a", RowSlice.All)));
    }

    [Fact]
    public void A_partition_deletion_shadows_older_rows_and_the_static_row_and_is_told()
    {
        _replica.Apply("a", (RowKey(1), Value(10, "old")), (RowKey(2), Value(30, "new")), (EntryKey.Static.ToArray(), Value(10, "s")));
        _replica.Apply("a", (EntryKey.Header.ToArray(), Deletion(20)));
        var partition = Assert.Single(_replica.Read(ReplicaFixture.Single("a", RowSlice.All)).Partitions);
        Assert.Equal(20, partition.PartitionDeletion.Timestamp.Microseconds);
        Assert.Equal(RowKey(2), Assert.Single(partition.Rows).EntryKey.ToArray());
        Assert.True(partition.Static.IsEmpty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Range_tombstones_shadow_the_rows_they_cover_and_not_the_static_row(bool reversed)
    {
        Fill("a", 1, 9);
        _replica.Apply("a", (EntryKey.Static.ToArray(), Value(5, "s")), (RowKey(4), Value(40, "later")));
        _replica.Apply("a", (EntryKey.Header.ToArray(), HasRanges()), (RangeKey(3, 6), Deletion(20)), (RangeKey(5, 8), Deletion(15)));
        var partition = Assert.Single(_replica.Read(With(ReplicaFixture.Single("a", RowSlice.All), reversed)).Partitions);
        byte[] left = [1, 2, 4, 8, 9];
        Assert.Equal(reversed ? left.Reverse() : left, partition.Rows.Select(row => row.EntryKey.Span[1]));
        Assert.Equal(2, partition.Ranges.Count);
        Assert.Equal(Value(5, "s"), partition.Static.ToArray());
    }

    [Fact]
    public void A_get_of_one_row_sees_the_range_over_it_and_only_that_range()
    {
        Fill("a", 1, 9);
        _replica.Apply("a", (EntryKey.Header.ToArray(), HasRanges()), (RangeKey(3, 6), Deletion(20)), (RangeKey(7, 9), Deletion(20)));
        var partition = Assert.Single(_replica.Read(ReplicaFixture.Single("a", Only(4))).Partitions);
        Assert.Empty(partition.Rows);
        Assert.Equal(RangeKey(3, 6), Assert.Single(partition.Ranges).EntryKey.ToArray());
        Assert.Empty(_replica.Read(ReplicaFixture.Single("a", Only(6))).Partitions[0].Ranges);
    }

    [Fact]
    public void A_range_that_the_partitions_deletion_shadows_is_not_told()
    {
        _replica.Apply("a", (EntryKey.Header.ToArray(), Deletion(30, hasRanges: true)), (RangeKey(3, 6), Deletion(20)), (RangeKey(4, 6), Deletion(40)));
        Assert.Equal(RangeKey(4, 6), Assert.Single(_replica.Read(ReplicaFixture.Single("a", RowSlice.All)).Partitions[0].Ranges).EntryKey.ToArray());
    }

    [Fact]
    public void Tombstones_and_expired_cells_are_returned_and_do_not_count()
    {
        _replica.Apply("a", (RowKey(1), Tombstone(10)), (RowKey(2), Expiring(10, 999)), (RowKey(3), Value(10, "x")), (RowKey(4), Value(10, "y")));
        var response = _replica.Read(With(ReplicaFixture.Single("a", RowSlice.All), limit: 1));
        Assert.Equal([1, 2, 3], response.Partitions[0].Rows.Select(row => row.EntryKey.Span[1]));
        Assert.Equal(RowKey(3), response.StoppedAfter?.EntryKey.ToArray());
    }

    [Fact]
    public void A_limit_met_by_the_last_row_of_a_get_has_cut_nothing()
    {
        Fill("a", 1, 3);
        Assert.Null(_replica.Read(With(ReplicaFixture.Single("a", Only(1)), limit: 1)).StoppedAfter);
        Assert.Null(_replica.Read(With(ReplicaFixture.Single("a", Only(1), Only(2)), limit: 2)).StoppedAfter);
        Assert.NotNull(_replica.Read(With(ReplicaFixture.Single("a", Only(1), Only(2)), limit: 1)).StoppedAfter);
    }

    [Fact]
    public void A_cold_cache_sends_the_read_to_the_pool_with_the_same_answer()
    {
        Fill("a", 1, 3);
        _replica.Apply("a", (EntryKey.Static.ToArray(), Value(5, "s")));
        var inline = ReplicaFixture.Request(ReplicaFixture.Single("a", Only(2)), ReadRequestHead.Data);
        var warm = _replica.ReadRaw(inline);
        Assert.Equal(0, _replica.Counters.ReadsScheduled);
        foreach (var coldFrom in new[] { 0, 1, 2 })
        {
            var gets = 0;
            _replica.Disk.IsCold = () => gets++ >= coldFrom;
            Assert.Equal(warm.Body, _replica.ReadRaw(inline).Body);
        }

        Assert.Equal(3, _replica.Counters.ReadsScheduled);
    }

    [Fact]
    public void Damaged_data_fails_the_read_and_is_counted()
    {
        Fill("a", 1, 3);
        _replica.Disk.IsDamaged = (_, key) => key[^1] == 2;
        Assert.Equal(ReplyStatus.Failed, _replica.ReadRaw(ReplicaFixture.Request(ReplicaFixture.Single("a", RowSlice.All), ReadRequestHead.Data)).Status);
        Assert.Equal(1, _replica.Counters.Corrupt);
        Assert.Equal([1], Keys(ReplicaFixture.Single("a", Only(1))));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Pages_of_a_partition_together_are_the_whole(int limit, bool reversed)
    {
        Fill("a", 1, 7);
        _replica.Apply("a", (RowKey(3), Tombstone(50)), (EntryKey.Static.ToArray(), Value(5, "s")));
        _replica.Apply("a", (EntryKey.Header.ToArray(), HasRanges()), (RangeKey(5, 6), Deletion(20)));
        var command = With(ReplicaFixture.Single("a", Slice(1, 4), Only(5), Slice(6, 8)), reversed);
        var whole = Rows(_replica.Read(command));
        Assert.Equal(5, whole.Count);
        Assert.Equal(whole, Paged(command, limit));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(1_000)]
    public void Pages_of_a_token_range_together_are_the_whole(int limit)
    {
        FillMany();
        var whole = Rows(_replica.Read(Range()));
        Assert.Equal(whole, Paged(Range(), limit));
        Assert.True(whole.Count > 30);
        Assert.Equal(whole, whole.OrderBy(row => row.Token).ThenBy(row => row.Row, StringComparer.Ordinal));
    }

    [Fact]
    public void A_token_range_reads_each_partition_as_a_read_of_it_alone_would()
    {
        FillMany();
        foreach (var slices in new RowSlice[][] { [RowSlice.All], [Slice(2, 4)], [Only(1), Slice(3, 9)] })
        {
            var whole = _replica.Read(Range(slices));
            Assert.NotEmpty(whole.Partitions);
            foreach (var partition in whole.Partitions)
            {
                var key = System.Text.Encoding.UTF8.GetString(partition.PartitionKey.Span);
                var alone = Assert.Single(_replica.Read(ReplicaFixture.Single(key, slices)).Partitions);
                Assert.Equal(alone.Rows.Select(row => Convert.ToHexString(row.Row.Span)), partition.Rows.Select(row => Convert.ToHexString(row.Row.Span)));
                Assert.Equal(alone.Ranges.Select(r => r.Deletion), partition.Ranges.Select(r => r.Deletion));
                Assert.Equal(alone.PartitionDeletion, partition.PartitionDeletion);
                Assert.Equal(alone.Static.ToArray(), partition.Static.ToArray());
            }
        }
    }

    [Fact]
    public void A_partition_limit_cuts_each_partition_and_says_so()
    {
        FillMany();
        var limited = _replica.Read(Range(partitionLimit: 2)).Partitions;
        var whole = _replica.Read(Range()).Partitions;
        Assert.Equal(whole.Count, limited.Count);
        Assert.Contains(limited, partition => partition.Limited);
        for (var i = 0; i < whole.Count; i++)
        {
            Assert.True(limited[i].Rows.Count <= whole[i].Rows.Count);
            Assert.True(limited[i].Limited || limited[i].Rows.Count == whole[i].Rows.Count);
        }
    }

    [Fact]
    public void A_static_row_alone_counts_as_a_row_unless_a_page_before_has_had_rows()
    {
        _replica.Apply("a", (EntryKey.Static.ToArray(), Value(5, "s")));
        _replica.Apply("b", (EntryKey.Static.ToArray(), Value(5, "s")));
        var first = _replica.Read(With(Range(), limit: 1));
        Assert.Single(first.Partitions);
        Assert.Equal(0, first.StoppedAfter?.EntryKey.Length);
        var inside = first.StoppedAfter!.Value with { EntryKey = RowKey(1) };
        var second = _replica.Read(With(Range(), limit: 1).With(inside, 1));
        Assert.Equal(2, second.Partitions.Count);
        Assert.Null(second.StoppedAfter);
    }

    [Fact]
    public void A_queue_of_tombstones_ends_the_page_and_says_where()
    {
        var rows = new (byte[] Key, byte[] Row)[1_000];
        for (var part = 0; part <= Limits.PageScannedEntriesMax / rows.Length; part++)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                rows[i] = ([(byte)EntryKind.Row, (byte)part, (byte)(i >> 8), (byte)i], Tombstone(10));
            }

            _replica.Apply("a", rows);
        }

        var command = ReplicaFixture.Single("a", RowSlice.All);
        var first = _replica.Read(command);
        Assert.Equal(Limits.PageScannedEntriesMax, first.Partitions[0].Rows.Count);
        Assert.Equal(first.Partitions[0].Rows[^1].EntryKey.ToArray(), first.StoppedAfter?.EntryKey.ToArray());
        var second = _replica.Read(command.With(first.StoppedAfter, 10));
        Assert.Equal(rows.Length, second.Partitions[0].Rows.Count);
        Assert.Null(second.StoppedAfter);
    }

    private static ReadCommand Range(RowSlice[]? slices = null, int partitionLimit = int.MaxValue) => new()
    {
        Table = ReplicaFixture.Table,
        NowSeconds = 1_000,
        Token = Token.Minimum,
        EndToken = new Token(long.MaxValue),
        Slices = slices ?? [RowSlice.All],
        WithStatic = true,
        Limit = 100_000,
        PartitionLimit = partitionLimit,
    };

    private static ReadCommand With(ReadCommand command, bool reversed = false, int? limit = null) => new()
    {
        Table = command.Table,
        NowSeconds = command.NowSeconds,
        PartitionKey = command.PartitionKey,
        Token = command.Token,
        EndToken = command.EndToken,
        Slices = command.Slices,
        WithStatic = true,
        Reversed = reversed,
        Limit = limit ?? command.Limit,
    };

    private static List<(long Token, string Row)> Rows(ReadResponse response) =>
        [.. response.Partitions.SelectMany(p => p.Rows.Select(r => (p.Token.Value, Convert.ToHexString(r.EntryKey.Span) + Convert.ToHexString(r.Row.Span))))];

    private List<(long Token, string Row)> Paged(ReadCommand command, int limit)
    {
        var rows = new List<(long, string)>();
        var response = _replica.Read(command.With(null, limit));
        rows.AddRange(Rows(response));
        for (var pages = 0; response.StoppedAfter is { } stop; pages++)
        {
            Assert.True(pages < 1_000, "no end");
            response = _replica.Read(command.With(stop, limit));
            rows.AddRange(Rows(response));
        }

        return rows;
    }

    private byte[] Keys(ReadCommand command) => [.. _replica.Read(command).Partitions.SelectMany(p => p.Rows.Select(row => row.EntryKey.Span[1]))];

    private void Fill(string key, byte from, byte to)
    {
        for (var i = from; i <= to && key.Length > 0; i++)
        {
            Assert.Equal(ReplyStatus.Ok, _replica.Apply(key, (RowKey(i), Value(10, $"{key}{i}"))));
        }
    }

    /// <summary>Partitions of every sort: rows, statics, deletions, ranges, dead rows, nothing but a header.</summary>
    private void FillMany()
    {
        for (var i = 0; i < 12; i++)
        {
            var key = $"p{i}";
            if (i % 4 != 3)
            {
                Fill(key, 1, 6);
            }

            if (i % 3 == 0)
            {
                _replica.Apply(key, (EntryKey.Static.ToArray(), Value(10, "s")));
            }

            if (i % 5 == 1)
            {
                _replica.Apply(key, (EntryKey.Header.ToArray(), Deletion(5, hasRanges: true)), (RangeKey(2, 4), Deletion(20)));
            }

            if (i % 5 == 2)
            {
                _replica.Apply(key, (EntryKey.Header.ToArray(), Deletion(20)), (RowKey(2), Value(30, "again")), (RowKey(5), Tombstone(30)));
            }
        }
    }
}
