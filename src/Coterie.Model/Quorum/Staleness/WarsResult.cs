namespace Coterie.Model.Quorum.Staleness;

/// <summary>What many trials of a write and a read gave.</summary>
public sealed class WarsResult
{
    private readonly SortedSamples _needed;
    private readonly SortedSamples _read;
    private readonly SortedSamples _write;

    /// <summary>Takes the arrays over.</summary>
    internal WarsResult(double[] needed, double[] read, double[] write)
    {
        _needed = new SortedSamples(needed);
        _read = new SortedSamples(read);
        _write = new SortedSamples(write);
    }

    public int Trials => _needed.Count;

    /// <summary>The chance that a read sees a write which was acknowledged so long before the read began.</summary>
    public double SeenAfter(double milliseconds) => _needed.ShareUpTo(milliseconds);

    /// <summary>How long after the acknowledgement a read must begin to see the write with this chance, in milliseconds; 0: at once.</summary>
    public double SeenWithin(double chance) => Math.Max(0, _needed.At(chance));

    /// <summary>So long, in milliseconds, takes this share of reads at most.</summary>
    public double ReadPercentile(double share) => _read.At(share);

    /// <summary>So long, in milliseconds, takes this share of writes at most.</summary>
    public double WritePercentile(double share) => _write.At(share);

    /// <summary>The share of reads that take so long at most.</summary>
    public double ReadsWithin(double milliseconds) => _read.ShareUpTo(milliseconds);

    /// <summary>The share of writes that take so long at most.</summary>
    public double WritesWithin(double milliseconds) => _write.ShareUpTo(milliseconds);
}
