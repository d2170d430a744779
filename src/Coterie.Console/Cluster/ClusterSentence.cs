namespace Coterie.WebConsole.Cluster;

/// <summary>Says in one sentence or two how the cluster is. It changes only when that does, so that a screen reader says it then.</summary>
internal static class ClusterSentence
{
    private const int NamedMax = 5;

    public static string Of(IReadOnlyList<ClusterNode> nodes, IReadOnlyList<NodeView> views)
    {
        var silent = nodes.Where(static node => !node.Answers).Select(static node => node.Name).ToList();
        if (nodes.Count == 0)
        {
            return "This console stands beside no node.";
        }

        if (silent.Count == nodes.Count)
        {
            return nodes.Count == 1 ? $"{nodes[0].Name} does not answer." : "No node answers.";
        }

        var parts = new List<string>();
        if (silent.Count > 0)
        {
            parts.Add($"{List(silent)} {(silent.Count == 1 ? "does" : "do")} not answer.");
        }

        foreach (var (node, i) in nodes.Select(static (node, i) => (node, i)).Where(one => views.Any(view => view.Of[one.i] == Opinion.Down)).Take(NamedMax))
        {
            parts.Add($"{List([.. views.Where(view => view.Of[i] == Opinion.Down).Select(static view => view.By)])} {(views.Count(view => view.Of[i] == Opinion.Down) == 1 ? "sees" : "see")} {node.Name} down.");
        }

        if (nodes.Any(node => node.Answers && views.Any(view => view.Of[node.Number] == Opinion.Unknown)))
        {
            parts.Add("Not all nodes know of each other.");
        }

        var waiting = nodes.Where(static node => node is { Answers: true, Ready: false }).Select(static node => node.Name).ToList();
        if (waiting.Count > 0)
        {
            parts.Add($"{List(waiting)} {(waiting.Count == 1 ? "is" : "are")} not ready for clients.");
        }

        return parts.Count > 0 ? string.Join(' ', parts)
            : nodes.Count == 1 ? $"{nodes[0].Name} is up, and alone."
            : $"All {nodes.Count} nodes are up, and see each other so.";
    }

    private static string List(List<string> names) => names.Count switch
    {
        1 => names[0],
        > NamedMax => $"{names.Count} nodes",
        _ => $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}",
    };
}
