namespace Coterie.Model.Metadata;

/// <summary>What the first entry of the metadata log must be. Returns the problem in words, or null.</summary>
internal static class FormationRules
{
    public static string? Problem(FormCluster form)
    {
        var nodes = form.Nodes;
        if (nodes.Length is 0 or > Limits.NodesMax)
        {
            return $"A cluster has 1 to {Limits.NodesMax} nodes, not {nodes.Length}";
        }

        if (form.ClusterId == Ids.ClusterId.None)
        {
            return "A cluster needs an id";
        }

        if (nodes.DistinctBy(node => node.Id).Count() != nodes.Length)
        {
            return "Two nodes have the same id";
        }

        if (nodes.DistinctBy(node => node.PeerAddress).Count() != nodes.Length)
        {
            return "Two nodes have the same peer address";
        }

        if (nodes.Any(node => node.Tokens.Length is 0 or > Limits.TokensPerNode))
        {
            return $"A node has 1 to {Limits.TokensPerNode} tokens";
        }

        var tokens = nodes.SelectMany(node => node.Tokens).ToList();
        if (tokens.Distinct().Count() != tokens.Count || tokens.Contains(Ids.Token.Minimum))
        {
            return "A token is given twice, or is the start of the ring";
        }

        return null;
    }
}
