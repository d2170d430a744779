namespace Coterie.Simulator.Kernel;

/// <summary>Marks along a run's trace, by which two runs of a seed are compared to find where they part.</summary>
public sealed class TraceLog
{
    private const int StepsPerMark = 256;

    private readonly List<(long Ticks, string Process, ulong Hash)> _marks = [];

    internal void Step(long steps, long ticks, string process, Func<ulong> hash)
    {
        if (steps % StepsPerMark == 0)
        {
            _marks.Add((ticks, process, hash()));
        }
    }

    /// <summary>Where the two first differ, to within the steps between two marks.</summary>
    public static string FirstDifference(TraceLog first, TraceLog second)
    {
        var shorter = Math.Min(first._marks.Count, second._marks.Count);
        for (var mark = 0; mark < shorter; mark++)
        {
            if (first._marks[mark] != second._marks[mark])
            {
                var (ticks, process, _) = first._marks[mark];
                return $"they part before step {(mark + 1) * StepsPerMark}, at {new TimeSpan(ticks)} of virtual time, in {process}";
            }
        }

        return $"they part after step {shorter * StepsPerMark}";
    }
}
