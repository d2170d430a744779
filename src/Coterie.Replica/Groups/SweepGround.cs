using Coterie.Replica.Groups.Restore;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Groups;

/// <summary>What may be swept out of a group's rows here, as of one moment.</summary>
/// <param name="Index">All entries up to here are in the tables.</param>
/// <param name="Stamp">The greatest of theirs. No write that is still to come to the tables has one that is as small, once a restart begins behind the index.</param>
/// <param name="Removals">How often all rows had been removed.</param>
internal readonly record struct SweepPermit(long Index, long Stamp, int Removals);

/// <summary>
/// Why a member of a leader-based group may sweep by itself: what a deletion shadows was written by earlier entries of the log, which come only once. Guarded by the
/// member's lock, where nothing else is said. See docs/decisions/0009-leader-based.md.
/// </summary>
internal sealed class SweepGround(GroupMember member, GroupParts parts, GroupStore store, long stamp)
{
    private long _stamp = stamp;
    private volatile int _removals;

    /// <summary>The next entries are in the tables, and all before them.</summary>
    public void Applied(long greatest) => _stamp = Math.Max(_stamp, greatest);

    /// <summary>
    /// The rows are about to be removed, and fetched from elsewhere: what a sweep has seen does not count any more. Called before the removal is given to the
    /// writer, so that whatever is swept behind it there knows.
    /// </summary>
    public void Removing() => _removals++;

    public SweepPermit Permit() => new(member.Applied, _stamp, _removals);

    /// <summary>
    /// Not under the lock. Null: rows are missing, or the log on the disk is behind what is applied, and nothing may be swept: a mark beyond the log's end
    /// would be of entries that a restart does not find.
    /// </summary>
    public SweepPermit? Ask()
    {
        lock (member.Gate)
        {
            return parts.Closed.Contains(member.Group.Id) || member.Applied > member.StableIndex ? null : Permit();
        }
    }

    /// <summary>From any thread.</summary>
    public bool Holds(SweepPermit permit) => _removals == permit.Removals;

    /// <summary>Not under the lock. That what the permit says is applied is durable, or is not.</summary>
    public async Task<bool> MarkAsync(SweepPermit permit)
    {
        var mark = RestoreWrite.Mark(store, permit);
        return parts.Writer.TryEnqueue(mark) && await mark.Done == WriteResult.Durable;
    }
}
