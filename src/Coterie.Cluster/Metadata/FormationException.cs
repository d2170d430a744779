namespace Coterie.Cluster.Metadata;

/// <summary>This node cannot be part of the cluster as configured, and waiting will not change it. The message has one line for each problem.</summary>
public sealed class FormationException(IEnumerable<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    public FormationException(string problem)
        : this([problem])
    {
    }
}
