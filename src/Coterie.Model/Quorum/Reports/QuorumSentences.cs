namespace Coterie.Model.Quorum.Reports;

/// <summary>The verdicts in words, the same on the command line and on a page.</summary>
public static class QuorumSentences
{
    public static string Title(QuorumPromise promise) => promise switch
    {
        QuorumPromise.Strong => "strong",
        QuorumPromise.StrongWithinDatacenter => "strong within a data centre",
        _ => "eventual",
    };

    public static string Why(QuorumVerdict verdict)
    {
        var (read, write) = (verdict.Question.Read.Quorum, verdict.Question.Write.Quorum);
        if (write.Requirement.HintsCount)
        {
            return "ANY is acknowledged by a hint alone: perhaps no replica has the write yet, and no read can be sure to meet it.";
        }

        if (read.Parts is [{ Datacenter: null } reads] && write.Parts is [{ Datacenter: null } writes])
        {
            var replicas = read.Layout.Replicas;
            return reads.Count + writes.Count > replicas
                ? $"R + W = {reads.Count} + {writes.Count} = {reads.Count + writes.Count} is more than N = {replicas}: the {Replicas(reads.Count)} that {(reads.Count == 1 ? "answers" : "answer")} a read and the {Replicas(writes.Count)} "
                    + $"that took the latest write have at least {verdict.SureToMeet} in common, whichever they are."
                : $"R + W = {reads.Count} + {writes.Count} = {reads.Count + writes.Count} is not more than N = {replicas}: a read may be answered by {Replicas(reads.Count)} that the latest write has not reached yet.";
        }

        return WhyPlaces(verdict, Describe(read), Describe(write));
    }

    /// <summary>What is not promised all the same.</summary>
    public static IReadOnlyList<string> Cautions(QuorumVerdict verdict)
    {
        var cautions = new List<string>();
        if (verdict.Question.Write.Quorum.Requirement.HintsCount)
        {
            cautions.Add("Until a replica is back nobody can read a write that only a hint has, and the disk of one coordinator may be all that keeps it.");
        }
        else if (verdict.DataMayBeLost.Smallest == 1)
        {
            cautions.Add("A write may be acknowledged when one replica alone has it: that replica's disk may take it along.");
        }

        if (!verdict.Question.Write.Quorum.Requirement.HintsCount)
        {
            cautions.Add("A hint for a replica that is down does not count as one of the W: it brings the write there later, and no read meets it before.");
        }

        if (verdict.WritesSureToMeet == 0)
        {
            cautions.Add("Two writers may both succeed without a replica in common (2W is not more than N, or they write in different places): neither learns of the other.");
        }

        if (verdict.ReadsSureToMeet == 0)
        {
            cautions.Add("Two reads may have no replica in common: a second may show less than the first did.");
        }

        cautions.Add("It is not linearizable in general: of two writes the larger timestamp wins, not the later one, and clocks differ.");
        cautions.Add("A write that timed out is not rolled back: it may be seen later, or never.");
        return cautions;
    }

    /// <summary><c>any 2 of the 3 replicas</c>.</summary>
    public static string Describe(NodeSetFamily family, ReplicaLayout layout) =>
        family.Choices.Count == 0 ? "none"
        : string.Join(", or ", family.Choices.Select(parts => parts.Count == 0 ? "no replica: a hint may be all there is" : string.Join(" and ", parts.Select(part => Describe(part, layout)))));

    private static string WhyPlaces(QuorumVerdict verdict, string reads, string writes)
    {
        var here = verdict.SureToMeet > 0
            ? $"A read is answered by {reads}, and the latest write was taken by {writes}: they have at least {verdict.SureToMeet} in common, whichever they are."
            : $"A read is answered by {reads}, and the latest write was taken by {writes}: they may have none in common.";
        return verdict.Promise switch
        {
            QuorumPromise.StrongWithinDatacenter when verdict.SureToMeet > 0 => here + " A read from another data centre than the write's may miss it.",
            QuorumPromise.StrongWithinDatacenter => here + " Within one data centre a read meets the latest write.",
            QuorumPromise.Eventual when verdict.SureToMeet > 0 => here + " Not so in every data centre.",
            _ => here,
        };
    }

    private static string Describe(RequestQuorum quorum) => string.Join(" and ", quorum.Parts.Select(part =>
        (part, part.Group.Count) is ({ Count: 1 }, 1) ? part.Datacenter is { } only ? $"the one in {quorum.Layout.Datacenters[only].Name}" : "the one replica"
        : part.Datacenter is { } datacenter
            ? $"{part.Count} of the {part.Group.Count} in {quorum.Layout.Datacenters[datacenter].Name}"
            : $"{part.Count} of the {part.Group.Count} replicas"));

    private static string Describe(QuorumPart part, ReplicaLayout layout)
    {
        var group = part.Datacenter is { } datacenter && layout.Datacenters.Count > 1 ? $" in {layout.Datacenters[datacenter].Name}" : "";
        return part.Count == part.Group.Count
            ? part.Count == 1 ? $"the one replica{group}" : $"all {part.Count} replicas{group}"
            : $"any {part.Count} of the {part.Group.Count} replicas{group}";
    }

    private static string Replicas(int count) => count == 1 ? "1 replica" : $"{count} replicas";
}
