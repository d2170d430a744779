using Coterie.Model.Ids;
using Coterie.Repair.Exchanges;

namespace Coterie.Repair;

/// <summary>What the comparisons that a node drove have done since it started, and when each pair was last known to be equal.</summary>
public sealed class RepairCounters
{
    private readonly Lock _lock = new();
    private readonly ExchangeFigures _total = new();
    private readonly SortedDictionary<string, LastEqual> _equal = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _failures = new(StringComparer.Ordinal);

    public long Exchanges { get; private set; }

    public long ExchangesFailed { get; private set; }

    /// <summary>A copy.</summary>
    public ExchangeFigures Total()
    {
        lock (_lock)
        {
            var copy = new ExchangeFigures();
            copy.Add(_total);
            return copy;
        }
    }

    /// <summary>For each pair that this node drives: when all that both had written before then was the same on both.</summary>
    public IReadOnlyList<LastEqual> Equal()
    {
        lock (_lock)
        {
            return [.. _equal.Values];
        }
    }

    internal void Ended(ExchangeFigures figures, bool succeeded)
    {
        lock (_lock)
        {
            Exchanges++;
            ExchangesFailed += succeeded ? 0 : 1;
            _total.Add(figures);
        }
    }

    /// <summary>When the target was last known to be equal, and why its last comparison failed, each null if there is none.</summary>
    internal (DateTimeOffset? EqualAt, string? Failure) StateOf(string key)
    {
        lock (_lock)
        {
            return (_equal.TryGetValue(key, out var equal) ? equal.At : null, _failures.GetValueOrDefault(key));
        }
    }

    /// <param name="key">Of the target.</param>
    /// <param name="failure">Null: the comparison came to its end.</param>
    internal void Compared(string key, string? failure)
    {
        lock (_lock)
        {
            if (failure is null)
            {
                _failures.Remove(key);
            }
            else
            {
                _failures[key] = failure;
            }
        }
    }

    internal void BecameEqual(string key, LastEqual equal)
    {
        lock (_lock)
        {
            _equal[key] = equal;
        }
    }

    internal void Keep(IReadOnlySet<string> keys)
    {
        lock (_lock)
        {
            foreach (var gone in _equal.Keys.Where(key => !keys.Contains(key)).ToList())
            {
                _equal.Remove(gone);
            }

            foreach (var gone in _failures.Keys.Where(key => !keys.Contains(key)).ToList())
            {
                _failures.Remove(gone);
            }
        }
    }
}

/// <param name="Peer">The other replica.</param>
/// <param name="At">When the comparison began that found them equal, or made them so.</param>
public sealed record LastEqual(string Keyspace, string Table, NodeId Peer, DateTimeOffset At);
