using System.Collections.Immutable;
using Coterie.Model.Schema;

namespace Coterie.Cluster.Tests.Ring;

internal static class TestStrategies
{
    public static NetworkTopologyStrategy Topology(params (string Datacenter, int Factor)[] factors) =>
        new(factors.ToImmutableSortedDictionary(pair => pair.Datacenter, pair => pair.Factor, StringComparer.Ordinal));
}
