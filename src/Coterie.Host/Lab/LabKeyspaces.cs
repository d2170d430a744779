namespace Coterie.Host.Lab;

/// <summary>The two keyspaces that labs compare: alike, but that one has leaders.</summary>
public static class LabKeyspaces
{
    public const string Leaderless = "coterie_lab_leaderless";
    public const string LeaderBased = "coterie_lab_leader_based";

    /// <summary>Statements that create what is not there yet.</summary>
    public static IReadOnlyList<string> Definitions(int replicas)
    {
        var replication = $"replication = {{'class': 'SimpleStrategy', 'replication_factor': {replicas}}}";
        return
        [
            $"CREATE KEYSPACE IF NOT EXISTS {Leaderless} WITH {replication}",
            $"CREATE KEYSPACE IF NOT EXISTS {LeaderBased} WITH {replication} AND consistency = 'global'",
        ];
    }
}
