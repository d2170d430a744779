using Coterie.Cluster.Ring;
using Coterie.Model;
using Coterie.Model.Reads;
using Microsoft.Extensions.Logging;

namespace Coterie.Coordinator.Reads;

/// <summary>
/// Reads a range of tokens: range by range of the ring in order of tokens, several at a time once it is seen how little each brings, until there is
/// enough. Neighbouring ranges that the same nodes keep are one read: in a cluster of three with three copies, the whole ring is.
/// </summary>
internal sealed class RingScan(RangeReader reader, CoordinatorCounters counters, ILogger logger, ReadCommand command, ReadContext context)
{
    private readonly ScanProgress _progress = new(command, counters, logger);
    private readonly List<TokenRange> _ranges = [];
    private int _rangesRead;

    public async Task<ReadOutcome> RunAsync(IReadOnlyList<TokenRange> ring)
    {
        Split(ring);
        if (_ranges.Count == 0)
        {
            // Nobody keeps anything yet, or nothing is asked for after the end of the last partition of the range.
            return ring.Count == 0 ? Not(new RequestOutcome(RequestResult.Unavailable, context.Requirement.Count, 0, 0, false)) : Done(Empty());
        }

        var resume = command.ResumeAfter;
        var next = 0;
        while (true)
        {
            var batch = Begin(next, resume);
            var step = await TakeAsync(batch, next);
            if (!step.Outcome.IsSuccess)
            {
                return Not(step.Outcome);
            }

            next = step.Next;
            resume = step.Resume;
            if (_progress.IsFull || next == _ranges.Count)
            {
                return Done(step.Outcome, exhausted: next == _ranges.Count && resume is null);
            }

            if (_progress.IsHopeless)
            {
                return Not(step.Outcome with { Result = RequestResult.Failure, Failed = 1 });
            }
        }
    }

    private RequestOutcome Empty() => new(RequestResult.Success, context.Requirement.Count, context.Requirement.Count, 0, DataPresent: true);

    /// <summary>What of the ring is asked for: cut to the command's tokens and to where it resumes, ranges of the same nodes joined.</summary>
    private void Split(IReadOnlyList<TokenRange> ring)
    {
        foreach (var range in ring)
        {
            var start = range.Start.CompareTo(command.Token) > 0 ? range.Start : command.Token;
            var end = range.End.CompareTo(command.EndToken) < 0 ? range.End : command.EndToken;
            var isBehind = command.ResumeAfter is { } resume && end.CompareTo(resume.Token) < 0;
            if (start.CompareTo(end) >= 0 || isBehind)
            {
                continue;
            }

            if (_ranges.Count > 0 && _ranges[^1].End == start && HaveSameNodes(_ranges[^1].Replicas, range.Replicas))
            {
                _ranges[^1] = _ranges[^1] with { End = end };
            }
            else
            {
                _ranges.Add(new TokenRange(start, end, range.Replicas));
            }
        }
    }

    private static bool HaveSameNodes(ReplicaSet left, ReplicaSet right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        foreach (var node in left.Nodes)
        {
            if (!right.Contains(node))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As many ranges as should bring what is still wanted, by what the ones before have brought.</summary>
    private int Parallel()
    {
        if (_rangesRead == 0)
        {
            return 1;
        }

        var wanted = (double)command.Limit - _progress.Live;
        var perRange = Math.Max((double)_progress.Live / _rangesRead, 0.1);
        return (int)Math.Clamp(Math.Ceiling(wanted / perRange), 1, Limits.ReadRangesInParallelMax);
    }

    private List<Task<RangeResult>> Begin(int next, ResumePoint? resume)
    {
        var batch = new List<Task<RangeResult>>();
        var count = Math.Min(Parallel(), _ranges.Count - next);
        for (var i = next; i < next + count; i++)
        {
            var range = _ranges[i];
            var part = command.With(range.Start, range.End, i == next ? resume : null, _progress.NextLimit);
            batch.Add(reader.ReadAsync(part, range.Replicas, context));
        }

        return batch;
    }

    /// <summary>
    /// Takes the results in order. When a range has stopped short, what lies behind it must not be returned yet: it is read again later. All
    /// are waited for all the same, since nothing that was begun is left alone.
    /// </summary>
    private async Task<Step> TakeAsync(List<Task<RangeResult>> batch, int next)
    {
        var step = new Step(Empty(), next, null);
        var takes = true;
        foreach (var task in batch)
        {
            var result = await task;
            if (!takes)
            {
                continue;
            }

            if (!result.Outcome.IsSuccess)
            {
                step = step with { Outcome = result.Outcome };
                takes = false;
                continue;
            }

            _progress.Add(result, goesOn: result.StoppedAfter is not null);
            _rangesRead++;
            step = result.StoppedAfter is null
                ? new Step(result.Outcome, step.Next + 1, null)
                : new Step(result.Outcome, step.Next, result.StoppedAfter);
            takes = result.StoppedAfter is null && !_progress.IsFull;
        }

        return step;
    }

    private ReadOutcome Done(RequestOutcome outcome, bool exhausted = true)
    {
        var partitions = _progress.Finish();
        return new ReadOutcome(outcome, partitions, exhausted && !_progress.WasCut, context.Vote?.Cast(outcome.Required));
    }

    private ReadOutcome Not(RequestOutcome outcome) => new(outcome, [], Exhausted: false, context.Vote?.Cast(outcome.Required));

    private readonly record struct Step(RequestOutcome Outcome, int Next, ResumePoint? Resume);
}
