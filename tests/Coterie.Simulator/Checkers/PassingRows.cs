namespace Coterie.Simulator.Checkers;

/// <summary>A row that is inserted once and deleted once, or not at all.</summary>
/// <param name="Partition">Where it is.</param>
/// <param name="Clustering">And under which key.</param>
public sealed record PassingRow(int Partition, int Clustering)
{
    /// <summary>When the insert was acknowledged, in ticks; null: it was not.</summary>
    public long? Inserted { get; set; }

    /// <summary>When the first deletion was begun.</summary>
    public long? DeletionBegun { get; set; }

    public long? Deleted { get; set; }

    /// <summary>When the first strong read had ended that did not see it although it had been inserted.</summary>
    public long? SeenGone { get; set; }

    public override string ToString() => $"row {Partition}/{Clustering}: inserted {Inserted}, deletion begun {DeletionBegun}, acknowledged {Deleted}, seen gone {SeenGone}";
}

/// <summary>
/// What strong reads may see of rows that come once and go once: from the acknowledged insert until a deletion has begun a row is there, and from its acknowledged
/// deletion on, or once a read has not seen it, never again.
/// </summary>
public sealed class PassingRows
{
    private readonly List<List<PassingRow>> _partitions = [];

    /// <summary>What was wrong first, or null.</summary>
    public string? Wrong { get; private set; }

    public int Deletions { get; private set; }

    public int AddPartition()
    {
        _partitions.Add([]);
        return _partitions.Count - 1;
    }

    public IReadOnlyList<PassingRow> Of(int partition) => _partitions[partition];

    public int Partitions => _partitions.Count;

    public PassingRow Add(int partition)
    {
        var row = new PassingRow(partition, _partitions[partition].Count);
        _partitions[partition].Add(row);
        return row;
    }

    public void BeginDeletion(IEnumerable<PassingRow> rows, long now)
    {
        foreach (var row in rows)
        {
            row.DeletionBegun ??= now;
        }
    }

    public void EndDeletion(IEnumerable<PassingRow> rows, long now)
    {
        Deletions++;
        foreach (var row in rows)
        {
            row.Deleted ??= now;
        }
    }

    /// <param name="seen">Clustering keys of the whole partition.</param>
    /// <param name="invoked">When the read began, in ticks.</param>
    /// <param name="ended">And when it was answered.</param>
    public void Observe(int partition, IReadOnlySet<int> seen, long invoked, long ended)
    {
        foreach (var row in _partitions[partition])
        {
            if (row.Inserted is not { } inserted || inserted >= invoked)
            {
                continue;
            }

            if (!seen.Contains(row.Clustering))
            {
                if (row.DeletionBegun is null || row.DeletionBegun > ended)
                {
                    Say($"is gone, though nobody deleted it: {row}", invoked);
                }

                row.SeenGone = Math.Min(row.SeenGone ?? long.MaxValue, ended);
            }
            else if (row.Deleted < invoked || row.SeenGone < invoked)
            {
                Say($"comes back: {row}", invoked);
            }
        }
    }

    private void Say(string what, long invoked) => Wrong ??= $"{what}; the read began at {TimeSpan.FromTicks(invoked)} ({invoked})";
}
