using Coterie.Simulator.Checkers;

namespace Coterie.Simulation.Checkers;

/// <summary>Histories of batches that the checker must refuse, and those that it must let pass.</summary>
public sealed class UnloggedBatchHistoryTests
{
    [Theory]
    [InlineData(BatchEnding.Acknowledged, 2, 2)]
    [InlineData(BatchEnding.Unknown, 2, 0)]
    [InlineData(BatchEnding.NotApplied, 0, 0)]
    public void What_is_promised_passes(BatchEnding ending, int first, int second) => Assert.Null(Check(ending, first, second));

    [Theory]
    [InlineData(BatchEnding.Acknowledged, 2, 0, "was acknowledged")]
    [InlineData(BatchEnding.NotApplied, 2, 0, "was said not to have been applied")]
    [InlineData(BatchEnding.Unknown, 1, 2, "shows 1 of its 2 rows in partition 7")]
    public void What_breaks_a_promise_is_found(BatchEnding ending, int first, int second, string wrong) =>
        Assert.Contains(wrong, Check(ending, first, second), StringComparison.Ordinal);

    private static string? Check(BatchEnding ending, int first, int second)
    {
        var history = new UnloggedBatchHistory();
        var batch = history.Begin([7, 8], rows: 2);
        batch.Ending = ending;
        return history.Check(new Dictionary<(int, int), int> { [(batch.Number, 7)] = first, [(batch.Number, 8)] = second });
    }
}
