using System.Globalization;
using Coterie.Host.Admin.Trees;
using Coterie.WebConsole.Query;
using Coterie.WebConsole.Repair;

namespace Coterie.WebConsole.Pages;

/// <summary>
/// Two replicas of a table side by side. How the cluster stands follows by itself while the page is open; trees and rows are shown as they were when they were
/// asked for, so that what was found stays on the screen while it is mended.
/// </summary>
public sealed partial class RepairPage
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _leaving = new();
    private IRepairLab? _lab;
    private RepairOverview _overview = RepairOverview.Nothing;
    private RepairLabState _state = new(null, false);
    private RowReport? _before;
    private RowReport? _now;
    private RepairDivergence? _watched;
    private QueryVote? _vote;
    private string? _caughtBy;
    private string _tableText = "";
    private string _left = "";
    private string _right = "";
    private bool _busy;
    private bool _making;
    private string? _problem;
    private TreeDescent? _descent;
    private TableName? _table;
    private RowReport? _row;
    private RowReport? _rowAfter;
    private RepairOutcome? _outcome;

    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
    }

    protected override void OnInitialized()
    {
        _lab = (IRepairLab?)Services.GetService(typeof(IRepairLab));
        _tableText = _lab is null ? "" : RepairLab.Table.ToString();
    }

    protected override async Task OnInitializedAsync() => await LookAsync();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        var leaving = _leaving.Token;
        using var timer = new PeriodicTimer(Pace, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(leaving))
            {
                await LookAsync();
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The page is left.
        }
    }

    private async Task LookAsync()
    {
        var overview = await Trees.OverviewAsync();
        if (_overview.Nodes.Count == 0 && overview.Nodes.Count > 0)
        {
            // The same two that the lab makes differ.
            (_left, _right) = (overview.Nodes[0].Id, overview.Nodes[^1].Id);
        }

        _overview = overview;
        await WatchAsync();
    }

    /// <summary>The row that was made to differ, as it is now.</summary>
    private async Task WatchAsync()
    {
        if (_lab is null)
        {
            return;
        }

        _state = _lab.Look();
        if (_state.Divergence is not { } divergence || !TableName.TryParse(divergence.Table, out var table) || (_now is { Equal: true } && _watched == divergence))
        {
            return;
        }

        if (_watched != divergence)
        {
            (_watched, _before, _now, _vote, _caughtBy) = (divergence, null, null, null, null);
        }

        var reply = await Trees.RowAsync(table, IdOf(divergence.Other), IdOf(divergence.Node), "partition", divergence.Partition, _leaving.Token);
        _now = reply.Answer;
        _before ??= reply.Answer is { Equal: false } different ? different : null;
    }

    private string CatchSentence => _state.Divergence is not { } divergence ? ""
        : _now is { Equal: true } ? _caughtBy ?? (divergence.Net == RepairNet.Hints ? "The hint was delivered: the first net has caught it." : "The trees found it by themselves: the third net has caught it.")
        : _now is null ? $"{divergence.Node} cannot be asked. Its write waits as a hint."
        : divergence.Net switch
        {
            RepairNet.Hints => "The hint is on its way.",
            RepairNet.ReadRepair => "The next read that asks both replicas finds it.",
            _ => "Nobody knows of it but the trees. A row that was just written is given up to ten seconds to arrive before it is sent.",
        };

    private Task DivergeAsync(RepairNet net) => BusyAsync(async () =>
    {
        _making = true;
        StateHasChanged();
        try
        {
            _problem = await _lab!.DivergeAsync(net);
            await LookAsync();
        }
        finally
        {
            _making = false;
        }
    });

    private Task StartAsync() => BusyAsync(async () => _problem = await _lab!.StartAsync());

    private Task ReadAsync() => BusyAsync(async () =>
    {
        var reply = await _lab!.ReadAsync(_leaving.Token);
        _problem = reply.Problem;
        if (reply.Answer?.Vote is { } vote)
        {
            _vote = vote;
            _caughtBy ??= vote.Replicas.Any(static replica => replica.Repaired) ? "The read found a stale replica and mended it: the second net has caught it." : null;
        }

        await WatchAsync();
    });

    private Task CompareLabAsync()
    {
        var divergence = _state.Divergence!;
        (_tableText, _left, _right) = (divergence.Table, IdOf(divergence.Other), IdOf(divergence.Node));
        return CompareAsync();
    }

    private Task RepairLabAsync()
    {
        _table = RepairLab.Table;
        return RepairAsync();
    }

    private Task CompareAsync() => BusyAsync(async () =>
    {
        (_descent, _row, _rowAfter, _outcome) = (null, null, null, null);
        if (!TableName.TryParse(_tableText, out _table))
        {
            _problem = "Name a table as keyspace.table.";
            return;
        }

        if (_left == _right)
        {
            _problem = "Choose two different nodes.";
            return;
        }

        var reply = await Trees.CompareAsync(_table, _left, _right, null, null, _leaving.Token);
        _problem = reply.Problem;
        _descent = reply.Answer is { } whole ? TreeDescent.Begin(whole) : null;
    });

    private Task DownAsync() => BusyAsync(async () =>
    {
        if (_descent is not { Next: { } next } descent)
        {
            return;
        }

        var reply = await Trees.CompareAsync(_table!, descent.Last.LeftNode, descent.Last.RightNode, next.Lower, next.Upper, _leaving.Token);
        _problem = reply.Problem;
        _descent = reply.Answer is { } part ? descent.Down(part) : descent;
        if (_descent.Last.Leaf is { Rows: [var only] })
        {
            await ShowRowAsync(only.Id);
        }
    });

    private void Up() => (_descent, _row, _rowAfter, _problem) = (_descent?.Up(), null, null, null);

    private Task ShowAsync(string id) => BusyAsync(() => ShowRowAsync(id));

    private async Task ShowRowAsync(string id)
    {
        var reply = await Trees.RowAsync(_table!, _descent!.Last.LeftNode, _descent.Last.RightNode, "key", id, _leaving.Token);
        _problem = reply.Problem;
        (_row, _rowAfter) = (reply.Answer, null);
    }

    private Task RepairAsync() => BusyAsync(async () =>
    {
        var reply = await Trees.RepairAsync(_table!, _leaving.Token);
        (_outcome, _problem) = (reply.Answer, reply.Problem);
        _caughtBy ??= reply.Answer is { RowsSent: > 0 } ? "The trees were compared and the row was sent: the third net has caught it." : null;
        if (_descent is { } descent && _row is { } row)
        {
            _rowAfter = (await Trees.RowAsync(_table!, descent.Last.LeftNode, descent.Last.RightNode, "key", row.Id, _leaving.Token)).Answer;
        }

        if (_descent is { } seen && (await Trees.CompareAsync(_table!, seen.Last.LeftNode, seen.Last.RightNode, null, null, _leaving.Token)).Answer is { } whole)
        {
            _descent = TreeDescent.Begin(whole);
        }

        await WatchAsync();
    });

    private async Task BusyAsync(Func<Task> what)
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        _problem = null;
        StateHasChanged();
        try
        {
            await what();
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The page is left.
        }
        finally
        {
            _busy = false;
        }
    }

    private string IdOf(string name) => _overview.Nodes.FirstOrDefault(node => node.Name == name)?.Id ?? "";

    private string NameOf(string id) => _overview.Nodes.FirstOrDefault(node => node.Id == id)?.Name ?? id;

    private static string Written(long? microseconds) => microseconds switch
    {
        null => "no such row",
        >= 0 and < 253_402_300_800_000_000 => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds.Value).ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        _ => microseconds.Value.ToString(CultureInfo.InvariantCulture),
    };

    private static string OutcomeSentence(RepairOutcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"Repaired in {outcome.Seconds:0.0} s: {outcome.RangesCompared:N0} ranges compared, {outcome.RowsRead:N0} rows read, {outcome.RowsDifferent:N0} different, {outcome.RowsSent:N0} sent.");
}
