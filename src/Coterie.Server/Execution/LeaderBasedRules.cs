using Coterie.Cql.Plans;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Server.Errors;

namespace Coterie.Server.Execution;

/// <summary>What a client may not ask of a leader-based keyspace: its log gives writes their order, and a log is that of one group of replicas.</summary>
internal static class LeaderBasedRules
{
    private const string Timestamps = "USING TIMESTAMP is not possible in leader-based keyspace {0}: its writes are ordered by their leader";

    public static void CheckStatement(KeyspaceSchema keyspace, bool givesTimestamp)
    {
        if (keyspace.IsLeaderBased && givesTimestamp)
        {
            throw ClientErrorException.Invalid(Text(Timestamps, keyspace.Name));
        }
    }

    public static void CheckTimestamp(ClusterMetadata metadata, BatchPlan batch, bool givesTimestamp)
    {
        foreach (var (plan, _) in batch.Statements)
        {
            CheckStatement(ModificationExecutor.KeyspaceOf(metadata, plan.Table.Keyspace), givesTimestamp);
        }
    }

    public static void CheckCondition(KeyspaceSchema keyspace)
    {
        if (!keyspace.IsLeaderBased)
        {
            throw ClientErrorException.Invalid(
                $"Conditional writes (IF …) need a leader-based keyspace, and {keyspace.Name} is leaderless: no replica of it knows what all others have. "
                + "CREATE KEYSPACE … AND consistency = 'global'");
        }
    }

    /// <summary>A batch is one write of one group, so it goes to one partition; and to keyspaces of one kind.</summary>
    public static void CheckBatch(ClusterMetadata metadata, MutationSet mutations)
    {
        var leaderBased = 0;
        string? name = null;
        for (var i = 0; i < mutations.Count; i++)
        {
            var keyspace = ModificationExecutor.KeyspaceOf(metadata, mutations.Table(i).Keyspace);
            leaderBased += keyspace.IsLeaderBased ? 1 : 0;
            name = keyspace.IsLeaderBased ? keyspace.Name : name;
        }

        if (leaderBased > 0 && leaderBased < mutations.Count)
        {
            throw ClientErrorException.Invalid($"A batch cannot write to leader-based keyspace {name} and to a leaderless one: it would be atomic in neither");
        }

        if (leaderBased > 1)
        {
            throw ClientErrorException.Invalid($"A batch in leader-based keyspace {name} can write to one partition only");
        }
    }

    private static string Text(string format, string keyspace) => string.Format(System.Globalization.CultureInfo.InvariantCulture, format, keyspace);
}
