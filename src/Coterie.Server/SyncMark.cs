using Coterie.Storage.Writer;

namespace Coterie.Server;

/// <summary>
/// What is noted beside a store, durably, for as long as it may hold acknowledged writes that were not synced. Nothing is noted where every write is synced, nor
/// after a clean stop: so whoever finds it knows that the node did not stop cleanly. Pure; see docs/decisions/0007-complete-or-incomplete.md.
/// </summary>
/// <param name="Boot">Of the system, when it was noted: the death of a process takes nothing of what the system has been given, that of the machine does.</param>
/// <param name="HasLost">Writes may have been lost, and the store does not know it yet.</param>
public sealed record SyncMark(string Boot, bool HasLost)
{
    /// <summary>To be noted before the store is opened; null: nothing.</summary>
    /// <param name="found">What was noted last.</param>
    /// <param name="boot">Of the system now.</param>
    /// <param name="mode">Of the writer from now on.</param>
    public static SyncMark? AtStart(SyncMark? found, string boot, SyncMode mode) =>
        found is null && mode == SyncMode.Group ? null : new SyncMark(boot, found is not null && (found.HasLost || found.Boot != boot));

    /// <summary>
    /// To be noted when the node has started: what was in the system's memory has been written out by opening the store, and that writes were lost is in it.
    /// </summary>
    public static SyncMark? Started(string boot, SyncMode mode) => mode == SyncMode.Group ? null : new SyncMark(boot, HasLost: false);

    /// <summary>To be noted when the node has stopped.</summary>
    /// <param name="noted">Until now.</param>
    /// <param name="isStoreWhole">Everything has been synced. After a sync that failed it is unknown what the disk has, and it may be less than the system said.</param>
    public static SyncMark? Stopped(SyncMark? noted, bool isStoreWhole) =>
        noted is null || (isStoreWhole && !noted.HasLost) ? null : noted with { HasLost = noted.HasLost || !isStoreWhole };
}
