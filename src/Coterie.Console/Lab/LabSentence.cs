using System.Globalization;

namespace Coterie.WebConsole.Lab;

/// <summary>What happens in the lab, in a sentence or three. It changes when something happens and not with every number, since it is also read out.</summary>
public static class LabSentence
{
    /// <summary>So long without an acknowledgement, and a keyspace is said to wait.</summary>
    private const double WaitsMs = 400;

    /// <summary>What was acknowledged lately is of so many seconds, and not of the time before the last fault.</summary>
    private const double LatelySeconds = 10;

    /// <summary>With fewer outcomes nothing is said of them.</summary>
    private const int OutcomesMin = LabRun.Rate / 2;

    /// <summary>So many are in flight when nothing is wrong.</summary>
    private const int InFlightUsual = LabRun.Rate / 5;

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

        if (lab.Nodes.Count > LabRun.Replicas)
        {
            return OfMany(lab, away, waits);
        }

        if (2 * away >= lab.Nodes.Count)
        {
            return $"{Away(lab)} The rest is no majority: neither keyspace takes a write until one comes back.";
        }

        return OfOne(lab, waits);
    }

    /// <summary>With more nodes than replicas some rows can be written and others cannot, so what was measured is said, and nothing is concluded.</summary>
    private static string OfMany(LabSnapshot lab, int away, (bool Leaderless, bool LeaderBased) waits)
    {
        var fault = lab.Faults is [.., var last] ? last.From : 0;
        if (away == 1 && lab.Seconds - fault < LatelySeconds)
        {
            return OfOne(lab, waits);
        }

        if (waits == (true, true))
        {
            return $"{Away(lab)} Nothing is acknowledged any more.";
        }

        var from = Math.Max(fault, lab.Seconds - LatelySeconds);
        if (Missing(lab.Leaderless, from) is not { } leaderless || Missing(lab.LeaderBased, from) is not { } leaderBased)
        {
            return Away(lab);
        }

        if (waits == (false, false) && (leaderless, leaderBased) == (0, 0))
        {
            return away == 1 ? OfOne(lab, waits) : $"{Away(lab)} Both keyspaces go on.";
        }

        var why = away > 1 ? "Rows of which two replicas are away cannot be written: lately" : "Lately";
        var wait = waits.Leaderless ? " Leaderless writes wait." : waits.LeaderBased ? " Leader-based writes wait." : "";
        return $"{Away(lab)} {why} {Share(leaderless)} of the leaderless and {Share(leaderBased)} of the leader-based writes were not acknowledged.{wait}";
    }

    /// <summary>Which part of the writes since then was not acknowledged; null: there are too few to say.</summary>
    private static double? Missing(LabStreamReport stream, double from)
    {
        var old = Math.Max(0, (int)Math.Ceiling(from * LabTimeline.BarsPerSecond) - stream.FirstBar);
        var acknowledged = stream.Bars.Skip(old).Sum();
        var missing = stream.RedBars.Skip(old).Sum() + (stream.Waiting > InFlightUsual ? stream.Waiting : 0);
        return acknowledged + missing < OutcomesMin ? null : (double)missing / (acknowledged + missing);
    }

    /// <summary>In words, which change less often than a number.</summary>
    private static string Share(double share) => share switch
    {
        0 => "none",
        < 0.125 => "a few",
        < 0.375 => "about a quarter",
        < 0.625 => "about half",
        < 0.875 => "about three quarters",
        < 1 => "nearly all",
        _ => "all",
    };

    private static string OfOne(LabSnapshot lab, (bool Leaderless, bool LeaderBased) waits) =>
        lab.Faults.LastOrDefault(static fault => fault.To is null) is { } fault ? During(lab, fault, waits) : $"{Away(lab)} {Leader(lab)}";

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
