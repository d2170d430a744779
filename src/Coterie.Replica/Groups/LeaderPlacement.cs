using System.Collections.Immutable;
using Coterie.Model.Ids;

namespace Coterie.Replica.Groups;

/// <summary>
/// Who should lead a group: a node that its id names, so that the leaders of many groups are spread over the nodes whoever was elected first. A leader hands over
/// to that one when it could lead at once; and to any that could, if it cannot do its work itself: its disk takes nothing, or its rows are not all here.
/// </summary>
/// <remarks>While leadership is handed over nothing is appended. So it is tried seldom: an attempt that comes to nothing costs writes an election's time.</remarks>
internal sealed class LeaderPlacement(GroupId group, ImmutableArray<NodeId> nodes, int self)
{
    /// <summary>So long a member leads, or cannot do its work, before it thinks of another.</summary>
    private const int TicksFirst = 20;

    private const int TicksAfterAttempt = 600;

    private int _ticksToAttempt = TicksFirst;
    private int _ticksUnable;

    public static int PreferredOf(GroupId group, int members) => (int)(group.Value % (ulong)members);

    /// <summary>At a tick of a member that leads. To whom it should hand over; null: to nobody.</summary>
    /// <param name="isUnable">It cannot do a leader's work now.</param>
    /// <param name="couldLead">Whether a member is alive and has everything.</param>
    public int? Next(bool isUnable, Func<int, bool> couldLead)
    {
        _ticksUnable = isUnable ? _ticksUnable + 1 : 0;
        if (_ticksToAttempt > 0)
        {
            _ticksToAttempt--;
            return null;
        }

        var target = Target(couldLead);
        if (target is not null)
        {
            _ticksToAttempt = TicksAfterAttempt;
        }

        return target;
    }

    /// <summary>At a tick of a member that does not lead.</summary>
    public void Rest() => (_ticksToAttempt, _ticksUnable) = (TicksFirst, 0);

    private int? Target(Func<int, bool> couldLead)
    {
        var preferred = PreferredOf(group, nodes.Length);
        if (preferred != self && couldLead(preferred))
        {
            return preferred;
        }

        if (_ticksUnable < TicksFirst)
        {
            return null;
        }

        for (var member = 0; member < nodes.Length; member++)
        {
            if (member != self && couldLead(member))
            {
                return member;
            }
        }

        return null;
    }
}
