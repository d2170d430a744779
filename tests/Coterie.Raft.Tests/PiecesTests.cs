namespace Coterie.Raft.Tests;

/// <summary>The small pieces that the core is made of.</summary>
public sealed class PiecesTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    public void Two_majorities_meet(int members, int majority)
    {
        Assert.Equal(majority, Quorum.Of(members));
        Assert.True(2 * Quorum.Of(members) > members);
    }

    [Fact]
    public void Common_is_what_a_majority_has()
    {
        Assert.Equal(7, Quorum.CommonTo([7]));
        Assert.Equal(3, Quorum.CommonTo([9, 1, 3]));
        Assert.Equal(1, Quorum.CommonTo([9, 1]));
        Assert.Equal(4, Quorum.CommonTo([0, 9, 4, 4, 2]));
        Assert.Equal(2, Quorum.CommonTo([0, 9, 4, 2]));
    }

    [Fact]
    public void A_member_votes_once_in_a_tally_and_silence_is_no_answer()
    {
        var tally = new VoteTally(Membership.Of(5), 0);
        tally.Count(1, isGranted: false);
        tally.Count(1, isGranted: true);
        tally.Count(2, isGranted: true);
        Assert.False(tally.IsWon || tally.IsLost);
        tally.Count(3, isGranted: true);
        Assert.True(tally.IsWon);
        var lost = new VoteTally(Membership.Of(3), 2);
        lost.Count(0, isGranted: false);
        Assert.False(lost.IsLost);
        lost.Count(1, isGranted: false);
        Assert.True(lost.IsLost);
        Assert.True(new VoteTally(Membership.Of(1), 0).IsWon);
    }

    [Fact]
    public void Reads_that_come_during_a_round_wait_for_the_next()
    {
        var rounds = new ReadRounds(0, new RaftLog(default, Membership.Of(3), []), RaftRules.All);
        Assert.False(rounds.TryBegin(5));
        rounds.Add(1);
        Assert.True(rounds.TryBegin(5));
        rounds.Add(2);
        Assert.False(rounds.TryBegin(6));
        Assert.Empty(Confirmed(rounds));
        rounds.Answered(1, rounds.Round - 1);
        Assert.Empty(Confirmed(rounds));
        rounds.Answered(1, rounds.Round);
        Assert.Equal([new ConfirmedRead(1, 5)], Confirmed(rounds));
        Assert.Empty(Confirmed(rounds));
        Assert.Equal([2L], rounds.All());
        Assert.True(rounds.TryBegin(7));
        rounds.Answered(2, rounds.Round - 1);
        Assert.Empty(Confirmed(rounds));
        rounds.Answered(2, rounds.Round);
        Assert.Equal([new ConfirmedRead(2, 7)], Confirmed(rounds));
        Assert.Equal(0, rounds.Count);
    }

    [Fact]
    public void A_follower_whose_log_is_not_known_gets_one_message_at_a_time()
    {
        var follower = new FollowerProgress(next: 10);
        Assert.True(follower.CanSend(4));
        follower.Sent(3);
        Assert.False(follower.CanSend(4));
        Assert.Equal(10, follower.Next);
        Assert.True(follower.Refused(refused: 9, tryBehind: 4));
        Assert.Equal(5, follower.Next);
        follower.Sent(3);
        follower.Accepted(7);
        Assert.Equal((ProgressState.Stream, 7, 8), (follower.State, follower.Match, follower.Next));
        Assert.False(follower.Refused(refused: 7, tryBehind: 2), "an old refusal");
    }

    [Fact]
    public void A_stream_goes_on_before_answers_come_up_to_a_limit()
    {
        var follower = Streaming();
        follower.Sent(2);
        follower.Sent(2);
        Assert.Equal((12, 2), (follower.Next, follower.InFlight));
        Assert.False(follower.CanSend(2));
        follower.Accepted(9);
        Assert.True(follower.CanSend(2));
        follower.Accepted(3);
        Assert.Equal(9, follower.Match);
    }

    [Fact]
    public void Entries_that_are_lost_are_sent_again_even_if_the_answers_before_came_twice()
    {
        var follower = Streaming();
        follower.Sent(2);
        follower.Sent(2);
        follower.Accepted(9);
        follower.Accepted(9);
        Assert.Equal(0, follower.InFlight);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(ProgressState.Stream, follower.State);
            follower.HeardHeartbeat();
        }

        Assert.Equal((ProgressState.Probe, 10), (follower.State, follower.Next));
    }

    [Fact]
    public void A_follower_that_fetches_the_state_gets_nothing_until_it_has_it()
    {
        var follower = Streaming();
        follower.AwaitSnapshot(20);
        Assert.False(follower.CanSend(4));
        follower.Accepted(8);
        Assert.Equal(ProgressState.Snapshot, follower.State);
        follower.Accepted(20);
        Assert.Equal((ProgressState.Stream, 21), (follower.State, follower.Next));
    }

    [Fact]
    public void A_lost_disk_is_forgotten()
    {
        var follower = Streaming();
        follower.Forget();
        Assert.Equal((ProgressState.Probe, 0, 1, true), (follower.State, follower.Match, follower.Next, follower.IsPassive));
    }

    private static List<ConfirmedRead> Confirmed(ReadRounds rounds)
    {
        var confirmed = new List<ConfirmedRead>();
        rounds.TakeConfirmed(confirmed);
        return confirmed;
    }

    /// <summary>One whose log matches up to 7.</summary>
    private static FollowerProgress Streaming()
    {
        var follower = new FollowerProgress(next: 8);
        follower.Sent(0);
        follower.Accepted(7);
        return follower;
    }
}
