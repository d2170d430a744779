using System.Globalization;
using Coterie.Host.Admin.Trees;
using Microsoft.AspNetCore.Components;

namespace Coterie.WebConsole.Repair;

/// <summary>
/// Two replicas of a table side by side. Trees and rows are shown as they were when they were asked for, so that what was found stays on the screen while it is mended.
/// </summary>
public sealed partial class TreeComparison
{
    private string _tableText = "";
    private string _left = "";
    private string _right = "";
    private TreeDescent? _descent;
    private DateTimeOffset _asked;
    private TableName? _table;
    private RowReport? _row;
    private RowReport? _rowAfter;
    private RepairOutcome? _outcome;

    [Parameter, EditorRequired]
    public required RepairOverview Overview { get; set; }

    /// <summary>The table that stands there at first.</summary>
    [Parameter]
    public string First { get; set; } = "";

    /// <summary>The table was repaired from here.</summary>
    [Parameter]
    public EventCallback<RepairOutcome> Repaired { get; set; }

    public Task CompareAsync(ComparedReplicas replicas)
    {
        (_tableText, _left, _right) = (replicas.Table, replicas.Left, replicas.Right);
        return CompareAsync();
    }

    protected override void OnInitialized() => _tableText = First;

    protected override void OnParametersSet()
    {
        if (_left.Length == 0 && Overview.Nodes.Count > 0)
        {
            // The same two that the lab makes differ.
            (_left, _right) = (Overview.Nodes[0].Id, Overview.Nodes[^1].Id);
        }
    }

    private static string Written(long? microseconds) => microseconds switch
    {
        null => "no such row",
        >= 0 and < 253_402_300_800_000_000 => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds.Value).ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        _ => microseconds.Value.ToString(CultureInfo.InvariantCulture),
    };

    private Task CompareAsync() => BusyAsync(async () =>
    {
        (_descent, _row, _rowAfter, _outcome) = (null, null, null, null);
        if (!TableName.TryParse(_tableText, out _table))
        {
            Problem = "Name a table as keyspace.table.";
            return;
        }

        if (_left == _right)
        {
            Problem = "Choose two different nodes.";
            return;
        }

        var reply = await LookAsync(_left, _right, null, null);
        Problem = reply.Problem;
        _descent = reply.Answer is { } whole ? TreeDescent.Begin(whole) : null;
    });

    private Task<RepairReply<TreeReport>> LookAsync(string left, string right, string? lower, string? upper)
    {
        _asked = Time.GetUtcNow();
        return Trees.CompareAsync(_table!, left, right, lower, upper, Leaving);
    }

    private Task DownAsync() => BusyAsync(async () =>
    {
        if (_descent is not { Next: { } next } descent)
        {
            return;
        }

        var reply = await LookAsync(descent.Last.LeftNode, descent.Last.RightNode, next.Lower, next.Upper);
        Problem = reply.Problem;
        _descent = reply.Answer is { } part ? descent.Down(part) : descent;
        if (_descent.Last.Leaf is { Rows: [var only] })
        {
            await ShowRowAsync(only.Id);
        }
    });

    private void Up() => (_descent, _row, _rowAfter, Problem) = (_descent?.Up(), null, null, null);

    private Task ShowAsync(string id) => BusyAsync(() => ShowRowAsync(id));

    private async Task ShowRowAsync(string id)
    {
        var reply = await Trees.RowAsync(_table!, _descent!.Last.LeftNode, _descent.Last.RightNode, "key", id, Leaving);
        Problem = reply.Problem;
        (_row, _rowAfter) = (reply.Answer, null);
    }

    private Task RepairAsync() => BusyAsync(async () =>
    {
        var reply = await Trees.RepairAsync(_table!, Leaving);
        (_outcome, Problem) = (reply.Answer, reply.Problem);
        if (_descent is { } descent && _row is { } row)
        {
            _rowAfter = (await Trees.RowAsync(_table!, descent.Last.LeftNode, descent.Last.RightNode, "key", row.Id, Leaving)).Answer;
        }

        if (_descent is { } seen && (await LookAsync(seen.Last.LeftNode, seen.Last.RightNode, null, null)).Answer is { } whole)
        {
            _descent = TreeDescent.Begin(whole);
        }

        if (reply.Answer is { } outcome)
        {
            await Repaired.InvokeAsync(outcome);
        }
    });
}
