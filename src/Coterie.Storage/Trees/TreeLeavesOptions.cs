using Coterie.Model;

namespace Coterie.Storage.Trees;

public sealed record TreeLeavesOptions
{
    /// <summary>How long a written key counts as written a moment ago: longer than a write may take to reach all its replicas.</summary>
    public TimeSpan RecentWindow { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Keys remembered of one such time.</summary>
    public int RecentMax { get; init; } = Limits.RecentKeysMax;
}
