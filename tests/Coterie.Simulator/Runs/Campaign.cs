using System.Globalization;
using Coterie.Simulator.Cluster;

namespace Coterie.Simulation.Runs;

/// <summary>What many seeds came to, all together. Seeds are added from several threads.</summary>
internal sealed class Campaign
{
    private readonly Lock _gate = new();
    private readonly long _begun = Clock.GetTimestamp();
    private TimeSpan _virtual;
    private long _requests;

    public Probes Probes { get; } = new();

    public int Seeds { get; private set; }

#pragma warning disable RS0030 // Real time, to say how fast the simulation is. Nothing simulated sees it.
    private static TimeProvider Clock => TimeProvider.System;
#pragma warning restore RS0030

    public void Add(RunReport report)
    {
        lock (_gate)
        {
            Seeds++;
            _virtual += report.Simulation.Now;
            _requests += report.Succeeded + report.Failed;
            Probes.Add(report.Probes);
        }
    }

    public string Describe()
    {
        var real = Clock.GetElapsedTime(_begun);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Seeds} seeds, {_requests} requests, {_virtual.TotalSeconds:F0} s of virtual time in {real.TotalSeconds:F1} s: {_virtual / real:F0} times real time, {_requests / real.TotalSeconds:F0} requests/s\n{string.Join('\n', Probes.Hits.Select(static hit => $"  {hit.Value,8} {hit.Key}"))}");
    }
}
