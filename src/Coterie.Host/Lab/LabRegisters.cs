using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Coterie.Host.CqlClient;
using Coterie.Host.Workloads;
using Coterie.Model.Histories;
using Coterie.Model.Quorum;

namespace Coterie.Host.Lab;

/// <summary>
/// A few registers, rows of one table, that clients of every node read, write, and write under the condition that what they saw last is still there, while a lab goes on. Each client stays with its node, whatever is done to that, as one
/// does that is cut off together with it; so a node that should not answer any more is asked. Every call is recorded, and the history of each register is looked at in the end.
/// </summary>
/// <param name="reads">The level of the reads; the writes are at QUORUM.</param>
public sealed class LabRegisters(string table, IReadOnlyList<IPEndPoint> servers, ConsistencyLevel reads)
{
    public const int Count = 3;

    private const int ClientsOfEach = 2;
    private const int PauseMillisecondsLeast = 40;
    private const int PauseMillisecondsMost = 120;

    private readonly string _insert = $"INSERT INTO {table} (id, value) VALUES (?, ?)";
    private readonly string _swap = $"UPDATE {table} SET value = ? WHERE id = ? IF value = ?";
    private readonly string _create = $"INSERT INTO {table} (id, value) VALUES (?, ?) IF NOT EXISTS";
    private readonly string _select = $"SELECT value FROM {table} WHERE id = ?";
    private readonly ConcurrentQueue<LabCall> _calls = new();
    private long _value;

    public string TableDefinition => $"CREATE TABLE {table} (id int PRIMARY KEY, value bigint)";

    /// <summary>All that was answered, or may have been done.</summary>
    public IReadOnlyList<LabCall> Calls => [.. _calls];

    /// <summary>Reads and writes until it is told to stop, then waits for what is in flight.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, servers.Count * ClientsOfEach).Select(client => RunAsync(client % servers.Count, new Random(client), stop)));

    private async Task RunAsync(int node, Random random, CancellationToken stop)
    {
        await using var session = new LabSession([servers[node]], connectionsPerNode: 1);
        var seen = new long[Count];
        while (!stop.IsCancellationRequested)
        {
            var register = random.Next(Count);
            await (random.Next(4) switch
            {
                0 => WriteAsync(session, register, node, seen),
                1 => SwapAsync(session, register, node, seen),
                _ => ReadAsync(session, register, node, seen),
            });
            await Task.WhenAny(Task.Delay(random.Next(PauseMillisecondsLeast, PauseMillisecondsMost), stop));
        }
    }

    private async Task WriteAsync(LabSession session, int register, int node, long[] seen)
    {
        var value = Interlocked.Increment(ref _value);
        var called = Stopwatch.GetTimestamp();
        var answer = await session.AskAsync(new WorkloadWrite(new CqlStatement(_insert, WireValue.Int(register), WireValue.Bigint(value))), ConsistencyLevel.Quorum);
        Add(register, node, answer.Outcome, new RegisterCall(true, value, called, Stopwatch.GetTimestamp()), seen);
    }

    private async Task SwapAsync(LabSession session, int register, int node, long[] seen)
    {
        var value = Interlocked.Increment(ref _value);
        var expected = seen[register];
        var statement = expected == RegisterCall.Nothing
            ? new CqlStatement(_create, WireValue.Int(register), WireValue.Bigint(value))
            : new CqlStatement(_swap, WireValue.Bigint(value), WireValue.Int(register), WireValue.Bigint(expected));
        var called = Stopwatch.GetTimestamp();
        var answer = await session.AskAsync(new WorkloadWrite(statement), ConsistencyLevel.Quorum);
        var returned = Stopwatch.GetTimestamp();

        // The first column says whether it was done; the last, if it was not, is what is there.
        if (answer.Result is { Rows: [[{ } applied, ..] row] } && applied.Span[0] == 0)
        {
            var there = row.Length > 1 && row[^1] is { } read ? WireValue.ReadBigint(read) : RegisterCall.Nothing;
            Add(register, node, LabOutcome.Acknowledged, new RegisterCall(false, there, called, returned), seen);
            return;
        }

        Add(register, node, answer.Outcome, new RegisterCall(true, value, called, returned, expected), seen);
    }

    private async Task ReadAsync(LabSession session, int register, int node, long[] seen)
    {
        var called = Stopwatch.GetTimestamp();
        var answer = await session.AskAsync(new WorkloadWrite(new CqlStatement(_select, WireValue.Int(register))), reads);
        if (answer.Result is { } result)
        {
            var value = result.Rows is [[{ } read]] ? WireValue.ReadBigint(read) : RegisterCall.Nothing;
            Add(register, node, LabOutcome.Acknowledged, new RegisterCall(false, value, called, Stopwatch.GetTimestamp()), seen);
        }
    }

    /// <summary>What the cluster says was not done is no part of the history: who reads it reads what nobody wrote.</summary>
    private void Add(int register, int node, LabOutcome outcome, RegisterCall call, long[] seen)
    {
        if (outcome == LabOutcome.Acknowledged)
        {
            seen[register] = call.Value;
            _calls.Enqueue(new LabCall(register, node, call));
        }
        else if (outcome != LabOutcome.Failed)
        {
            _calls.Enqueue(new LabCall(register, node, call with { Returned = null }));
        }
    }
}
