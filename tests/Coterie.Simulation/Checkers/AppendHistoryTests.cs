using Coterie.Simulator.Checkers;

namespace Coterie.Simulation.Checkers;

/// <summary>Histories of lists that the checker must refuse, and one that it must let pass.</summary>
public sealed class AppendHistoryTests
{
    private readonly AppendHistory _history = new();

    public AppendHistoryTests()
    {
        Append("a", 0, 10);
        Append("b", 20, 30);
        Append("c", 25, null);
    }

    [Fact]
    public void One_order_that_everybody_saw_a_part_of_passes()
    {
        _history.AddRead(["a"], 12, 22);
        _history.AddRead(["a", "b"], 31, 40);
        _history.AddRead(["a", "b", "c"], 35, 45);
        Assert.Null(_history.Check(["a", "b", "c"]));
    }

    [Fact]
    public void What_is_unknown_may_be_missing_or_stand_before_what_came_at_the_same_time()
    {
        Assert.Null(_history.Check(["a", "b"]));
        Assert.Null(_history.Check(["a", "c", "b"]));
    }

    [Theory]
    [InlineData("a,c", "b is gone")]
    [InlineData("a,b,b", "twice")]
    [InlineData("a,b,x", "nobody appended")]
    [InlineData("b,a", "a stands behind b")]
    public void A_list_that_cannot_be_is_found(string last, string wrong) => Assert.Contains(wrong, _history.Check(last.Split(',')), StringComparison.Ordinal);

    [Fact]
    public void What_was_said_not_to_be_done_is_not_there()
    {
        _history.Begin("d", 50).IsRefused = true;
        Assert.Contains("said not to have been appended", _history.Check(["a", "b", "d"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b", 12, "no prefix")]
    [InlineData("a,c", 40, "no prefix")]
    [InlineData("a", 40, "missed b")]
    public void A_read_that_cannot_be_is_found(string seen, long invoked, string wrong)
    {
        _history.AddRead(seen.Split(','), invoked, invoked + 5);
        Assert.Contains(wrong, _history.Check(["a", "b", "c"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_read_that_goes_back_is_found()
    {
        _history.AddRead(["a", "b", "c"], 31, 35);
        _history.AddRead(["a", "b"], 36, 40);
        Assert.Contains("after another had seen 3", _history.Check(["a", "b", "c"]), StringComparison.Ordinal);
    }

    private void Append(string value, long invoked, long? acknowledged) => _history.Begin(value, invoked).Acknowledged = acknowledged;
}
