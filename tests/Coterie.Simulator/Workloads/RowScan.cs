using System.Buffers.Binary;
using System.Text;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Client;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Workloads;

/// <summary>
/// One SELECT of rows, page by page, and what it says of the rows that it covers: of each that it returns, and of those that it passes over.
/// </summary>
internal sealed class RowScan(Simulation simulation, RowWorkloadOptions options, RowHistory history, string table)
{
    private readonly HashSet<RowKey> _seen = [];
    private readonly List<RowKey> _order = [];

    /// <summary>Null: the whole table.</summary>
    public int? Partition { get; init; }

    public bool IsReverse { get; init; }

    /// <summary>0: none.</summary>
    public int Limit { get; init; }

    /// <summary>0: everything at once.</summary>
    public int PageSize { get; init; }

    /// <summary>What the server did that no server may do, whatever the history; or null.</summary>
    public string? Wrong { get; private set; }

    private string Statement => $"SELECT p, c, v FROM {table}"
        + (Partition is { } partition ? $" WHERE p = {partition}{(IsReverse ? " ORDER BY c DESC" : "")}" : "")
        + (Limit > 0 ? $" LIMIT {Limit}" : "");

    /// <summary>Runs to the end, or to the first page that fails: how it ended.</summary>
    public async Task<CqlAnswer> RunAsync(CqlClient connection, ushort consistency)
    {
        var begun = simulation.NowTicks;
        byte[]? state = null;
        while (true)
        {
            var invoked = simulation.NowTicks;
            var answer = await connection.QueryAsync(
                new CqlRequest(Statement, consistency) { PageSize = PageSize, PagingState = state }, options.RequestTimeout);
            if (answer.Outcome != CqlOutcome.Ok)
            {
                return answer;
            }

            Take(answer, invoked, begun);
            state = answer.PagingState;
            if (state is null || Wrong is not null)
            {
                return answer;
            }
        }
    }

    private void Take(CqlAnswer page, long invoked, long begun)
    {
        var before = _order.Count == 0 ? (RowKey?)null : _order[^1];
        if (PageSize > 0 && page.Rows.Count > PageSize)
        {
            Wrong = $"a page of {page.Rows.Count} rows where {PageSize} were asked for: {Statement}";
        }

        foreach (var row in page.Rows)
        {
            var key = new RowKey(BinaryPrimitives.ReadInt32BigEndian(row[0]), BinaryPrimitives.ReadInt32BigEndian(row[1]));
            Wrong ??= WrongPlace(key);
            _seen.Add(key);
            _order.Add(key);
            history.Observe(key, Encoding.UTF8.GetString(row[2] ?? []), invoked, simulation.NowTicks);
        }

        if (Limit > 0 && _order.Count > Limit)
        {
            Wrong ??= $"{_order.Count} rows: {Statement}";
        }

        var isEnd = page.PagingState is null;
        if (Partition is not null)
        {
            PassOver(before, isEnd && (Limit == 0 || _order.Count < Limit) ? null : _order.Count > 0 ? _order[^1] : before, invoked);
        }
        else if (isEnd)
        {
            PassOverTable(begun);
        }
    }

    private string? WrongPlace(RowKey key)
    {
        if (_seen.Contains(key))
        {
            return $"{key} came twice: {Statement}";
        }

        if (_order.Count == 0)
        {
            return null;
        }

        var last = _order[^1];
        var isOutOfOrder = key.Partition == last.Partition
            ? (IsReverse ? key.Row > last.Row : key.Row < last.Row)
            : _order.Exists(earlier => earlier.Partition == key.Partition);
        return isOutOfOrder ? $"{key} came after {last}: {Statement}" : null;
    }

    /// <summary>The rows of the partition behind the end of the page before, up to the end of this one (null: of the partition), that it did not return.</summary>
    private void PassOver(RowKey? before, RowKey? end, long invoked)
    {
        for (var row = 0; row < options.Rows; row++)
        {
            var key = new RowKey(Partition!.Value, row);
            var isBehindStart = before is not { } from || (IsReverse ? row < from.Row : row > from.Row);
            var isBeforeEnd = end is not { } to ? end is null : IsReverse ? row > to.Row : row < to.Row;
            if (isBehindStart && isBeforeEnd && !_seen.Contains(key))
            {
                history.Observe(key, null, invoked, simulation.NowTicks);
            }
        }
    }

    private void PassOverTable(long begun)
    {
        for (var partition = 0; partition < options.Partitions; partition++)
        {
            for (var row = 0; row < options.Rows; row++)
            {
                if (new RowKey(partition, row) is var key && !_seen.Contains(key))
                {
                    history.Observe(key, null, begun, simulation.NowTicks);
                }
            }
        }
    }
}
