using System.Globalization;
using Coterie.Host.CqlClient;
using Coterie.Host.LoadGenerator;
using Coterie.Host.Start;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Bench;

/// <summary>Load on a cluster that runs: makes its table, fills it if rows are to be read, measures.</summary>
internal static class ClusterBench
{
    public static async Task<int> RunAsync(BenchSettings settings, BenchOutput output, CancellationToken cancellationToken)
    {
        try
        {
            var options = await PrepareAsync(settings, cancellationToken);
            if (settings.Workload != BenchWorkload.Write)
            {
                output.Progress(string.Create(CultureInfo.InvariantCulture, $"writing {settings.Rows:N0} rows"));
                var filled = new LoadLoop(options with { Rate = null, Consistency = ConsistencyLevel.Quorum }).Fill(cancellationToken);
                if (filled.Errors.Count > 0)
                {
                    await Console.Error.WriteLineAsync($"coterie: filling the table failed: {string.Join(", ", filled.Errors.Select(error => $"{error.Value} {error.Key}"))}");
                    return ExitCodes.Failure;
                }
            }

            output.Progress($"{settings.Workload} at {ConsistencyLevelNames.Format(settings.Consistency)} on {string.Join(", ", options.Servers)}");
            var report = new LoadLoop(options).Run(cancellationToken);
            output.Show(BenchOutput.Describe(settings, report));
            return report.Operations > 0 ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (Exception e) when (e is IOException or CqlErrorException or FormatException)
        {
            await Console.Error.WriteLineAsync($"coterie: {e.Message}");
            return e is IOException ? ExitCodes.Unavailable : ExitCodes.Failure;
        }
    }

    private static async Task<LoadOptions> PrepareAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        var target = await BenchTarget.FindAsync(settings, cancellationToken);
        var table = $"{target.Keyspace}.data";
        await target.DoAsync($"CREATE TABLE IF NOT EXISTS {table} (id bigint PRIMARY KEY, value blob)", cancellationToken);
        ReadOnlyMemory<byte> write = default, read = default;
        foreach (var server in target.Servers)
        {
            // Each node must have prepared them; the ids agree.
            await using var one = await CqlConnection.ConnectAsync(server, cancellationToken);
            write = await one.PrepareAsync($"INSERT INTO {table} (id, value) VALUES (?, ?)", cancellationToken);
            read = await one.PrepareAsync($"SELECT value FROM {table} WHERE id = ?", cancellationToken);
        }

        return settings.LoadOn(target.Servers, write, read);
    }
}
