using Coterie.Simulator.Checkers;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulation.Checkers;

public class RegisterCheckerTests
{
    [Fact]
    public void A_read_that_returns_before_the_value_is_written_is_caught() =>
        Assert.NotNull(RegisterChecker.Check([Write(1, 10, 12), Read(1, 1, 5)], RegisterRule.Recency));

    [Fact]
    public void A_value_that_nobody_wrote_is_caught() =>
        Assert.NotNull(RegisterChecker.Check([Write(1, 0, 1), Read(2, 3, 4)], RegisterRule.Recency));

    [Fact]
    public void Missing_an_acknowledged_write_is_caught_by_every_rule_with_quorums_that_meet()
    {
        Assert.Null(RegisterChecker.Check([Write(1, 0, 1), Read(0, 2, 3)], RegisterRule.Real));
        foreach (var rule in new[] { RegisterRule.Full, RegisterRule.Begin, RegisterRule.Recency })
        {
            Assert.NotNull(RegisterChecker.Check([Write(1, 0, 1), Read(0, 2, 3)], rule));
        }
    }

    [Fact]
    public void Going_back_is_caught_but_by_the_recency_rule()
    {
        RegisterOperation[] history = [Write(1, 0, null), Read(1, 2, 3), Read(0, 4, 5)];
        Assert.NotNull(RegisterChecker.Check(history, RegisterRule.Full));
        Assert.NotNull(RegisterChecker.Check(history, RegisterRule.Begin));
        Assert.Null(RegisterChecker.Check(history, RegisterRule.Recency));
    }

    [Fact]
    public void The_full_rule_equals_an_exhaustive_search_for_a_linearization()
    {
        var random = new SeededRandom(1, "histories");
        var (holds, violated) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var history = RandomHistory(random);
            var expected = IsLinearizable(history);
            Assert.True(expected == (RegisterChecker.Check(history, RegisterRule.Full) is null), string.Join("\n", history));
            if (expected)
            {
                holds++;
            }
            else
            {
                violated++;
            }
        }

        // Both answers must have been put to the test.
        Assert.True(holds > 4_000 && violated > 4_000, $"{holds} held, {violated} did not");
    }

    private static RegisterOperation Write(long order, long invoked, long? acknowledged) => new(OperationKind.Write, order, invoked, acknowledged);

    private static RegisterOperation Read(long order, long invoked, long returned) => new(OperationKind.Read, order, invoked, returned);

    private static List<RegisterOperation> RandomHistory(SeededRandom random)
    {
        var writes = random.Next(1, 4);
        var history = new List<RegisterOperation>();
        for (var order = 1; order <= writes; order++)
        {
            var invoked = random.Next(0, 12);
            history.Add(Write(order, invoked, random.Chance(0.3) ? null : invoked + random.Next(1, 6)));
        }

        for (var reads = random.Next(1, 4); reads > 0; reads--)
        {
            var invoked = random.Next(0, 14);
            history.Add(Read(random.Next(0, writes + 1), invoked, invoked + random.Next(1, 6)));
        }

        return history;
    }

    /// <summary>
    /// A max-register: a read returns the greatest order written so far. Tries every order of the operations that respects real time;
    /// writes of unknown outcome may be left out.
    /// </summary>
    private static bool IsLinearizable(List<RegisterOperation> history) => Search(history, 0, 0, history.Count);

    private static bool Search(List<RegisterOperation> history, int done, long value, int count)
    {
        var firstEnd = long.MaxValue;
        var allEssentialDone = true;
        for (var i = 0; i < count; i++)
        {
            if ((done & (1 << i)) == 0)
            {
                firstEnd = Math.Min(firstEnd, history[i].Ended ?? long.MaxValue);
                allEssentialDone &= history[i].Ended is null;
            }
        }

        if (allEssentialDone)
        {
            return true;
        }

        for (var i = 0; i < count; i++)
        {
            var operation = history[i];
            var isNext = (done & (1 << i)) == 0 && operation.Invoked <= firstEnd;
            if (isNext && operation.Kind == OperationKind.Write && Search(history, done | (1 << i), Math.Max(value, operation.Order), count))
            {
                return true;
            }

            if (isNext && operation.Kind == OperationKind.Read && operation.Order == value && Search(history, done | (1 << i), value, count))
            {
                return true;
            }
        }

        return false;
    }
}
