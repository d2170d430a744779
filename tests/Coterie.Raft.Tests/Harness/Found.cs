using Coterie.Model;

namespace Coterie.Raft.Tests.Harness;

/// <summary>Runs a seed; what it finds says how to run it again.</summary>
internal static class Found
{
    public static void In(int seed, int members, int steps, Func<Chances, Chances>? with = null, int spares = 0)
    {
        if (What(seed, members, steps, RaftRules.All, HarnessRules.All, with, spares) is { } found)
        {
            Assert.Fail(found);
        }
    }

    /// <summary>Null: nothing.</summary>
    public static string? What(int seed, int members, int steps, RaftRules rules, HarnessRules ownerRules, Func<Chances, Chances>? with = null, int spares = 0)
    {
        var run = new RandomRun(seed, members, rules, ownerRules, with, spares);
        try
        {
            run.Go(steps);
            return null;
        }
        catch (Exception broken) when (broken is BrokenInvariantException or ArgumentException or IndexOutOfRangeException)
        {
            return $"seed {seed}, {members} members, step {run.Steps}: {broken}";
        }
    }
}
