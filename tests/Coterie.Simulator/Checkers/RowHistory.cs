namespace Coterie.Simulator.Checkers;

/// <summary>
/// What clients did to rows and what their scans saw. Each row is a register whose states are ordered by timestamp, a deletion being a state of
/// its own; a scan that covers a row reads that register, also where it returns nothing.
/// </summary>
/// <remarks>
/// The rule is the one of <see cref="RegisterRule.Begin"/>, or of <see cref="RegisterRule.Recency"/>. An absent row does not tell which deletion it
/// is absent by: it is given the benefit of the latest that had been begun.
/// </remarks>
public sealed class RowHistory
{
    private readonly SortedDictionary<RowKey, List<RowChange>> _changes = [];
    private readonly Dictionary<string, RowChange> _inserts = [];
    private readonly List<Observation> _observations = [];

    /// <param name="value">Unique; null: a deletion.</param>
    /// <param name="rows">The rows that it changes.</param>
    public RowChange Begin(string? value, long timestamp, long now, IReadOnlyList<RowKey> rows)
    {
        var change = new RowChange(value, timestamp, now, rows);
        foreach (var row in rows)
        {
            if (!_changes.TryGetValue(row, out var changes))
            {
                _changes.Add(row, changes = []);
            }

            changes.Add(change);
        }

        if (value is not null)
        {
            _inserts.Add(value, change);
        }

        return change;
    }

    /// <summary>It is known not to have been applied.</summary>
    public void NotApplied(RowChange change)
    {
        foreach (var row in change.Rows)
        {
            _changes[row].Remove(change);
        }

        if (change.Value is not null)
        {
            _inserts.Remove(change.Value);
        }
    }

    /// <param name="value">Null: the scan covered the row and did not return it.</param>
    public void Observe(RowKey row, string? value, long invoked, long returned) => _observations.Add(new Observation(row, value, invoked, returned));

    /// <returns>The first thing that should not have been seen, or null.</returns>
    public string? Check(RegisterRule rule)
    {
        var effects = new Dictionary<RowChange, long>();
        foreach (var change in _changes.Values.SelectMany(static changes => changes))
        {
            effects[change] = change.Acknowledged ?? long.MaxValue;
        }

        foreach (var seen in _observations.Where(static seen => seen.Value is not null))
        {
            if (!_inserts.TryGetValue(seen.Value!, out var insert) || !insert.Rows[0].Equals(seen.Row) || insert.Invoked > seen.Returned)
            {
                return $"{seen} shows a value that nobody had written there";
            }

            if (rule == RegisterRule.Begin)
            {
                effects[insert] = Math.Min(effects[insert], seen.Returned);
            }
        }

        return _observations.Select(seen => TooOld(seen, effects)).FirstOrDefault(static wrong => wrong is not null);
    }

    private string? TooOld(Observation seen, Dictionary<RowChange, long> effects)
    {
        if (!_changes.TryGetValue(seen.Row, out var changes))
        {
            return null;
        }

        var timestamp = seen.Value is not null
            ? _inserts[seen.Value].Timestamp
            : changes.Where(change => change.Value is null && change.Invoked < seen.Returned).Select(static change => change.Timestamp).DefaultIfEmpty(long.MinValue).Max();
        var missed = changes.Find(change => change.Timestamp > timestamp && effects[change] < seen.Invoked);
        if (missed is { Value: null } && seen.Value is not null)
        {
            return $"{seen} brings back what {missed} had deleted, which had taken effect at {new TimeSpan(effects[missed])}\n{Describe(seen.Row)}";
        }

        return missed is null ? null : $"{seen} misses {missed}, which had taken effect at {new TimeSpan(effects[missed])}\n{Describe(seen.Row)}";
    }

    private string Describe(RowKey row) => string.Join(
        '\n',
        _changes[row].Select(static change => (change.Invoked, Line: change.ToString()))
            .Concat(_observations.Where(seen => seen.Row.Equals(row)).Select(static seen => (seen.Invoked, Line: seen.ToString())))
            .OrderBy(static line => line.Invoked)
            .Select(static line => line.Line)
            .TakeLast(60));

    private sealed record Observation(RowKey Row, string? Value, long Invoked, long Returned)
    {
        public override string ToString() => $"scan of {Row} from {new TimeSpan(Invoked)} to {new TimeSpan(Returned)} that saw {Value ?? "nothing"}";
    }
}

public readonly record struct RowKey(int Partition, int Row) : IComparable<RowKey>
{
    public int CompareTo(RowKey other) => (Partition, Row).CompareTo((other.Partition, other.Row));

    public override string ToString() => $"({Partition}, {Row})";
}

/// <summary>One INSERT, or one DELETE of one row or of many. Timestamps are unique.</summary>
public sealed class RowChange(string? value, long timestamp, long invoked, IReadOnlyList<RowKey> rows)
{
    public string? Value { get; } = value;

    public long Timestamp { get; } = timestamp;

    public long Invoked { get; } = invoked;

    public IReadOnlyList<RowKey> Rows { get; } = rows;

    /// <summary>Null: failed, or the outcome is unknown.</summary>
    public long? Acknowledged { get; set; }

    public override string ToString() =>
        $"{(Value is null ? $"deletion of {Rows[0]} to {Rows[^1]}" : $"insert of {Value}")} @{Timestamp} from {new TimeSpan(Invoked)} to {(Acknowledged is { } at ? new TimeSpan(at).ToString() : "unknown")}";
}
