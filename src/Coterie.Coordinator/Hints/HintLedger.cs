using Coterie.Model.Hints;
using Coterie.Model.Ids;

namespace Coterie.Coordinator.Hints;

/// <summary>Why a mutation that was missed got no hint, or why a hint was given up.</summary>
public enum HintDrop : byte
{
    /// <summary>Hints are switched off.</summary>
    Off = 0,

    /// <summary>The replica has been down, or the hint has waited, for longer than the window.</summary>
    Window,

    /// <summary>As many bytes are kept as may be, for this replica or in all.</summary>
    Full,

    /// <summary>Too many hints are on their way to the disk, or the store refused.</summary>
    Overloaded,

    /// <summary>The store failed.</summary>
    Failed,

    /// <summary>The table has been dropped or truncated.</summary>
    Stale,

    /// <summary>The record on disk is damaged.</summary>
    Corrupt,

    /// <summary>The replica refuses it, and takes others.</summary>
    Refused,
}

/// <summary>
/// Which mutations get a hint, and what is kept for whom. Pure, and not safe from several threads: its owner has a lock. Room is taken when a hint
/// is sent to the store and given back if it does not arrive, so that the caps hold however many are on their way.
/// </summary>
/// <remarks>Invariant: what is counted for a target is what the store has for it and what is on its way there; the total is the sum of the targets.</remarks>
internal sealed class HintLedger(HintOptions options)
{
    private readonly SortedDictionary<NodeId, Target> _targets = [];
    private ulong _sequence;

    public long Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The last place that was given out.</summary>
    public ulong LastPlace => _sequence;

    /// <summary>What the store had at the start.</summary>
    public void Load(IReadOnlyList<HintsOfTarget> found)
    {
        foreach (var one in found)
        {
            var target = Of(one.Target);
            target.Count += one.Count;
            target.Bytes += one.Bytes;
            target.Oldest = Math.Min(target.Oldest, one.OldestFormed);
            Count += one.Count;
            Bytes += one.Bytes;

            // A place that is only a bound, because the disk could not be read to the end, must not use up all places.
            _sequence = one.Last == ulong.MaxValue ? _sequence : Math.Max(_sequence, one.Last);
        }
    }

    /// <summary>The target is not answering, from now on if it was until now.</summary>
    public void Down(NodeId node, long nowMilliseconds)
    {
        var target = Of(node);
        target.DownSince ??= nowMilliseconds;
    }

    public void Up(NodeId node)
    {
        if (_targets.TryGetValue(node, out var target))
        {
            target.DownSince = null;
        }
    }

    /// <summary>Whether there may be a hint; if so, room is taken for it and it has its place. Times are in milliseconds since the Unix epoch.</summary>
    public HintDrop? TryTake(NodeId node, int bytes, long formed, long now, out ulong sequence)
    {
        sequence = 0;
        if (options.Window <= TimeSpan.Zero)
        {
            return HintDrop.Off;
        }

        var target = Of(node);
        var window = (long)options.Window.TotalMilliseconds;
        if (target.DownSince is { } since && now - Math.Min(since, target.Count > 0 ? target.Oldest : since) > window)
        {
            return HintDrop.Window;
        }

        if (now - formed > window)
        {
            return HintDrop.Window;
        }

        if (target.Bytes + bytes > options.BytesPerTargetMax || Bytes + bytes > options.BytesMax)
        {
            return HintDrop.Full;
        }

        // Microseconds, so that places rise over a restart even if everything before it has been forgotten.
        _sequence = Math.Max(_sequence + 1, (ulong)Math.Max(0, now) * 1_000);
        sequence = _sequence;
        Add(target, 1, bytes);
        target.Oldest = Math.Min(target.Oldest, formed);
        return null;
    }

    /// <summary>These are not in the store: they did not arrive, or have been forgotten.</summary>
    public void Remove(NodeId node, long count, long bytes)
    {
        if (_targets.TryGetValue(node, out var target))
        {
            Add(target, -Math.Min(count, target.Count), -Math.Min(bytes, target.Bytes));
            Settle(target);
        }
    }

    /// <summary>The oldest hint that is left was formed then, as a replay has seen.</summary>
    public void OldestIs(NodeId node, long formed)
    {
        if (_targets.TryGetValue(node, out var target) && target.Count > 0)
        {
            target.Oldest = formed;
        }
    }

    /// <summary>Nothing is left of the target and nothing is on its way: what was counted and is not there had been lost count of.</summary>
    public long Clear(NodeId node)
    {
        if (!_targets.TryGetValue(node, out var target))
        {
            return 0;
        }

        var count = target.Count;
        Add(target, -target.Count, -target.Bytes);
        Settle(target);
        return count;
    }

    public long CountOf(NodeId node) => _targets.TryGetValue(node, out var target) ? target.Count : 0;

    /// <summary>Who something is kept for, in the order of ids.</summary>
    public List<HintsWaiting> Waiting() =>
        [.. _targets.Where(static one => one.Value.Count > 0).Select(static one => new HintsWaiting(one.Key, one.Value.Count, one.Value.Bytes, one.Value.Oldest))];

    /// <summary>Is the hint too old to be replayed?</summary>
    public bool IsTooOld(long formed, long now) => now - formed > (long)options.Window.TotalMilliseconds;

    private static void Settle(Target target) => target.Oldest = target.Count == 0 ? long.MaxValue : target.Oldest;

    private void Add(Target target, long count, long bytes)
    {
        target.Count += count;
        target.Bytes += bytes;
        Count += count;
        Bytes += bytes;
    }

    private Target Of(NodeId node)
    {
        if (!_targets.TryGetValue(node, out var target))
        {
            _targets.Add(node, target = new Target());
        }

        return target;
    }

    private sealed class Target
    {
        public long Count { get; set; }

        public long Bytes { get; set; }

        /// <summary>When the oldest was formed, or earlier.</summary>
        public long Oldest { get; set; } = long.MaxValue;

        public long? DownSince { get; set; }
    }
}

/// <summary>What waits for one replica.</summary>
/// <param name="OldestFormed">Milliseconds since the Unix epoch.</param>
public readonly record struct HintsWaiting(NodeId Target, long Count, long Bytes, long OldestFormed)
{
    /// <summary>How long ago the oldest was formed; zero if that is not known, or a clock has gone back.</summary>
    public TimeSpan AgeAt(DateTimeOffset now) =>
        OldestFormed == long.MaxValue ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Max(0, now.ToUnixTimeMilliseconds() - OldestFormed));
}
