using Coterie.Model;

namespace Coterie.Raft.Tests.Harness;

/// <summary>Nothing goes wrong any more: everything that is sent arrives, everything that is written becomes durable, all clocks go at one pace.</summary>
internal sealed class QuietTime(SimulatedGroup group)
{
    /// <summary>So many messages after one tick, and something is going in circles.</summary>
    private const int MessagesMax = 20_000;

    private long _lastRead;

    /// <summary>Within which there must be a leader, and members without a disk must count again: a few elections.</summary>
    private int TicksMax => 12 * group.Options.ElectionTicks;

    public void ComeToItself()
    {
        group.Heal();
        foreach (var member in group.Members)
        {
            member.IsPaused = false;
            if (member.Core is null)
            {
                group.Start(member);
            }
        }

        var ticksToLeader = TicksUntil(() => HasLeader() && group.Members.All(static member => !member.Disk.IsPassive));
        Check.That(ticksToLeader <= TicksMax, $"a leader within a few elections: {string.Join("; ", group.Members.Select(static member => member.ToString()))}");
        for (var i = 0; i < 5; i++)
        {
            // Leadership may be on its way to another member.
            var command = BitConverter.GetBytes(-1L - i);
            var ticks = TicksUntil(() => HasLeader() && group.Propose(group.Leader!, command) == ProposeResult.Appended);
            Check.That(ticks <= TicksMax, "a leader in quiet times takes commands");
        }

        var last = group.Invariants.HighestCommitted;
        var isEverywhere = TicksUntil(() => HasLeader() && Everyone().All(member => member.Machine.Applied >= last && member.Machine == group.Leader!.Machine)) <= TicksMax;
        Check.That(isEverywhere, $"every command is applied everywhere, up to {last}: {string.Join("; ", group.Members.Select(static member => member.ToString()))}");
        Check.That(TicksUntil(IsReadConfirmed) <= TicksMax, "a read in quiet times is confirmed");
    }

    private bool IsReadConfirmed()
    {
        if (group.Members.Any(static member => member.ConfirmedReads.Any(static read => read.Id < 0)))
        {
            return true;
        }

        if (HasLeader())
        {
            group.Read(group.Leader!, --_lastRead);
        }

        return false;
    }

    /// <summary>Everything that is on its way arrives, and everything that follows from it.</summary>
    public void Settle()
    {
        var delivered = 0;
        while (group.InFlight.Count > 0 || group.Members.Any(static member => member is { IsRunning: true, Writing: not null }))
        {
            // What its owner does of itself, a member does before it hears more.
            foreach (var member in group.Members.Where(static member => member.IsRunning))
            {
                group.CompleteWrite(member);
                group.CompleteFetch(member);
            }

            var messages = group.InFlight.ToArray();
            group.InFlight.Clear();
            foreach (var message in messages)
            {
                group.Deliver(message);
                Check.That(++delivered < MessagesMax, "a group comes to rest between two ticks");
            }
        }
    }

    /// <summary>How many ticks it takes; more than <see cref="TicksMax"/>: it does not come.</summary>
    public int TicksUntil(Func<bool> isSo)
    {
        var ticks = 0;
        for (Settle(); !isSo() && ticks <= TicksMax; ticks++)
        {
            foreach (var member in group.Members.Where(static member => member.IsRunning))
            {
                group.Tick(member);
                group.TryEndPassive(member);
            }

            Settle();
        }

        return ticks;
    }

    /// <summary>In the group, as its leader has it. Who was removed may never hear of it.</summary>
    private IEnumerable<SimulatedMember> Everyone() => group.Leader!.Core!.Log.Membership.Everyone.Select(member => group.Members[member]);

    private bool HasLeader() => group.Leader is { IsRunning: true, Core.KnowsCommitted: true };
}
