using System.Collections.Concurrent;
using Coterie.Model.Ids;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Reads.Ranking;

/// <summary>When a read of a table counts as slow, by the table's option and by how long its reads have taken.</summary>
internal sealed class SpeculationPolicy
{
    /// <summary>While too little is known of a table.</summary>
    private static readonly TimeSpan AtFirst = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<uint, LatencyHistogram> _tables = new();

    public LatencyHistogram Of(StorageId table) =>
        _tables.TryGetValue(table.Value, out var found) ? found : _tables.GetOrAdd(table.Value, static _ => new LatencyHistogram());

    /// <summary>After how long to ask one more replica; null: never.</summary>
    public TimeSpan? SlowAfter(TableSchema table, TimeSpan timeout)
    {
        var option = table.Options.SpeculativeRetry;
        var slow = option.Kind switch
        {
            SpeculativeRetryKind.FixedMilliseconds => TimeSpan.FromMilliseconds(option.Value),
            SpeculativeRetryKind.Percentile => Of(table.StorageId).Percentile(option.Value) ?? AtFirst,
            _ => (TimeSpan?)null,
        };

        // Later than this the other replica could hardly answer in time.
        return slow > timeout / 2 ? timeout / 2 : slow;
    }

    /// <summary>Forgets tables that are gone, so that what is kept stays bounded by the schema.</summary>
    public void Forget(Predicate<uint> isGone)
    {
        foreach (var table in _tables.Keys)
        {
            if (isGone(table))
            {
                _tables.TryRemove(table, out _);
            }
        }
    }
}
