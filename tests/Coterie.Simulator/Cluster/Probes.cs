namespace Coterie.Simulator.Cluster;

/// <summary>Counts of rare situations, by name: what a campaign of seeds must have met before it may say that it tested them.</summary>
public sealed class Probes
{
    private readonly SortedDictionary<string, long> _hits = new(StringComparer.Ordinal);

    public long this[string name] => _hits.GetValueOrDefault(name);

    public IReadOnlyDictionary<string, long> Hits => _hits;

    public void Hit(string name, long times = 1)
    {
        if (times > 0)
        {
            _hits[name] = _hits.GetValueOrDefault(name) + times;
        }
    }

    public void Add(Probes others)
    {
        foreach (var (name, times) in others._hits)
        {
            Hit(name, times);
        }
    }
}
