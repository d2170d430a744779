using Coterie.Host.Start;

namespace Coterie.Cli.Bench;

internal static class LimitBench
{
    public static async Task<int> RunAsync(BenchSettings settings, BenchOutput output, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync("coterie: --limit is not there yet");
        return ExitCodes.Failure;
    }
}
