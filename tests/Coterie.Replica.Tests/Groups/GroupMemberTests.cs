using Coterie.Model;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Coterie.Raft;
using Coterie.Storage.Memory;

namespace Coterie.Replica.Tests.Groups;

/// <summary>Members of a group by themselves: a group of one, and what becomes of writes to a table that some know and some do not.</summary>
public sealed class GroupMemberTests
{
    private static readonly byte[] First = ReplicaFixture.Mutation("first", ([(byte)Model.Keys.EntryKind.Row, 1], TestData.Value(1, "v")));
    private static readonly byte[] Second = ReplicaFixture.Mutation("second", ([(byte)Model.Keys.EntryKind.Row, 1], TestData.Value(2, "v")));

    [Fact]
    public void A_group_of_one_commits_reads_and_has_everything_after_a_restart()
    {
        var group = new TestGroup(1);
        var alone = group.Elect();
        var write = alone.Write(First);
        Assert.Null(alone.AnswerTo(write));
        group.Settle();
        Assert.Equal(LeaderVerdict.Done, alone.AnswerTo(write));
        var read = alone.Barrier();
        group.Settle();
        Assert.Equal(LeaderVerdict.Done, alone.AnswerTo(read));

        group[0] = alone.Restarted();
        alone = group.Elect();
        Assert.Equal(1, alone.Rows);
        Assert.True(alone.Status.Term > 1);
        write = alone.Write(Second);
        read = alone.Barrier();
        group.Settle();
        Assert.Equal((LeaderVerdict.Done, LeaderVerdict.Done), (alone.AnswerTo(write), alone.AnswerTo(read)));
        Assert.Equal(2, alone.Rows);
        Assert.Equal(alone.Status.Committed, alone.Status.Applied);
    }

    /// <summary>A mark of what is applied must not be ahead of the log on the disk: after a restart it would be of entries that are not there.</summary>
    [Fact]
    public void What_is_applied_before_it_is_in_the_log_on_the_disk_allows_no_sweep()
    {
        var group = new TestGroup(3);
        var leader = group.Elect();
        group.Tick(5);
        var behind = Enumerable.Range(0, 3).Select(index => group[index]).First(member => !ReferenceEquals(member, leader));
        Assert.NotNull(behind.Member.Sweeping.Ask());
        behind.RefusesLog = true;
        leader.Write(First);
        group.Settle();
        leader.Write(Second);
        group.Settle();
        group.Tick(3);
        Assert.True(behind.Rows > 0, "nothing was applied before it was in the log");
        Assert.Null(behind.Member.Sweeping.Ask());

        behind.RefusesLog = false;
        group.Tick(3);
        Assert.NotNull(behind.Member.Sweeping.Ask());
    }

    /// <summary>The core can; the id of a group says of which nodes it is.</summary>
    [Fact]
    public void A_change_of_the_members_is_refused_and_changes_nothing()
    {
        var group = new TestGroup(3);
        group.Elect();
        var change = new RaftEntry(new LogPosition(1, 1), RaftEntryKind.Membership, Membership.Of(3).With(2, MemberRole.None).Encode());
        var append = new RaftMessage { Kind = RaftMessageKind.Append, From = 1, To = 0, Term = 9, Entries = [change] };
        var state = new RaftMessage { Kind = RaftMessageKind.Snapshot, From = 1, To = 0, Term = 9, Position = new LogPosition(9, 9), Membership = Membership.Of(2) };
        foreach (var message in new[] { append, state })
        {
            var body = new System.Buffers.ArrayBufferWriter<byte>();
            RaftMessageCodec.Write(message, body);
            Assert.Throws<MalformedDataException>(() => group[0].Member.Receive(group[1].Self, body.WrittenSpan));
        }

        Assert.Equal(1, group[0].Status.Term);
    }

    /// <summary>There is nobody to ask, and nobody who remembers.</summary>
    [Fact]
    public void A_group_of_one_that_lost_its_disk_counts_at_once()
    {
        var group = new TestGroup(1);
        group.Elect();
        group[0] = new TestMember(group, group[0].Self, new MemoryDisk(), group[0].Current) { LastLoss = 5 };
        var alone = group.Elect();
        Assert.False(alone.Status.IsPassive || alone.Status.IsClosed);
        var write = alone.Write(First);
        group.Settle();
        Assert.Equal(LeaderVerdict.Done, alone.AnswerTo(write));
    }

    [Fact]
    public void A_write_to_a_table_that_was_dropped_before_it_is_applied_leaves_nothing()
    {
        var group = new TestGroup(3);
        var leader = group.Elect();
        var write = leader.Write(First);
        leader.Current = group.Formed with { NextStorageId = ReplicaFixture.Table.Value + 1 };
        group.Tick(5);
        Assert.Equal(LeaderVerdict.Done, leader.AnswerTo(write));
        Assert.Equal(0, leader.Rows);
        Assert.Equal(leader.Status.Committed, leader.Status.Applied);
    }

    [Fact]
    public void A_table_that_is_made_again_with_the_same_name_has_none_of_the_old_ones_writes_even_after_a_restart()
    {
        var group = new TestGroup(1);
        var alone = group.Elect();
        alone.Write(First);
        alone.Current = group.With(new StorageId(ReplicaFixture.Table.Value + 1));
        group.Settle();
        Assert.Equal(0, alone.Rows);
        group[0] = alone.Restarted();
        alone = group.Elect();
        Assert.Equal(0, alone.Rows);
        Assert.Equal(alone.Status.Committed, alone.Status.Applied);
    }

    /// <summary>Nothing compares the replicas of a leader-based table: what one of them passes over it lacks for ever, and it may lead.</summary>
    [Fact]
    public void A_write_to_a_table_that_a_member_has_not_heard_of_yet_waits_there_until_it_has()
    {
        var group = new TestGroup(3);
        var leader = group.Elect();
        var behind = Enumerable.Range(0, 3).Select(i => group[i]).First(member => member != leader);
        var known = behind.Current;
        behind.Current = group.Formed with { NextStorageId = ReplicaFixture.Table.Value };
        var write = leader.Write(First);
        group.Tick(5);
        Assert.Equal(LeaderVerdict.Done, leader.AnswerTo(write));
        Assert.True(behind.Status.Applied < behind.Status.Committed);

        behind.Current = known;
        group.Tick(1);
        Assert.Equal(behind.Status.Committed, behind.Status.Applied);
        Assert.Equal(1, behind.Rows);
    }

    [Fact]
    public void It_waits_there_over_a_restart_too()
    {
        var group = new TestGroup(1);
        var alone = group.Elect();
        alone.Write(First);
        group.Settle();
        group[0] = new TestMember(group, alone.Self, alone.Disk, group.Formed with { NextStorageId = ReplicaFixture.Table.Value });
        alone = group.Elect();
        var read = alone.Barrier();
        group.Tick(5);
        Assert.Null(alone.AnswerTo(read));
        alone.Current = group.With(ReplicaFixture.Table);
        group.Tick(5);
        Assert.Equal(LeaderVerdict.Done, alone.AnswerTo(read));
        Assert.Equal(RaftRole.Leader, alone.Status.Role);
    }
}
