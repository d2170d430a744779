using System.Globalization;
using Coterie.Model.Quorum;

namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>What one side asks of the cluster: a level, or a number of replicas whatever the level says.</summary>
/// <param name="Required">0: as the level says.</param>
internal readonly record struct TrialSide(ConsistencyLevel Level, int Required)
{
    /// <summary>Every replica: how delays are measured, since whoever does not answer has none.</summary>
    public static TrialSide All { get; } = new(ConsistencyLevel.All, 0);

    public static TrialSide Of(QuorumSide side) => side.Level is { } level
        ? new TrialSide(level, 0)
        : new TrialSide(ConsistencyLevel.Quorum, side.Quorum.Requirement.Count);
}

/// <summary>
/// What a trial does, decided before it does anything: a keyspace of its own with the replicas that were set, who coordinates writes and reads, and how long
/// each read waits after its write.
/// </summary>
/// <param name="Writers">Nodes where writes are asked from, turn by turn.</param>
/// <param name="Readers">The same for reads.</param>
internal sealed record TrialPlan(
    QuorumQuestion Question, string Keyspace, string Replication, IReadOnlyList<TrialNode> Writers, IReadOnlyList<TrialNode> Readers, int Trials)
{
    public const string KeyspacePrefix = "coterie_trial_";

    /// <summary>How far the golden ratio goes beyond 1: its multiples, without their whole parts, fill any range evenly, from the first few on.</summary>
    private const double Golden = 0.6180339887498949;

    public TrialSide Write => TrialSide.Of(Question.Write);

    public TrialSide Read => TrialSide.Of(Question.Read);

    public IReadOnlyList<string> Definitions =>
    [
        $"CREATE KEYSPACE {Keyspace} WITH replication = {Replication}",
        $"CREATE TABLE {Keyspace}.t (id int PRIMARY KEY, v int) WITH comment = 'A trial of the console, removed when it ends'",
    ];

    public string Removal => RemovalOf(Keyspace);

    /// <param name="question">What is tried. Its delays and its dead replicas are the model's alone.</param>
    /// <param name="nodes">All of the cluster.</param>
    /// <param name="trials">0: only the delays are measured.</param>
    /// <param name="problem">Why it cannot be tried, in a sentence; null: it can.</param>
    public static TrialPlan? Make(QuorumQuestion question, IReadOnlyList<TrialNode> nodes, int trials, DateTimeOffset now, out string? problem)
    {
        problem = trials is < 0 or > TrialLimits.TrialsMax ? string.Create(CultureInfo.InvariantCulture, $"There may be from 0 to {Figures.Count(TrialLimits.TrialsMax)} trials, not {trials}.") : null;
        var names = problem is null ? NamesOf(question.Layout, nodes, out problem) : null;
        if (names is null)
        {
            return null;
        }

        var writers = Coordinators(nodes, names[question.Write.Quorum.Datacenter]);
        var readers = Coordinators(nodes, names[question.Read.Quorum.Datacenter]);
        if (writers.Count == 0 || readers.Count == 0)
        {
            problem = $"No node is up in {names[writers.Count == 0 ? question.Write.Quorum.Datacenter : question.Read.Quorum.Datacenter]}: nobody could coordinate.";
            return null;
        }

        var replicas = question.Layout.Datacenters.Select((one, index) => $"'{names[index].Replace("'", "''", StringComparison.Ordinal)}': {one.Replicas}");
        return new TrialPlan(
            question,
            KeyspacePrefix + now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            $"{{'class': 'NetworkTopologyStrategy', {string.Join(", ", replicas)}}}",
            writers,
            readers,
            trials);
    }

    public string InsertOf(int id) => string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {Keyspace}.t (id, v) VALUES ({id}, {id})");

    public string SelectOf(int id) => string.Create(CultureInfo.InvariantCulture, $"SELECT v FROM {Keyspace}.t WHERE id = {id}");

    /// <summary>
    /// How long the read of a trial waits after the acknowledgement, in milliseconds. Every third does not: most happens at once. The others lie the closer the sooner.
    /// </summary>
    /// <param name="end">Of what is of interest.</param>
    public static double WaitOf(int trial, double end)
    {
        var at = trial * Golden % 1;
        return trial % 3 == 0 ? 0 : at * at * Math.Min(end, TrialLimits.WaitMillisecondsMax);
    }

    public static string RemovalOf(string keyspace) => $"DROP KEYSPACE IF EXISTS {keyspace}";

    /// <summary>Whether it is of a trial that must have ended: its name says when it began.</summary>
    public static bool IsLeftover(string keyspace, DateTimeOffset now) =>
        keyspace.StartsWith(KeyspacePrefix, StringComparison.Ordinal)
        && long.TryParse(keyspace.AsSpan(KeyspacePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var began)
        && now.ToUnixTimeMilliseconds() - began > TrialLimits.LeftoverAge.TotalMilliseconds;

    private static List<TrialNode> Coordinators(IReadOnlyList<TrialNode> nodes, string datacenter) =>
        [.. nodes.Where(node => node.Up && node.Datacenter == datacenter).Take(TrialLimits.CoordinatorsMax)];

    /// <summary>Which data centre of the cluster stands for each one of the setting: the one of its name; or, where both have only one, that.</summary>
    private static List<string>? NamesOf(ReplicaLayout layout, IReadOnlyList<TrialNode> nodes, out string? problem)
    {
        var sizes = nodes.GroupBy(static node => node.Datacenter, StringComparer.Ordinal).ToDictionary(static one => one.Key, static one => one.Count(), StringComparer.Ordinal);
        var known = string.Join(", ", sizes.OrderBy(static one => one.Key, StringComparer.Ordinal).Select(static one => $"{one.Key} ({Nodes(one.Value)})"));
        var names = new List<string>();
        problem = null;
        foreach (var datacenter in layout.Datacenters)
        {
            var name = layout.Datacenters.Count == 1 && sizes.Count == 1 ? sizes.Keys.Single() : datacenter.Name;
            problem = !sizes.TryGetValue(name, out var size)
                    ? $"The setting has copies in a data centre {name}, and this cluster has {known}: it cannot be tried here."
                : size < datacenter.Replicas
                    ? $"N is {datacenter.Replicas} in {name}, which has {Nodes(size)}: each copy takes a node of its own, so it cannot be tried here with more than {size}."
                : null;
            if (problem is not null)
            {
                return null;
            }

            names.Add(name);
        }

        return names;
    }

    private static string Nodes(int count) => count == 1 ? "1 node" : string.Create(CultureInfo.InvariantCulture, $"{count} nodes");
}
