using System.Globalization;
using Coterie.Host.CqlClient;
using Coterie.Host.Lab;

namespace Coterie.Host.Workloads;

/// <summary>A row of about a hundred bytes for each write, with a key of its own.</summary>
public sealed class PlainWorkload(string table) : IWorkload
{
    private const int ReadsInFlight = 64;

    private readonly string _insert = $"INSERT INTO {table} (id, value) VALUES (?, ?)";
    private readonly string _select = $"SELECT value FROM {table} WHERE id = ?";
    private readonly Lock _gate = new();
    private readonly Dictionary<long, LabOutcome> _outcomes = [];

    public string TableDefinition => $"CREATE TABLE {table} (id bigint PRIMARY KEY, value text)";

    public WorkloadWrite Next(long number) => new(new CqlStatement(_insert, WireValue.Bigint(number), WireValue.Text(ValueOf(number))));

    public Task EndedAsync(long number, LabAnswer answer, WorkloadReader reader)
    {
        lock (_gate)
        {
            _outcomes[number] = answer.Outcome;
        }

        return Task.CompletedTask;
    }

    public Task CheckAsync(WorkloadReader reader, LabFindings findings, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        _outcomes.OrderBy(static one => one.Key),
        new ParallelOptions { MaxDegreeOfParallelism = ReadsInFlight, CancellationToken = cancellationToken },
        async (one, stop) =>
        {
            var rows = await reader.ReadAsync(new CqlStatement(_select, WireValue.Bigint(one.Key)), stop);
            bool? isThere = rows is null ? null : rows is [[{ } value]] && WireValue.ReadText(value) == ValueOf(one.Key);
            findings.Add(one.Key.ToString(CultureInfo.InvariantCulture), one.Value, isThere);
        });

    private static string ValueOf(long number) =>
        string.Create(CultureInfo.InvariantCulture, $"value of {number}, one hundred bytes with what comes behind {number:D12}, so that it is like the rest");
}
