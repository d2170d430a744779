using System.Collections.Concurrent;
using System.Text;
using Coterie.Host.CqlClient;
using Coterie.Host.Lab;
using Coterie.Model.Types;

namespace Coterie.Host.Workloads;

/// <summary>
/// Shopping carts: for each user a set of items and a map of how many. Each step of an item goes through another node than the one before, and all steps of a
/// user's cart merge in one row.
/// </summary>
public sealed class CartsWorkload(string table, int nodes) : IWorkload
{
    private const int ReadsInFlight = 16;
    private const int ElementsOfMap = 2;

    private readonly string _put = $"UPDATE {table} SET items = items + ?, counts[?] = ? WHERE user = ?";
    private readonly string _take = $"UPDATE {table} SET items = items - ?, counts = counts - ? WHERE user = ?";
    private readonly string _select = $"SELECT items, counts FROM {table} WHERE user = ?";
    private readonly CartBook _book = new();
    private readonly ConcurrentDictionary<long, CartStep> _steps = [];

    public string TableDefinition => $"CREATE TABLE {table} (user int PRIMARY KEY, items set<text>, counts map<text, int>)";

    public WorkloadWrite Next(long number)
    {
        var step = _book.Next(number);
        _steps[number] = step;
        var name = WireValue.Text(step.Item.Name);
        var user = WireValue.Int(step.Item.User);
        var statement = step.Count is { } count
            ? new CqlStatement(_put, WireValue.SetOf(name), name, WireValue.Int(count), user)
            : new CqlStatement(_take, WireValue.SetOf(name), WireValue.SetOf(name), user);
        return new WorkloadWrite(statement, (step.Item.User + step.Item.Steps) % nodes);
    }

    public Task EndedAsync(long number, LabAnswer answer, WorkloadReader reader)
    {
        if (_steps.TryRemove(number, out var step))
        {
            _book.Ended(step, answer);
        }

        return Task.CompletedTask;
    }

    public Task CheckAsync(WorkloadReader reader, LabFindings findings, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(0, CartBook.Users),
        new ParallelOptions { MaxDegreeOfParallelism = ReadsInFlight, CancellationToken = cancellationToken },
        async (user, stop) =>
        {
            switch (await reader.ReadAsync(new CqlStatement(_select, WireValue.Int(user)), stop))
            {
                case null:
                    findings.AddUnread(_book.ItemsOf(user).Count);
                    break;
                case [[var items, var counts]]:
                    _book.Check(user, Set(items), Map(counts), findings);
                    break;
                default:
                    _book.Check(user, Set(null), Map(null), findings);
                    break;
            }
        });

    private static HashSet<string> Set(ReadOnlyMemory<byte>? value)
    {
        var set = new HashSet<string>(StringComparer.Ordinal);
        if (value is { } bytes)
        {
            var reader = new CollectionReader(bytes.Span, 1);
            while (reader.MoveNext())
            {
                set.Add(Encoding.UTF8.GetString(reader.Current));
            }
        }

        return set;
    }

    private static Dictionary<string, int> Map(ReadOnlyMemory<byte>? value)
    {
        var map = new Dictionary<string, int>(StringComparer.Ordinal);
        if (value is { } bytes)
        {
            var reader = new CollectionReader(bytes.Span, ElementsOfMap);
            while (reader.MoveNext())
            {
                var name = Encoding.UTF8.GetString(reader.Current);
                reader.MoveNext();
                map.Add(name, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(reader.Current));
            }
        }

        return map;
    }
}
