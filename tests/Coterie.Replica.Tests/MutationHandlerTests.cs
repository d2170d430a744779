using Coterie.Cluster.Transport;
using Coterie.Model.Reads;
using Coterie.Storage.Writer;
using static Coterie.Replica.Tests.TestData;

namespace Coterie.Replica.Tests;

public sealed class MutationHandlerTests
{
    private readonly ReplicaFixture _replica = new();

    [Fact]
    public void A_mutation_is_applied_and_answered_when_it_is_durable()
    {
        _replica.Hold = true;
        Assert.Null(_replica.Mutate(ReplicaFixture.Mutation("a", (RowKey(1), Value(10, "x")))));
        _replica.Complete(_replica.Held.Dequeue());
        Assert.Equal(ReplyStatus.Ok, _replica.LastReply);
        Assert.Equal(1, _replica.Counters.MutationsApplied);
        Assert.Equal(Value(10, "x"), _replica.Read(ReplicaFixture.Single("a", RowSlice.All)).Partitions[0].Rows[0].Row.ToArray());
    }

    [Theory]
    [InlineData(WriteResult.Full)]
    [InlineData(WriteResult.Failed)]
    public void A_write_that_is_not_durable_is_not_acknowledged(WriteResult result)
    {
        _replica.WriterEndsWith = result;
        Assert.Equal(ReplyStatus.Failed, _replica.Apply("a", (RowKey(1), Value(10, "x"))));
        Assert.Equal(1, _replica.Counters.MutationsFailed);
    }

    [Fact]
    public void A_full_writer_means_overloaded()
    {
        _replica.WriterIsFull = true;
        Assert.Equal(ReplyStatus.Overloaded, _replica.Apply("a", (RowKey(1), Value(10, "x"))));
        _replica.WriterIsFull = false;
        Assert.Equal(ReplyStatus.Ok, _replica.Apply("b", (RowKey(2), Value(10, "y"))));
        Assert.Empty(_replica.Read(ReplicaFixture.Single("a", RowSlice.All)).Partitions);
    }

    [Fact]
    public void A_write_to_a_truncated_table_dies()
    {
        _replica.Truncate();
        Assert.Equal(ReplyStatus.Stale, _replica.Apply("a", (RowKey(1), Value(10, "x"))));
        Assert.Equal(ReplyStatus.Stale, _replica.ReadRaw(ReplicaFixture.Request(ReplicaFixture.Single("a", RowSlice.All), ReadRequestHead.Data)).Status);
        Assert.Equal(2, _replica.Counters.Stale);
    }

    [Fact]
    public void Expired_work_is_not_done()
    {
        _replica.Time.Advance(TimeSpan.FromSeconds(1));
        var passed = _replica.Time.GetTimestamp() - 1;
        Assert.Equal(ReplyStatus.Overloaded, _replica.Mutate(ReplicaFixture.Mutation("a", (RowKey(1), Value(10, "x"))), passed));
        var read = ReplicaFixture.Request(ReplicaFixture.Single("a", RowSlice.All), ReadRequestHead.Data);
        Assert.Equal(ReplyStatus.Overloaded, _replica.ReadRaw(read, passed).Status);
        Assert.Equal(2, _replica.Counters.Expired);
        Assert.Empty(_replica.Read(ReplicaFixture.Single("a", RowSlice.All)).Partitions);
    }

    [Fact]
    public void Garbage_is_refused_and_counted_and_nothing_is_applied()
    {
        var good = ReplicaFixture.Mutation("a", (RowKey(1), Value(10, "x")));
        Assert.Equal(ReplyStatus.Failed, _replica.Mutate(good[..^1]));
        Assert.Equal(ReplyStatus.Failed, _replica.Mutate([]));
        Assert.Equal(ReplyStatus.Failed, _replica.ReadRaw([]).Status);
        Assert.Equal(ReplyStatus.Failed, _replica.ReadRaw([0, 1, 2, 3]).Status);
        Assert.Equal(ReplyStatus.Failed, _replica.ReadRaw([9, .. ReplicaFixture.Request(ReplicaFixture.Single("a"), ReadRequestHead.Data)]).Status);
        Assert.Equal(5, _replica.Counters.Malformed);
        Assert.Empty(_replica.Read(ReplicaFixture.Single("a", RowSlice.All)).Partitions);
    }

    [Fact]
    public void Pooled_writes_in_flight_together_do_not_mix()
    {
        for (var round = 0; round < 3; round++)
        {
            _replica.Hold = true;
            for (byte i = 0; i < 20; i++)
            {
                _replica.Mutate(ReplicaFixture.Mutation("a", (RowKey(i), Value(round, $"v{i}"))));
                _replica.Mutate(ReplicaFixture.Mutation("b", (RowKey(i), Value(round, "other"))));
                if (i % 3 == 0)
                {
                    _replica.Complete(_replica.Held.Dequeue());
                }
            }

            while (_replica.Held.TryDequeue(out var write))
            {
                _replica.Complete(write);
            }
        }

        var rows = _replica.Read(ReplicaFixture.Single("a", RowSlice.All)).Partitions[0].Rows;
        Assert.Equal(20, rows.Count);
        for (byte i = 0; i < 20; i++)
        {
            Assert.Equal(Value(2, $"v{i}"), rows[i].Row.ToArray());
        }
    }
}
