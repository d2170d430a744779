namespace Coterie.Simulator.Checkers;

/// <summary>
/// What clients wrote in batches over several partitions, and what was seen of each batch in each partition. Within a partition a batch is an atom,
/// always; all of its partitions together are none, unless it was acknowledged. (Logged batches: <see cref="BatchHistory"/>.)
/// </summary>
public sealed class UnloggedBatchHistory
{
    private readonly List<WrittenBatch> _batches = [];

    public IReadOnlyList<WrittenBatch> Batches => _batches;

    /// <param name="partitions">Where it writes, each once.</param>
    /// <param name="rows">How many rows in each.</param>
    public WrittenBatch Begin(IReadOnlyList<int> partitions, int rows)
    {
        var batch = new WrittenBatch(_batches.Count, partitions, rows);
        _batches.Add(batch);
        return batch;
    }

    /// <summary>While everything is under way: all rows of the batch in one partition, or none.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? CheckPartition(WrittenBatch batch, int partition, int seen) => seen == 0 || seen == batch.Rows
        ? null
        : $"{batch} shows {seen} of its {batch.Rows} rows in partition {partition}";

    /// <summary>Once everything is healed, with what is there in the end of each batch in each partition (0 where nothing is said).</summary>
    /// <returns>The first thing that is wrong, or null.</returns>
    public string? Check(IReadOnlyDictionary<(int Batch, int Partition), int> seen)
    {
        foreach (var batch in _batches)
        {
            var whole = 0;
            foreach (var partition in batch.Partitions)
            {
                var rows = seen.GetValueOrDefault((batch.Number, partition));
                whole += rows > 0 ? 1 : 0;
                if (CheckPartition(batch, partition, rows) is { } torn)
                {
                    return torn;
                }
            }

            var wrong = batch.Ending switch
            {
                BatchEnding.Acknowledged when whole < batch.Partitions.Count => "was acknowledged",
                BatchEnding.NotApplied when whole > 0 => "was said not to have been applied",
                _ => null,
            };
            if (wrong is not null)
            {
                return $"{batch} {wrong}, and is in {whole} of its {batch.Partitions.Count} partitions";
            }
        }

        return null;
    }
}

public enum BatchEnding : byte
{
    Unknown,
    Acknowledged,
    NotApplied,
}

/// <summary>One batch.</summary>
public sealed class WrittenBatch(int number, IReadOnlyList<int> partitions, int rows)
{
    public int Number { get; } = number;

    public IReadOnlyList<int> Partitions { get; } = partitions;

    public int Rows { get; } = rows;

    public BatchEnding Ending { get; set; }

    public override string ToString() => $"batch {Number} over partitions {string.Join(", ", Partitions)}";
}
