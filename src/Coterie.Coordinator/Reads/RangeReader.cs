using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Reads.Reconciliation;
using Coterie.Coordinator.Reads.Repair;
using Coterie.Model;
using Coterie.Model.Deletes;
using Coterie.Model.Reads;
using Coterie.Model.Schema;
using Coterie.Model.Time;
using Microsoft.Extensions.Logging;

namespace Coterie.Coordinator.Reads;

/// <summary>
/// Reads what one set of replicas keeps, a partition or a range of tokens, once: asks, and when the digests differ compares rows, merges and repairs
/// as the table's <see cref="ReadRepair"/> says. How far it came is the caller's to look at.
/// </summary>
internal sealed class RangeReader(ReadSteps steps, BackgroundRepairs background, ILogger logger)
{
    public async Task<RangeResult> ReadAsync(ReadCommand command, ReplicaSet replicas, ReadContext context) =>
        await FinishAsync(await AskAsync(command, replicas, context), command, replicas, context);

    /// <summary>The first half: the data of one replica, held against the digests of others.</summary>
    public ValueTask<ReadStep> AskAsync(ReadCommand command, ReplicaSet replicas, in ReadContext context) =>
        steps.AskAsync(command, replicas, context, context.Table.Options.ReadRepair == ReadRepair.Async ? ReadMode.DigestsOfAll : ReadMode.Digests);

    /// <summary>The second half, whatever came of the first.</summary>
    public async Task<RangeResult> FinishAsync(ReadStep step, ReadCommand command, ReplicaSet replicas, ReadContext context) => step.Verdict switch
    {
        ReadVerdict.Agreed => Decode(step, context),
        ReadVerdict.Disagreed => await CompareAsync(command, replicas, context, step.Participants!, again: false),
        _ => RangeResult.Not(step.Outcome),
    };

    /// <summary>Compares everyone who is alive and repairs whoever lacks something, with nobody waiting for it.</summary>
    public async Task RepairAsync(ReadCommand command, ReplicaSet replicas, ReadContext context)
    {
        var fresh = context with { Deadline = steps.DeadlineAfter(context.Timeout), Vote = null };
        var step = await steps.AskAsync(command, replicas, fresh, ReadMode.RowsOfAll);
        if (step.Participants is { Count: > 1 } participants && TryReconcile(command, participants, out var rows) && rows.AnyoneLacks)
        {
            await new RepairOperation(steps, command, replicas, fresh, rows, SlotsOf(participants)).RunAsync();
        }
    }

    /// <summary>The answer on which replicas agree.</summary>
    public RangeResult Decode(in ReadStep step, in ReadContext context)
    {
        try
        {
            var response = ReadReply.Decode(step.Data);
            return new RangeResult(step.Outcome, response.Partitions, response.StoppedAfter, Reconciled: false);
        }
        catch (MalformedDataException exception)
        {
            return RangeResult.Not(Malformed(step.Outcome, context, exception));
        }
    }

    /// <param name="again">A repair was refused because a replica has swept since the rows were read. Once is enough: sweeps are minutes apart.</param>
    private async Task<RangeResult> CompareAsync(ReadCommand command, ReplicaSet replicas, ReadContext context, IReadOnlyList<Participant>? digested, bool again)
    {
        steps.Counters.DigestMismatch();
        var step = await steps.AskAsync(command, replicas, context, ReadMode.Rows, digested);
        if (step.Verdict != ReadVerdict.Agreed)
        {
            return RangeResult.Not(step.Outcome);
        }

        var participants = step.Participants!;
        if (!TryReconcile(command, participants, out var rows))
        {
            return RangeResult.Not(step.Outcome with { Result = RequestResult.Failure, Failed = 1 });
        }

        var outcome = step.Outcome;
        var slots = SlotsOf(participants);
        switch (context.Table.Options.ReadRepair)
        {
            case ReadRepair.Blocking when rows.AnyoneLacks:
                var repair = new RepairOperation(steps, command, replicas, context, rows, slots);
                outcome = await repair.RunAsync();
                if (!outcome.IsSuccess && repair.WasRefused && !again)
                {
                    TellHorizon(command, participants, replicas, context, rows);
                    return await CompareAsync(command, replicas, context, digested: null, again: true);
                }

                break;
            case ReadRepair.Async:
                MarkStale(rows, replicas, slots, context, repaired: true);
                background.Start(command, replicas, context);
                break;
            default:
                MarkStale(rows, replicas, slots, context, repaired: false);
                break;
        }

        return outcome.IsSuccess ? new RangeResult(outcome, rows.Partitions, rows.StoppedAfter, Reconciled: true) : RangeResult.Not(outcome);
    }

    /// <summary>
    /// Whoever has not heard of it yet learns the latest horizon that any of them has, before it is asked again: requests on one connection are taken in
    /// order. Otherwise what it holds would be refused until its next exchange.
    /// </summary>
    private void TellHorizon(ReadCommand command, IReadOnlyList<Participant> participants, ReplicaSet replicas, in ReadContext context, ReconciledRows rows)
    {
        var latest = participants.Select(static one => ReadReply.HorizonOf(one.Rows)).Max();
        if (rows.AnyTokenLacked is not { } token)
        {
            return;
        }

        var body = new System.Buffers.ArrayBufferWriter<byte>();
        new HorizonNotice(command.Table, token, latest).Write(body);
        foreach (var one in participants)
        {
            steps.Messenger.Send(replicas.Nodes[one.Slot], Verb.HorizonLearn, body.WrittenSpan, context.Timeout, NoReply.Instance, one.Slot);
        }
    }

    private bool TryReconcile(ReadCommand command, IReadOnlyList<Participant> participants, out ReconciledRows rows)
    {
        try
        {
            var responses = new ReadResponse[participants.Count];
            var horizons = new FormationTime[participants.Count];
            for (var i = 0; i < responses.Length; i++)
            {
                responses[i] = ReadReply.Decode(participants[i].Rows);
                horizons[i] = ReadReply.HorizonOf(participants[i].Rows);
            }

            rows = new Reconciler(command, responses, horizons).Reconcile();
            return true;
        }
        catch (MalformedDataException exception)
        {
            steps.Counters.MalformedReply();
            CoordinatorLog.MalformedRows(logger, command.Table, exception.Message);
            rows = null!;
            return false;
        }
    }

    private static int[] SlotsOf(IReadOnlyList<Participant> participants)
    {
        var slots = new int[participants.Count];
        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = participants[i].Slot;
        }

        return slots;
    }

    private static void MarkStale(ReconciledRows rows, ReplicaSet replicas, int[] slots, in ReadContext context, bool repaired)
    {
        for (var i = 0; i < slots.Length; i++)
        {
            if (rows.Lacks[i].Count > 0)
            {
                context.Vote?.Stale(replicas.Nodes[slots[i]], repaired);
            }
        }
    }

    private RequestOutcome Malformed(RequestOutcome outcome, in ReadContext context, MalformedDataException exception)
    {
        steps.Counters.MalformedReply();
        CoordinatorLog.MalformedRows(logger, context.Table.StorageId, exception.Message);
        return outcome with { Result = RequestResult.Failure, Failed = 1 };
    }
}
