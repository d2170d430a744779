using Coterie.Host.CqlClient;

namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>One trial.</summary>
internal readonly record struct TrialStep(TrialNode Writer, TrialNode Reader, string Insert, string Select, TrialSide Write, TrialSide Read, TimeSpan Wait);

/// <summary>
/// Does trials one after another, with a connection of its own to each node: an answer waits for no other trial. A connection on which anything but an answer of the server
/// came is not used again.
/// </summary>
/// <param name="lost">Is told of a node that does not answer.</param>
internal sealed class TrialLane(TimeProvider time, Action<TrialNode, string> lost) : IAsyncDisposable
{
    private readonly SortedDictionary<string, CqlConnection> _connections = new(StringComparer.Ordinal);

    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task<TrialOutcome> TryAsync(TrialStep step, CancellationToken cancellationToken)
    {
        var write = await AskAsync(step.Writer, step.Insert, step.Write, cancellationToken);
        if (write.Result is not { } written)
        {
            return new TrialOutcome(null, 0, null, write.Problem);
        }

        if (step.Wait > TimeSpan.Zero)
        {
            await Task.Delay(step.Wait, time, cancellationToken);
        }

        var read = await AskAsync(step.Reader, step.Select, step.Read, cancellationToken);

        // Votes are read only now: nothing is to come between the write and its read.
        var gap = time.GetElapsedTime(write.Answered, read.Asked).TotalMilliseconds;
        return new TrialOutcome(
            TrialAnswer.Of(time.GetElapsedTime(write.Asked, write.Answered).TotalMilliseconds, written),
            gap,
            read.Result is { } found ? TrialAnswer.Of(time.GetElapsedTime(read.Asked, read.Answered).TotalMilliseconds, found) : null,
            read.Problem);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections.Values)
        {
            await connection.DisposeAsync();
        }

        _connections.Clear();
    }

    private async Task<Reply> AskAsync(TrialNode node, string statement, TrialSide side, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var late = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), patience, TrialLimits.AnswerPatience, Timeout.InfiniteTimeSpan);
        try
        {
            var connection = await ConnectionAsync(node, patience.Token);
            var asked = time.GetTimestamp();
            var result = await connection.QueryWithVoteAsync(statement, side.Level, side.Required, patience.Token);
            return new Reply(asked, time.GetTimestamp(), result, null);
        }
        catch (CqlErrorException e)
        {
            return new Reply(0, 0, null, $"{node.Name} says: {e.Message}");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            await DropAsync(node);
            cancellationToken.ThrowIfCancellationRequested();
            var why = e is IOException ? e.Message : $"no answer within {TrialLimits.AnswerPatience.TotalSeconds} s";
            lost(node, why);
            return new Reply(0, 0, null, $"{node.Name}: {why}");
        }
    }

    private async Task<CqlConnection> ConnectionAsync(TrialNode node, CancellationToken cancellationToken)
    {
        if (!_connections.TryGetValue(node.Name, out var connection))
        {
            connection = await CqlConnection.ConnectAsync(node.Cql, cancellationToken);
            _connections.Add(node.Name, connection);
        }

        return connection;
    }

    private async Task DropAsync(TrialNode node)
    {
        if (_connections.Remove(node.Name, out var connection))
        {
            await connection.DisposeAsync();
        }
    }

    /// <param name="Result">Null: there was none, for the reason of the problem.</param>
    private readonly record struct Reply(long Asked, long Answered, CqlResult? Result, string? Problem);
}
