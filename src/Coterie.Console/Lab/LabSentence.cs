using System.Globalization;

namespace Coterie.WebConsole.Lab;

/// <summary>What happens in the lab, in a sentence or three. It changes when something happens and not with every number, since it is also read out.</summary>
public static class LabSentence
{
    /// <summary>So long without an acknowledgement, and a keyspace is said to wait.</summary>
    private const double WaitsMs = 400;

    public static string Of(LabSnapshot lab) => lab.Phase switch
    {
        LabPhase.Writing => Writing(lab),
        LabPhase.Checking => "No more is written. Every write that was acknowledged is looked for.",
        LabPhase.Done => Found(lab),
        _ => !lab.Nodes.Any(IsAway)
            ? "Start the writes. Then kill the node that leads."
            : $"{Away(lab)} Start the writes to see what that costs.",
    };

    /// <summary>Which of the two takes no write at the moment.</summary>
    public static (bool Leaderless, bool LeaderBased) Waits(LabSnapshot lab) => lab.Phase == LabPhase.Writing
        ? (lab.Leaderless.CurrentGapMs > WaitsMs, lab.LeaderBased.CurrentGapMs > WaitsMs)
        : (false, false);

    private static string Writing(LabSnapshot lab)
    {
        var away = lab.Nodes.Count(IsAway);
        var waits = Waits(lab);
        if (away == 0)
        {
            var calm = waits switch
            {
                (false, false) => "Both keyspaces take every write.",
                (false, true) => "Leader-based writes wait. Leaderless writes go on.",
                (true, false) => "Leaderless writes wait. Leader-based writes go on.",
                _ => "Both keyspaces wait.",
            };
            return lab.Faults is [.., var last] ? $"{last.Node} is back. {Leader(lab)}{calm}" : $"{Leader(lab)}{calm}";
        }

        if (2 * away >= lab.Nodes.Count)
        {
            return $"{Away(lab)} The rest is no majority: neither keyspace takes a write until one comes back.";
        }

        return lab.Faults.LastOrDefault(static fault => fault.To is null) is { } fault ? During(lab, fault, waits) : $"{Away(lab)} {Leader(lab)}";
    }

    private static string During(LabSnapshot lab, LabFaultReport fault, (bool Leaderless, bool LeaderBased) waits)
    {
        if (lab.Nodes.First(node => node.Name == fault.Node).State == LabNodeState.Starting)
        {
            return $"{fault.Node} comes back and catches up.";
        }

        var did = fault.What == "died" ? "died" : $"was {fault.What}";
        if (!fault.Led)
        {
            return $"{fault.Node} {did}. It led nothing: nobody has to be elected. {(waits == (false, false) ? "Both keyspaces go on." : "What it was asked is asked again elsewhere.")}";
        }

        if (lab.Nodes.All(static node => node.Leads == 0) || waits.LeaderBased)
        {
            return $"{fault.Node} led and {did}. Leader-based writes wait until another is elected. {(waits.Leaderless ? "Leaderless writes wait for an answer that does not come." : "Leaderless writes go on.")}";
        }

        var leaderBasedMs = lab.Charged(fault, leaderless: false).LeaderBasedGapMs;
        var leaderlessMs = lab.Charged(fault, leaderless: true).LeaderlessGapMs;

        // With several groups only the writes of those that it led have waited: together the others fill the gap.
        return lab.Nodes.Max(static node => node.Groups) > 1
            ? $"{fault.Node} led and {did}. {Leader(lab)}Leader-based writes of the groups that it led waited for another. The longest time without any was {Milliseconds(leaderBasedMs)}, without a leaderless one {Milliseconds(leaderlessMs)}."
            : $"{fault.Node} led and {did}. {Leader(lab)}Leader-based writes waited {Milliseconds(leaderBasedMs)}, leaderless writes {Milliseconds(leaderlessMs)}.";
    }

    private static string Found(LabSnapshot lab)
    {
        var count = (lab.Leaderless.Acknowledged + lab.LeaderBased.Acknowledged).ToString("N0", CultureInfo.InvariantCulture);
        if (lab.Leaderless.Finding is not { } leaderless || lab.LeaderBased.Finding is not { } leaderBased)
        {
            return "No more is written.";
        }

        return leaderless.IsRight && leaderBased.IsRight
            ? $"All {count} writes that were acknowledged are there."
            : $"Of {count} writes that were acknowledged {leaderless.Lost + leaderBased.Lost} are lost, {leaderless.Unread + leaderBased.Unread} could not be read, and {leaderless.Wrong + leaderBased.Wrong} are there that must not be.";
    }

    /// <summary>With a space behind it; empty: nobody knows of a leader.</summary>
    private static string Leader(LabSnapshot lab)
    {
        var leader = lab.Nodes.Where(static node => node.Leads > 0).MaxBy(static node => node.Leads);
        return leader is null ? "" : leader.Leads == leader.Groups ? $"{leader.Name} leads. " : $"{leader.Name} leads {leader.Leads} of {leader.Groups} groups. ";
    }

    private static bool IsAway(LabNodeReport node) => node.State is not (LabNodeState.Up or LabNodeState.Alone);

    private static string Away(LabSnapshot lab) => string.Join(' ', lab.Nodes.Where(IsAway).Select(static node => $"{node.Name} is {Word(node.State)}."));

    public static string Word(LabNodeState state) => state switch
    {
        LabNodeState.Up => "up",
        LabNodeState.Alone => "up, but sees no majority",
        LabNodeState.Starting => "coming up",
        LabNodeState.Paused => "paused",
        LabNodeState.CutOff => "cut off",
        _ => "dead",
    };

    public static string Milliseconds(double milliseconds) => milliseconds < 10_000
        ? $"{Math.Round(milliseconds).ToString("N0", CultureInfo.InvariantCulture)} ms"
        : $"{(milliseconds / 1000).ToString("N1", CultureInfo.InvariantCulture)} s";
}
