using System.Globalization;
using Coterie.Simulator.Cluster;

namespace Coterie.Simulator.Runs;

/// <summary>What many seeds came to, all together. Seeds are added from several threads.</summary>
public sealed class Campaign
{
    private readonly Lock _gate = new();
    private readonly long _begun = Clock.GetTimestamp();
    private readonly List<int> _faults = [];

    public Probes Probes { get; } = new();

    public int Seeds => _faults.Count;

    public TimeSpan Virtual { get; private set; }

    public TimeSpan Real => Clock.GetElapsedTime(_begun);

    /// <summary>Requests of clients, each of which was checked.</summary>
    public long Requests { get; private set; }

    /// <summary>Of the seeds, half met at least so many faults, besides what the network lost and delayed.</summary>
    public int FaultsMedian
    {
        get
        {
            lock (_gate)
            {
                return _faults.Count == 0 ? 0 : _faults.Order().ElementAt(_faults.Count / 2);
            }
        }
    }

    public int Faults
    {
        get
        {
            lock (_gate)
            {
                return _faults.Sum();
            }
        }
    }

#pragma warning disable RS0030 // Real time, to say how fast the simulation is. Nothing simulated sees it.
    private static TimeProvider Clock => TimeProvider.System;
#pragma warning restore RS0030

    public void Add(RunReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        lock (_gate)
        {
            _faults.Add(report.Faults);
            Virtual += report.Simulation.Now;
            Requests += report.Succeeded + report.Failed;
            Probes.Add(report.Probes);
        }
    }

    public string Describe()
    {
        var real = Real;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Seeds} seeds, {Requests} requests, {Faults} faults, {Virtual.TotalSeconds:F0} s of virtual time in {real.TotalSeconds:F1} s: {Virtual / real:F0} times real time, {Requests / real.TotalSeconds:F0} requests/s\n{string.Join('\n', Probes.Hits.Select(static hit => $"  {hit.Value,8} {hit.Key}"))}");
    }
}
