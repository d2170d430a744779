using Coterie.Simulator.Checkers;

namespace Coterie.Simulation.Checkers;

/// <summary>Histories of rows that the checker must refuse, and those that it must let pass.</summary>
public sealed class RowHistoryTests
{
    private static readonly RowKey Row = new(1, 2);

    private readonly RowHistory _history = new();

    [Fact]
    public void A_value_that_is_read_after_its_deletion_was_acknowledged_was_brought_back()
    {
        Insert("a", timestamp: 10, begun: 0, ended: 5);
        Delete(timestamp: 20, begun: 10, ended: 15);
        _history.Observe(Row, "a", 20, 25);
        Assert.Contains("brings back what deletion", _history.Check(RegisterRule.Begin), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_a_deletion_with_a_lower_timestamp_could_not_touch_may_be_read()
    {
        Insert("a", timestamp: 30, begun: 0, ended: 5);
        Delete(timestamp: 20, begun: 10, ended: 15);
        _history.Observe(Row, "a", 20, 25);
        Assert.Null(_history.Check(RegisterRule.Begin));
    }

    [Fact]
    public void A_value_may_be_read_while_its_deletion_is_under_way_or_unknown()
    {
        Insert("a", timestamp: 10, begun: 0, ended: 5);
        Delete(timestamp: 20, begun: 10, ended: null);
        _history.Observe(Row, "a", 20, 25);
        Assert.Null(_history.Check(RegisterRule.Begin));
    }

    [Fact]
    public void An_acknowledged_insert_that_is_not_read_is_missed()
    {
        Insert("a", timestamp: 10, begun: 0, ended: 5);
        _history.Observe(Row, null, 20, 25);
        Assert.Contains("misses insert of a", _history.Check(RegisterRule.Begin), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_has_been_read_once_may_not_be_missed_afterwards_unless_only_what_was_acknowledged_counts()
    {
        Insert("a", timestamp: 10, begun: 0, ended: null);
        _history.Observe(Row, "a", 20, 25);
        _history.Observe(Row, null, 30, 35);
        Assert.Contains("misses insert of a", _history.Check(RegisterRule.Begin), StringComparison.Ordinal);
        Assert.Null(_history.Check(RegisterRule.Recency));
    }

    [Fact]
    public void A_value_that_nobody_wrote_there_is_found()
    {
        Insert("a", timestamp: 10, begun: 0, ended: 5);
        _history.Observe(new RowKey(1, 3), "a", 20, 25);
        Assert.Contains("nobody had written there", _history.Check(RegisterRule.Begin), StringComparison.Ordinal);
    }

    private void Insert(string value, long timestamp, long begun, long? ended) => _history.Begin(value, timestamp, begun, [Row]).Acknowledged = ended;

    private void Delete(long timestamp, long begun, long? ended) => _history.Begin(null, timestamp, begun, [Row]).Acknowledged = ended;
}
