using Coterie.Cluster.Membership;
using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Server;

/// <summary>
/// Closes the one circle of a node's wiring: the metadata log asks who is alive, and failure detection follows the metadata. Before it is set
/// nobody is alive.
/// </summary>
internal sealed class LateLiveness : ILiveness
{
    private ILiveness? _actual;

    public event Action<NodeId, bool>? Changed;

    public void Set(ILiveness actual)
    {
        Check.That(_actual is null);
        _actual = actual;
        actual.Changed += (node, isAlive) => Changed?.Invoke(node, isAlive);
    }

    public bool IsAlive(NodeId node) => _actual is { } actual && actual.IsAlive(node);
}
