using Coterie.Host.Lab;
using Coterie.Host.Workloads;

namespace Coterie.Host.Tests.Workloads;

public sealed class CartBookTests
{
    private readonly CartBook _book = new();
    private long _number;

    [Fact]
    public void What_is_as_it_was_left_is_neither_lost_nor_back()
    {
        var kept = Put();
        var taken = Put();
        End(taken, count: null);

        Assert.True(Check(kept, isInSet: true, count: kept.Count).IsRight);
        Assert.True(Check(taken, isInSet: false, count: null).IsRight);
    }

    [Fact]
    public void An_item_that_is_gone_is_lost()
    {
        Assert.Contains("not in the set, none in the map; should be 1", Assert.Single(Check(Put(), isInSet: false, count: null).Lost), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, 1)]
    public void An_item_that_is_in_one_of_set_and_map_is_lost(bool isInSet, int? count) => Assert.Single(Check(Put(), isInSet, count).Lost);

    [Fact]
    public void A_count_that_was_replaced_is_lost()
    {
        var item = Put();
        End(item, count: 5);

        Assert.Single(Check(item, isInSet: true, count: 1).Lost);
        Assert.True(Check(item, isInSet: true, count: 5).IsRight);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, null)]
    [InlineData(false, 1)]
    public void An_item_that_was_taken_out_and_is_there_has_come_back(bool isInSet, int? count)
    {
        var item = Put();
        End(item, count: null);

        Assert.Single(Check(item, isInSet, count).Returned);
    }

    [Fact]
    public void What_nobody_has_put_in_must_not_be_there()
    {
        var findings = new LabFindings();
        _book.Check(7, new HashSet<string> { "x" }, new Dictionary<string, int> { ["x"] = 1 }, findings);

        Assert.Equal(["user 7: x, which nobody has put in"], findings.Returned);
    }

    [Theory]
    [InlineData(LabOutcome.Unknown, true, 1, 0)]
    [InlineData(LabOutcome.Unknown, false, 0, 0)]
    [InlineData(LabOutcome.Failed, true, 0, 1)]
    public void After_a_step_that_was_not_acknowledged_both_may_be_unless_it_was_said_not_to_be_done(LabOutcome outcome, bool isDone, int unknownFound, int failedFound)
    {
        var item = Put();
        _book.Ended(new CartStep(item, null), new LabAnswer(outcome, "x"));

        var findings = Check(item, isInSet: !isDone, isDone ? null : 1);
        Assert.Equal((unknownFound, failedFound), (findings.UnknownFound, findings.FailedFound));
        Assert.Empty(findings.Lost.Concat(findings.Returned));
    }

    [Fact]
    public void Of_a_step_that_is_unknown_no_third_thing_may_come()
    {
        var item = Put();
        _book.Ended(new CartStep(item, 9), new LabAnswer(LabOutcome.Unknown, "x"));

        Assert.Single(Check(item, isInSet: true, count: 4).Lost);
        Assert.Single(Check(item, isInSet: false, count: null).Lost);
    }

    [Theory]
    [InlineData(LabOutcome.Unknown, false)]
    [InlineData(LabOutcome.Acknowledged, true)]
    public void An_item_that_an_unanswered_step_may_still_come_to_is_left_alone(LabOutcome outcome, bool wasTriedWithoutAnswer)
    {
        var left = _book.Next(_number++);
        _book.Ended(left, new LabAnswer(outcome, null, null, wasTriedWithoutAnswer));

        // All others are used again and again.
        var used = new Dictionary<CartItem, int>();
        for (var i = 0; i < 10_000; i++)
        {
            var step = _book.Next(_number++);
            used[step.Item] = used.GetValueOrDefault(step.Item) + 1;
            _book.Ended(step, new LabAnswer(LabOutcome.Acknowledged, null));
        }

        Assert.DoesNotContain(left.Item, used.Keys);
        Assert.True(used.Values.Average() > 20, $"{used.Count} items");
    }

    [Fact]
    public void Nothing_is_in_two_steps_at_once_and_items_go_in_and_out()
    {
        var inFlight = new Queue<CartStep>();
        var (put, changed, taken) = (0, 0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var step = _book.Next(_number++);
            Assert.DoesNotContain(inFlight, other => other.Item == step.Item);
            (put, changed, taken) = (step.Item.Count, step.Count) switch
            {
                (null, not null) => (put + 1, changed, taken),
                (not null, not null) => (put, changed + 1, taken),
                (not null, null) => (put, changed, taken + 1),
                _ => throw new InvalidOperationException("what is not there is not taken out"),
            };
            inFlight.Enqueue(step);
            if (inFlight.Count > 50)
            {
                _book.Ended(inFlight.Dequeue(), new LabAnswer(LabOutcome.Acknowledged, null));
            }
        }

        Assert.All([put, changed, taken], count => Assert.InRange(count, 5_000, 9_000));
    }

    /// <summary>A new item, one of it.</summary>
    private CartItem Put()
    {
        var item = _book.Next(_number++).Item;
        End(item, count: 1);
        return item;
    }

    private void End(CartItem item, int? count) => _book.Ended(new CartStep(item, count), new LabAnswer(LabOutcome.Acknowledged, null));

    private LabFindings Check(CartItem item, bool isInSet, int? count)
    {
        var findings = new LabFindings();
        _book.Check(
            item.User,
            isInSet ? new HashSet<string> { item.Name } : new HashSet<string>(),
            count is { } many ? new Dictionary<string, int> { [item.Name] = many } : [],
            findings);
        return findings;
    }
}
