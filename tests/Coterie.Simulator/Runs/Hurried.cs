using Coterie.Server;

namespace Coterie.Simulator.Runs;

/// <summary>Options of nodes under which what takes an hour takes minutes.</summary>
internal static class Hurried
{
    /// <summary>Replicas compare every few seconds, and clocks are trusted to agree to within seconds: deletions can be swept soon.</summary>
    public static NodeOptions Repair(NodeOptions options) => options with
    {
        Transport = options.Transport with { ClockSkewMax = TimeSpan.FromSeconds(5) },
        Repair = options.Repair with
        {
            Interval = TimeSpan.FromSeconds(5),
            RetryPause = TimeSpan.FromSeconds(1),
            PauseAfterReturn = TimeSpan.FromSeconds(2),
        },
    };
}
