namespace Coterie.Model.Quorum;

/// <summary>What N, R and W promise together. After Gifford, "Weighted Voting for Replicated Data" (1979), with one vote each.</summary>
public static class QuorumMath
{
    /// <summary>R + W &gt; N: any R replicas and any W replicas have one in common, so a read meets the latest acknowledged write.</summary>
    public static bool ReadsMeetWrites(int replicas, int reads, int writes) => reads + writes > replicas;

    /// <summary>2R &gt; N: any two reads meet, which, with blocking read repair, keeps reads from going back.</summary>
    public static bool ReadsMeetReads(int replicas, int reads) => 2 * reads > replicas;

    /// <summary>How many replicas may be down while so many can still answer; negative if there never are enough.</summary>
    public static int MayBeDown(int replicas, int required) => replicas - required;

    /// <summary>
    /// The chance that R replicas and W replicas, each chosen blindly, have none in common: C(N − W, R) / C(N, R). After Bailis and others,
    /// "Probabilistically Bounded Staleness for Practical Partial Quorums", VLDB 2012, §3.1: a write that spreads no further than W.
    /// </summary>
    public static double MissesBlindly(int replicas, int reads, int writes) =>
        (double)Binomial.Choose(replicas - writes, reads) / Binomial.Choose(replicas, reads);
}
