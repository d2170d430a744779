using Coterie.Host.Admin.Trees;
using Coterie.WebConsole.Query;
using Microsoft.AspNetCore.Components;

namespace Coterie.WebConsole.Repair;

/// <summary>The row that was made to differ last, as it was and as it is, and who has caught it. It is looked at whenever the overview comes anew.</summary>
public sealed partial class DivergenceLab
{
    private RepairLabState _state = new(null, false);
    private RepairDivergence? _watched;
    private RowReport? _before;
    private RowReport? _now;
    private QueryVote? _vote;
    private string? _caughtBy;
    private RepairOutcome? _outcome;
    private bool _making;

    [Parameter, EditorRequired]
    public required RepairOverview Overview { get; set; }

    /// <summary>Somebody wants to see the trees of the two replicas.</summary>
    [Parameter]
    public EventCallback<ComparedReplicas> Compare { get; set; }

    private string CatchSentence => _state.Divergence is not { } divergence ? ""
        : _now is { Equal: true } ? _caughtBy ?? (divergence.Net == RepairNet.Hints ? "The hint was delivered: the first net has caught it." : "The trees found it by themselves: the third net has caught it.")
        : _now is null ? $"{divergence.Node} cannot be asked. Its write waits as a hint."
        : divergence.Net switch
        {
            RepairNet.Hints => "The hint is on its way.",
            RepairNet.ReadRepair => "The next read that asks both replicas finds it.",
            _ => "Nobody knows of it but the trees. A row that was just written is given up to ten seconds to arrive before it is sent.",
        };

    /// <summary>Whoever asked for it: a table was compared, and replicas were sent what they lacked.</summary>
    public async Task RepairedAsync(RepairOutcome outcome)
    {
        _caughtBy ??= outcome.RowsSent > 0 ? "The trees were compared and the row was sent: the third net has caught it." : null;
        await WatchAsync();
    }

    protected override Task OnParametersSetAsync() => WatchAsync();

    private async Task WatchAsync()
    {
        _state = Lab.Look();
        if (_state.Divergence is not { } divergence || !TableName.TryParse(divergence.Table, out var table) || (_now is { Equal: true } && _watched == divergence))
        {
            return;
        }

        if (_watched != divergence)
        {
            (_watched, _before, _now, _vote, _caughtBy, _outcome) = (divergence, null, null, null, null, null);
        }

        var reply = await Trees.RowAsync(table, Overview.IdOf(divergence.Other), Overview.IdOf(divergence.Node), "partition", divergence.Partition, Leaving);
        _now = reply.Answer;
        _before ??= reply.Answer is { Equal: false } different ? different : null;
    }

    private Task DivergeAsync(RepairNet net) => BusyAsync(async () =>
    {
        _making = true;
        StateHasChanged();
        try
        {
            Problem = await Lab.DivergeAsync(net);
            await WatchAsync();
        }
        finally
        {
            _making = false;
        }
    });

    private Task StartAsync() => BusyAsync(async () => Problem = await Lab.StartAsync());

    private Task ReadAsync() => BusyAsync(async () =>
    {
        var reply = await Lab.ReadAsync(Leaving);
        Problem = reply.Problem;
        if (reply.Answer?.Vote is { } vote)
        {
            _vote = vote;
            _caughtBy ??= vote.Replicas.Any(static replica => replica.Repaired) ? "The read found what was stale and mended it: the second net has caught it." : null;
        }

        await WatchAsync();
    });

    private Task CompareAsync() => BusyAsync(() =>
    {
        var divergence = _state.Divergence!;
        return Compare.InvokeAsync(new ComparedReplicas(divergence.Table, Overview.IdOf(divergence.Other), Overview.IdOf(divergence.Node)));
    });

    private Task RepairAsync() => BusyAsync(async () =>
    {
        var reply = await Trees.RepairAsync(RepairLab.Table, Leaving);
        Problem = reply.Problem;
        _outcome = reply.Answer;
        if (reply.Answer is { } outcome)
        {
            await RepairedAsync(outcome);
        }
    });
}
