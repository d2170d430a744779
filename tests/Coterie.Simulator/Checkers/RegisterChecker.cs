namespace Coterie.Simulator.Checkers;

/// <summary>
/// Checks a history of one last-write-wins cell in O(n log n). A write has taken effect once it is acknowledged or (except for
/// <see cref="RegisterRule.Recency"/>) once a read that saw it has returned; a read may not be older than anything that took effect before
/// the read's start. For <see cref="RegisterRule.Full"/> the start of a read is not before the invocation of the write that it saw: that
/// makes the rule equal to linearizability of a register whose writes are ordered by their timestamps.
/// </summary>
public static class RegisterChecker
{
    /// <summary>The first violation in the order of the reads' starts, or null if the history holds.</summary>
    public static RegisterViolation? Check(IReadOnlyList<RegisterOperation> history, RegisterRule rule)
    {
        var invoked = new Dictionary<long, long> { [0] = long.MinValue };
        var effective = new Dictionary<long, long> { [0] = long.MinValue };
        foreach (var operation in history)
        {
            if (operation.Kind == OperationKind.Write)
            {
                invoked[operation.Order] = operation.Invoked;
                effective[operation.Order] = operation.Ended ?? long.MaxValue;
            }
        }

        var reads = history.Where(o => o.Kind == OperationKind.Read).ToList();
        foreach (var read in reads)
        {
            if (!invoked.TryGetValue(read.Order, out var written))
            {
                return new RegisterViolation(read, "a value that nobody wrote");
            }

            if (written > read.Ended!.Value)
            {
                return new RegisterViolation(read, "a value that was written only after the read had returned");
            }

            if (rule is RegisterRule.Full or RegisterRule.Begin)
            {
                effective[read.Order] = Math.Min(effective[read.Order], read.Ended.Value);
            }
        }

        return rule == RegisterRule.Real ? null : FirstTooOld(reads, invoked, effective, rule);
    }

    private static RegisterViolation? FirstTooOld(
        List<RegisterOperation> reads,
        Dictionary<long, long> invoked,
        Dictionary<long, long> effective,
        RegisterRule rule)
    {
        long Start(RegisterOperation read) => rule == RegisterRule.Full ? Math.Max(read.Invoked, invoked[read.Order]) : read.Invoked;

        var effects = effective.Where(e => e.Value < long.MaxValue).Select(e => (When: e.Value, Order: e.Key)).Order().ToList();
        var next = 0;
        long newest = 0;
        foreach (var read in reads.OrderBy(Start))
        {
            var start = Start(read);
            for (; next < effects.Count && effects[next].When < start; next++)
            {
                newest = Math.Max(newest, effects[next].Order);
            }

            if (read.Order < newest)
            {
                return new RegisterViolation(read, $"older than {newest}, which had taken effect before");
            }
        }

        return null;
    }
}
