using System.Globalization;
using Coterie.Host.CqlClient;
using Coterie.Host.LoadGenerator;
using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Bench;

/// <summary>
/// Writes a second at QUORUM: leaderless ones, leader-based ones, and conditional ones of both kinds, whose conditions hold; in turns in one run, each against the leaderless
/// turn beside it.
/// </summary>
internal static class ConditionalCase
{
    private const int Rounds = 5;
    private const int Connections = 8;
    private const int InFlight = 8;
    private const int ValueBytes = 100;
    private const int Samples = 20;

    /// <summary>Rows that are there, and overwritten.</summary>
    private const long RowsThere = 10_000;

    /// <summary>So many that of those drawn hardly one is drawn twice: a row that is there would not be written under IF NOT EXISTS.</summary>
    private const long RowsNew = 1L << 50;

    private static readonly Kind[] Kinds =
    [
        new("leaderless", "INSERT INTO k.w (id, value) VALUES (?, ?)", RowsThere),
        new("leader-based", "INSERT INTO g.w (id, value) VALUES (?, ?)", RowsThere),
        new("IF NOT EXISTS", "INSERT INTO g.w (id, value) VALUES (?, ?) IF NOT EXISTS", RowsNew),
        new("IF v = 1", "UPDATE g.w SET value = ? WHERE id = ? IF v = 1", RowsThere, ValueFirst: true),
    ];

    /// <returns>1 if a condition did not hold.</returns>
    public static async Task<int> RunAsync(int seconds)
    {
        await using var cluster = await BenchCluster.StartAsync();
        await CreateAsync(cluster);
        var loads = new List<LoadOptions>();
        foreach (var kind in Kinds)
        {
            loads.Add(Load(cluster, kind, await cluster.PrepareAsync(kind.Statement), TimeSpan.FromSeconds(seconds)));
        }

        Console.WriteLine($"writes a second at QUORUM, {Connections * InFlight} in flight, values of {ValueBytes} bytes, {Rounds} rounds of {seconds} s each");
        Console.WriteLine("round    " + string.Concat(Kinds.Select(static kind => $"{kind.Name,15}")));
        var rounds = new List<double[]>();
        for (var round = 0; round < Rounds; round++)
        {
            rounds.Add(Measure(loads, round));
            Say($"{round + 1}", rounds[^1], "F0");
        }

        Say("median", Medians(rounds, static (all, i) => all[i]), "F0");
        Say("/ l'less", Medians(rounds, static (all, i) => all[i] / all[0]), "F2");
        Say("/ l-based", Medians(rounds, static (all, i) => all[i] / all[1]), "F2");
        return await ConditionsHoldAsync(cluster) ? 0 : 1;
    }

    private static async Task CreateAsync(BenchCluster cluster)
    {
        await cluster.CreateLeaderBasedAsync("g");
        await using var client = await cluster.ConnectAsync(0);
        await client.AskAsync("CREATE TABLE k.w (id bigint PRIMARY KEY, value blob, v int)");
        await client.AskAsync("CREATE TABLE g.w (id bigint PRIMARY KEY, value blob, v int)");
        foreach (var table in new[] { "k.w", "g.w" })
        {
            var there = new Kind("rows", $"INSERT INTO {table} (id, value, v) VALUES (?, ?, 1)", RowsThere);
            Demand(there, new LoadLoop(Load(cluster, there, await cluster.PrepareAsync(there.Statement), TimeSpan.Zero)).Fill(CancellationToken.None));
        }
    }

    private static LoadOptions Load(BenchCluster cluster, Kind kind, ReadOnlyMemory<byte> id, TimeSpan duration) => new()
    {
        Workload = LoadWorkload.Write,
        Consistency = ConsistencyLevel.Quorum,
        Servers = cluster.Servers,
        Connections = Connections,
        InFlight = InFlight,
        Rate = null,
        Warmup = TimeSpan.FromSeconds(1),
        Duration = duration,
        ValueBytes = ValueBytes,
        Rows = kind.Rows,
        ValueFirst = kind.ValueFirst,
        WriteId = id,
        ReadId = id,
    };

    /// <summary>Another begins each round.</summary>
    private static double[] Measure(List<LoadOptions> loads, int round)
    {
        var rates = new double[loads.Count];
        for (var turn = 0; turn < loads.Count; turn++)
        {
            var i = (round + turn) % loads.Count;
            var report = new LoadLoop(loads[i]).Run(CancellationToken.None);
            Demand(Kinds[i], report);
            rates[i] = report.ThroughputPerSecond;
        }

        return rates;
    }

    private static void Demand(Kind kind, LoadReport report)
    {
        if (report.Errors.Count > 0)
        {
            throw new InvalidOperationException($"{kind.Name}: {string.Join(", ", report.Errors.Select(static error => $"{error.Value} {error.Key}"))}");
        }
    }

    /// <summary>A condition that does not hold is an answer and no error, and costs less: some rows, asked for by hand, say which it is.</summary>
    private static async Task<bool> ConditionsHoldAsync(BenchCluster cluster)
    {
        await using var client = await cluster.ConnectAsync(0);
        var random = new Random(1);
        for (var i = 0; i < Samples; i++)
        {
            var there = await client.AskAsync($"UPDATE g.w SET value = 0x00 WHERE id = {random.NextInt64(RowsThere)} IF v = 1");
            var fresh = await client.AskAsync($"INSERT INTO g.w (id, value) VALUES ({random.NextInt64(RowsNew)}, 0x00) IF NOT EXISTS");
            if (!Applied(there) || !Applied(fresh))
            {
                Console.Error.WriteLine("A condition did not hold: what was measured were not writes.");
                return false;
            }
        }

        return true;
    }

    private static bool Applied(CqlResult result) => result.Rows[0][0]!.Value.Span[0] == 1;

    private static double[] Medians(List<double[]> rounds, Func<double[], int, double> of) =>
        [.. Kinds.Select((_, i) => Figures.Median(rounds.Select(round => of(round, i))))];

    private static void Say(string what, double[] figures, string format) =>
        Console.WriteLine($"{what,-9}" + string.Concat(figures.Select(figure => $"{figure.ToString(format, CultureInfo.InvariantCulture),15}")));

    /// <param name="ValueFirst">The statement names the value before the key.</param>
    private sealed record Kind(string Name, string Statement, long Rows, bool ValueFirst = false);
}
