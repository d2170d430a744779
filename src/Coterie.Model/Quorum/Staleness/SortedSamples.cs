namespace Coterie.Model.Quorum.Staleness;

/// <summary>Numbers in order: which share of them is at most so large, and how large a share of them is at most.</summary>
public sealed class SortedSamples
{
    private readonly double[] _sorted;

    /// <summary>Takes the array over.</summary>
    public SortedSamples(double[] samples)
    {
        Array.Sort(samples);
        _sorted = samples;
    }

    public int Count => _sorted.Length;

    /// <summary>Of none, 0.</summary>
    public double ShareUpTo(double value)
    {
        // The first that is larger.
        var (low, high) = (0, _sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _sorted[middle] <= value ? (middle + 1, high) : (low, middle);
        }

        return _sorted.Length == 0 ? 0 : (double)low / _sorted.Length;
    }

    /// <summary>This share of them is at most so large. There must be one.</summary>
    public double At(double share) => _sorted[Math.Min(_sorted.Length - 1, (int)(share * _sorted.Length))];
}
