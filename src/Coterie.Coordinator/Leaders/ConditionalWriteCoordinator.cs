using System.Buffers;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Groups;
using Coterie.Model.Reads;

namespace Coterie.Coordinator.Leaders;

/// <summary>
/// Decides on the rows that the leader has, and asks it to write if they are still those; if they are not, it decides again on what they are. So the
/// condition is CQL's and the leader's part is a comparison of hashes. Where nothing is expected to be there, as by IF NOT EXISTS, that is the first guess, without a read.
/// </summary>
public sealed class ConditionalWriteCoordinator : IConditionalWriteCoordinator
{
    private readonly LeaderRequests _requests;
    private readonly ReplicaMaps _maps;
    private readonly CoordinatorCounters _counters;
    private readonly TimeProvider _time;

    internal ConditionalWriteCoordinator(LeaderRequests requests, ReplicaMaps maps, CoordinatorCounters counters, TimeProvider time)
    {
        _requests = requests;
        _maps = maps;
        _counters = counters;
        _time = time;
    }

    public async ValueTask<ConditionalOutcome> WriteAsync(ConditionalRequest request)
    {
        var members = _maps.For(request.Keyspace.Name)?.Lookup(request.Read.Token) ?? ReplicaSet.Empty;
        try
        {
            return await WriteAsync(request, members);
        }
        catch (MalformedDataException)
        {
            return Ended(members, RequestResult.Failure);
        }
    }

    private async Task<ConditionalOutcome> WriteAsync(ConditionalRequest request, ReplicaSet members)
    {
        var began = _time.GetTimestamp();
        var seen = request.ExpectsNothing ? Seen.Nothing : null;
        while (true)
        {
            if (seen is null)
            {
                (var result, seen) = await ReadAsync(members, request.Read, request.Timeout - _time.GetElapsedTime(began));
                if (seen is null)
                {
                    return Ended(members, result);
                }
            }

            var decided = request.Decide(seen.Rows);
            if (decided is not { IsEmpty: false } mutation)
            {
                if (!ReferenceEquals(seen, Seen.Nothing))
                {
                    return Ended(members, RequestResult.Success) with { IsApplied = decided is not null, Rows = seen.Rows };
                }

                seen = null;
                continue;
            }

            var answer = await CompareAsync(members, request.Read, seen.Hash, mutation, request.Timeout - _time.GetElapsedTime(began));
            if (answer.Result != RequestResult.Success)
            {
                return Ended(members, answer.Result);
            }

            if (answer.Reply.Verdict == LeaderVerdict.Done)
            {
                return Ended(members, RequestResult.Success) with { IsApplied = true };
            }

            seen = Seen.In(answer.Reply.Rows);
        }
    }

    /// <summary>What the leader has, as a linearizable read finds it.</summary>
    private async Task<(RequestResult Result, Seen? Seen)> ReadAsync(ReplicaSet members, ReadCommand read, TimeSpan timeout)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            var answer = await _requests.BarrierAsync(members, timeout - _time.GetElapsedTime(began));
            if (answer.Result != RequestResult.Success)
            {
                return (answer.Result, null);
            }

            var (status, response) = await _requests.ReadAsync(answer.Leader, read, timeout - _time.GetElapsedTime(began));
            switch (status)
            {
                case ReplyStatus.Ok:
                    return (RequestResult.Success, Seen.In(response));
                case ReplyStatus.Failed:
                    return (RequestResult.Failure, null);
            }

            await _requests.PauseAsync();
        }
    }

    private Task<LeaderAnswer> CompareAsync(ReplicaSet members, ReadCommand read, UInt128 expected, ReadOnlyMemory<byte> mutation, TimeSpan timeout)
    {
        var body = new ArrayBufferWriter<byte>();
        CompareAndSet.Encode(read, expected, mutation.Span, body);
        return _requests.AskAsync(members, Verb.LeaderCompareAndSet, body.WrittenSpan, LeaderRequests.Repeat.Never, timeout);
    }

    private ConditionalOutcome Ended(ReplicaSet members, RequestResult result)
    {
        _counters.WriteEnded(result);
        return new ConditionalOutcome(members.OutcomeOf(result), IsApplied: false, []);
    }

    /// <summary>Rows, and what stands for them in a comparison.</summary>
    private sealed record Seen(IReadOnlyList<PartitionRows> Rows, UInt128 Hash)
    {
        /// <summary>Not seen, but guessed.</summary>
        public static Seen Nothing { get; } = new([], CompareAndSet.HashOfNothing);

        /// <exception cref="MalformedDataException">Not a response, or of only a part of what was to be read.</exception>
        public static Seen In(ReadOnlyMemory<byte> response)
        {
            var rows = ReadResponse.Decode(response);
            return rows.StoppedAfter is null
                ? new Seen(rows.Partitions, ReadDigest.HashOf(response.Span))
                : throw new MalformedDataException("conditions on more rows than one answer holds");
        }
    }
}
