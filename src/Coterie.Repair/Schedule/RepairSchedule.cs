using Coterie.Model.Ids;

namespace Coterie.Repair.Schedule;

/// <summary>
/// Decides what is compared next: of what is due and can be, that which has waited longest. Pure; times are of one clock that never goes back.
/// </summary>
public sealed class RepairSchedule(RepairOptions options)
{
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Takes over what there is to compare now. What is new is due at once; what is gone is forgotten.</summary>
    public void Update(IReadOnlyList<RepairTarget> targets, TimeSpan now)
    {
        var known = targets.Select(static target => target.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _entries.Keys.Where(key => !known.Contains(key)).ToList())
        {
            _entries.Remove(gone);
        }

        foreach (var target in targets)
        {
            _entries[target.Key] = _entries.TryGetValue(target.Key, out var entry) ? entry with { Target = target } : new Entry(target, now);
        }
    }

    /// <summary>What is to be compared now; null: nothing.</summary>
    public RepairTarget? Next(TimeSpan now, Func<NodeId, bool> isAlive)
    {
        Entry? first = null;
        foreach (var entry in _entries.Values)
        {
            if (entry.Due <= now && (first is null || entry.Due < first.Due) && isAlive(entry.Target.Peer))
            {
                first = entry;
            }
        }

        return first?.Target;
    }

    public void Ended(RepairTarget target, bool succeeded, TimeSpan now)
    {
        if (_entries.TryGetValue(target.Key, out var entry))
        {
            _entries[target.Key] = entry with { Due = now + (succeeded ? options.Interval : options.RetryPause) };
        }
    }

    /// <summary>The peer has come back: whatever is shared with it is due soon, since it has missed something.</summary>
    public void Returned(NodeId peer, TimeSpan now)
    {
        foreach (var (key, entry) in _entries.Where(pair => pair.Value.Target.Peer == peer).ToList())
        {
            var due = now + options.PauseAfterReturn;
            _entries[key] = entry with { Due = entry.Due < due ? entry.Due : due };
        }
    }

    private sealed record Entry(RepairTarget Target, TimeSpan Due);
}
