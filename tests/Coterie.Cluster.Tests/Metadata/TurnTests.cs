using Coterie.Cluster.Metadata;

namespace Coterie.Cluster.Tests.Metadata;

public sealed class TurnTests
{
    [Fact]
    public void One_at_a_time_in_the_order_in_which_they_came()
    {
        var turn = new Turn();
        Assert.True(turn.EnterAsync(CancellationToken.None).IsCompletedSuccessfully);
        var (second, third) = (turn.EnterAsync(CancellationToken.None), turn.EnterAsync(CancellationToken.None));
        Assert.False(second.IsCompleted || third.IsCompleted);
        turn.Leave();
        AssertEntered(second);
        Assert.False(third.IsCompleted);
        turn.Leave();
        AssertEntered(third);
        turn.Leave();
        Assert.True(turn.EnterAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_has_given_up_is_passed_over()
    {
        var turn = new Turn();
        using var givingUp = new CancellationTokenSource();
        await turn.EnterAsync(CancellationToken.None);
        var (second, third) = (turn.EnterAsync(givingUp.Token), turn.EnterAsync(CancellationToken.None));
        givingUp.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        turn.Leave();
        AssertEntered(third);
    }

    [Fact]
    public async Task Who_gives_up_before_asking_takes_no_turn()
    {
        var turn = new Turn();
        using var givenUp = new CancellationTokenSource();
        givenUp.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => turn.EnterAsync(givenUp.Token));
        Assert.True(turn.EnterAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    private static void AssertEntered(Task waiting) => Assert.True(waiting.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
}
