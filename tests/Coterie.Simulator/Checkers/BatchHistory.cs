using Coterie.Simulator.Client;

namespace Coterie.Simulator.Checkers;

/// <summary>Which batches were begun, what their clients were told, and which of their rows were found.</summary>
public sealed class BatchHistory
{
    private readonly List<Batch> _batches = [];
    private string? _wrong;

    public int UnknownButWhole => _batches.Count(static batch => batch.Outcome is not (CqlOutcome.Ok or CqlOutcome.Unavailable) && batch.Found.Count == batch.Partitions.Count);

    public static string ValueOf(int batch) => $"v{batch:x5}";

    public int Begin(IReadOnlyCollection<int> partitions)
    {
        _batches.Add(new Batch([.. partitions]));
        return _batches.Count - 1;
    }

    public void End(int batch, CqlOutcome outcome) => _batches[batch].Outcome = outcome;

    public void Found(int batch, int partition, string value)
    {
        if (batch < 0 || batch >= _batches.Count || !_batches[batch].Partitions.Contains(partition) || value != ValueOf(batch))
        {
            _wrong ??= $"nobody wrote '{value}' as row {batch} of partition {partition}";
        }
        else
        {
            _batches[batch].Found.Add(partition);
        }
    }

    /// <returns>What is wrong, or null.</returns>
    public string? Check()
    {
        for (var number = 0; number < _batches.Count && _wrong is null; number++)
        {
            var batch = _batches[number];
            var whole = batch.Found.Count == batch.Partitions.Count;
            _wrong = !whole && batch.Found.Count > 0 ? $"batch {number} ({batch.Outcome}) is there in part: in {batch.Found.Count} of {batch.Partitions.Count} partitions"
                : !whole && batch.Outcome == CqlOutcome.Ok ? $"batch {number} was acknowledged and is gone"
                : batch.Found.Count > 0 && batch.Outcome == CqlOutcome.Unavailable ? $"batch {number} is there, and its client was told that nothing was applied"
                : null;
        }

        return _wrong;
    }

    private sealed class Batch(SortedSet<int> partitions)
    {
        public SortedSet<int> Partitions { get; } = partitions;

        public SortedSet<int> Found { get; } = [];

        public CqlOutcome Outcome { get; set; } = CqlOutcome.Broken;
    }
}
