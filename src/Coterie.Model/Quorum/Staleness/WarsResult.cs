namespace Coterie.Model.Quorum.Staleness;

/// <summary>What many trials of a write and a read gave.</summary>
public sealed class WarsResult
{
    private readonly double[] _needed;
    private readonly double[] _read;
    private readonly double[] _write;

    /// <summary>Takes the arrays over.</summary>
    internal WarsResult(double[] needed, double[] read, double[] write)
    {
        Array.Sort(needed);
        Array.Sort(read);
        Array.Sort(write);
        _needed = needed;
        _read = read;
        _write = write;
    }

    public int Trials => _needed.Length;

    /// <summary>The chance that a read sees a write which was acknowledged so long before the read began.</summary>
    public double SeenAfter(double milliseconds) => UpTo(_needed, milliseconds);

    /// <summary>How long after the acknowledgement a read must begin to see the write with this chance, in milliseconds; 0: at once.</summary>
    public double SeenWithin(double chance) => Math.Max(0, At(_needed, chance));

    /// <summary>So long, in milliseconds, takes this share of reads at most.</summary>
    public double ReadPercentile(double share) => At(_read, share);

    /// <summary>So long, in milliseconds, takes this share of writes at most.</summary>
    public double WritePercentile(double share) => At(_write, share);

    /// <summary>The share of reads that take so long at most.</summary>
    public double ReadsWithin(double milliseconds) => UpTo(_read, milliseconds);

    /// <summary>The share of writes that take so long at most.</summary>
    public double WritesWithin(double milliseconds) => UpTo(_write, milliseconds);

    private static double UpTo(double[] sorted, double value)
    {
        // The first that is larger.
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] <= value ? (middle + 1, high) : (low, middle);
        }

        return (double)low / sorted.Length;
    }

    private static double At(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}
