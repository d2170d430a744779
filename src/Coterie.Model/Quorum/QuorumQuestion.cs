using System.Globalization;
using Coterie.Model.Quorum.Staleness;

namespace Coterie.Model.Quorum;

/// <summary>
/// What is asked of the calculator, checked. The command line, the console's API and a link to the console's page all say it in the same words, which
/// are read here and nowhere else.
/// </summary>
/// <param name="NodeUp">The availability of each node, more than 0 and less than 1.</param>
/// <param name="Delays">Between nodes.</param>
/// <param name="RemoteMilliseconds">What one message between two data centres takes longer.</param>
public sealed record QuorumQuestion(
    ReplicaLayout Layout, QuorumSide Read, QuorumSide Write, double NodeUp, DelayModel Delays, double RemoteMilliseconds, NodeSet Dead)
{
    public const double RemoteMillisecondsMax = 10_000;

    /// <param name="question">Null if something is wrong.</param>
    /// <param name="problems">What is wrong, a sentence each; empty: nothing is.</param>
    public static bool TryParse(QuorumWords words, out QuorumQuestion? question, out IReadOnlyList<string> problems) =>
        TryParse(words, null, out question, out problems);

    /// <param name="measured">The delays that were measured, for who asks for these; null: none.</param>
    /// <param name="question">Null if something is wrong.</param>
    /// <param name="problems">What is wrong, a sentence each; empty: nothing is.</param>
    public static bool TryParse(QuorumWords words, DelayModel? measured, out QuorumQuestion? question, out IReadOnlyList<string> problems)
    {
        question = null;
        var found = new List<string>();
        problems = found;
        if (ParseLayout(words.Replicas, found) is not { } layout)
        {
            return false;
        }

        var readFrom = ParseDatacenter(words.ReadFrom, layout, found);
        var writeFrom = ParseDatacenter(words.WriteFrom, layout, found);
        QuorumSide.TryParse(words.Read.Trim(), 'R', layout, readFrom, out var read, out var readProblem);
        QuorumSide.TryParse(words.Write.Trim(), 'W', layout, writeFrom, out var write, out var writeProblem);
        found.AddRange(new[] { readProblem, writeProblem }.OfType<string>());
        var nodeUp = ParseNumber(words.NodeAvailability, "the node availability", 0, 1, found);
        if (nodeUp is 0 or 1)
        {
            found.Add("the node availability must be more than 0 and less than 1: nothing is always up");
        }

        var remote = ParseNumber(words.RemoteMilliseconds, "the delay between data centres", 0, RemoteMillisecondsMax, found);
        var dead = ParseDead(words.Dead, layout, found);
        if (!DelayModel.TryParse(words.Model, measured, out var delays, out var modelProblem))
        {
            found.Add(modelProblem!);
        }

        if (found.Count > 0)
        {
            return false;
        }

        question = new QuorumQuestion(layout, read!, write!, nodeUp, delays!, remote, dead);
        return true;
    }

    /// <summary>The same in words again, as short as they can be said.</summary>
    public QuorumWords ToWords() => new()
    {
        Replicas = string.Join(',', Layout.Datacenters.Select(static (datacenter, index) =>
            datacenter.Name == $"dc{index + 1}" ? $"{datacenter.Replicas}" : $"{datacenter.Name}:{datacenter.Replicas}")),
        Read = Read.Text,
        Write = Write.Text,
        ReadFrom = Layout.Datacenters[Read.Quorum.Datacenter].Name,
        WriteFrom = Layout.Datacenters[Write.Quorum.Datacenter].Name,
        NodeAvailability = NodeUp.ToString(CultureInfo.InvariantCulture),
        Model = Delays.Name,
        RemoteMilliseconds = RemoteMilliseconds.ToString(CultureInfo.InvariantCulture),
        Dead = string.Join(',', Dead.Nodes().Select(static node => node + 1)),
    };

    private static ReplicaLayout? ParseLayout(string text, List<string> problems)
    {
        var datacenters = new List<ReplicaDatacenter>();
        foreach (var part in text.Split(','))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? $"dc{datacenters.Count + 1}" : part[..colon].Trim();
            if (!int.TryParse(part[(colon + 1)..], NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var count)
                || !IsName(name))
            {
                problems.Add($"N is a number of replicas, or one for each data centre: 3, or 3,3, or east:3,west:2; not '{Quoted.Of(text)}'");
                return null;
            }

            datacenters.Add(new ReplicaDatacenter(name, count));
            if (datacenters.Count > ReplicaLayout.DatacentersMax)
            {
                break;
            }
        }

        if (ReplicaLayout.Problem(datacenters) is { } problem)
        {
            problems.Add(problem);
            return null;
        }

        return new ReplicaLayout(datacenters);
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 48 && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.');

    private static int ParseDatacenter(string? name, ReplicaLayout layout, List<string> problems)
    {
        for (var i = 0; i < layout.Datacenters.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(name) || layout.Datacenters[i].Name == name.Trim())
            {
                return i;
            }
        }

        problems.Add($"there is no data centre '{Quoted.Of(name!)}'; there are {string.Join(", ", layout.Datacenters.Select(static one => one.Name))}");
        return 0;
    }

    private static double ParseNumber(string text, string what, double least, double most, List<string> problems)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        problems.Add(string.Create(CultureInfo.InvariantCulture, $"{what} must be a number from {least} to {most}, not '{Quoted.Of(text)}'"));
        return (least + most) / 2;
    }

    private static NodeSet ParseDead(string text, ReplicaLayout layout, List<string> problems)
    {
        var dead = NodeSet.Empty;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var node) || node < 1 || node > layout.Replicas)
            {
                problems.Add($"replicas are numbered from 1 to {layout.Replicas}; '{Quoted.Of(part)}' is none of them");
                return NodeSet.Empty;
            }

            dead = dead.Or(NodeSet.Of(node - 1));
        }

        return dead;
    }
}

/// <summary>A question to the calculator as somebody wrote it; what is not said is as it is usual.</summary>
public sealed record QuorumWords
{
    /// <summary><c>3</c>, or <c>3,3</c>, or <c>east:3,west:2</c>.</summary>
    public string Replicas { get; init; } = "3";

    /// <summary>A number, or a level of CQL.</summary>
    public string Read { get; init; } = "QUORUM";

    /// <summary>A number, or a level of CQL.</summary>
    public string Write { get; init; } = "QUORUM";

    /// <summary>The data centre whose coordinators are asked to read; null: the first.</summary>
    public string? ReadFrom { get; init; }

    /// <summary>The data centre whose coordinators are asked to write; null: the first.</summary>
    public string? WriteFrom { get; init; }

    public string NodeAvailability { get; init; } = "0.99";

    /// <summary>See <see cref="DelayModel.TryParse"/>.</summary>
    public string Model { get; init; } = DelayModel.LinkedInSsd.Name;

    public string RemoteMilliseconds { get; init; } = "0";

    /// <summary>Replicas that are dead, numbered from 1: <c>1,3</c>.</summary>
    public string Dead { get; init; } = "";
}
