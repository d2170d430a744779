using Coterie.Host.Admin.Trees;
using Coterie.WebConsole.Query;
using Coterie.WebConsole.Repair;

namespace Coterie.WebConsole.Tests.Repair;

/// <summary>Three nodes and a tree of two levels, in which one row of one leaf differs until it is repaired.</summary>
internal sealed class FakeTrees : IReplicaTrees
{
    public const string RowId = "00000007aa";

    public bool IsEqual { get; set; }

    public string? Problem { get; set; }

    public int Repairs { get; private set; }

    public List<(string? Lower, string? Upper)> Asked { get; } = [];

    public RepairOverview Overview { get; set; } = new(
        [new("id1", "node1", true, true), new("id2", "node2", true, true), new("id3", "node3", true, true)],
        [new("shop", "cart", 3, 12, null), new("led", "t", 0, null, null)],
        2,
        []);

    public Task<RepairOverview> OverviewAsync() => Task.FromResult(Overview);

    public Task<RepairReply<TreesReport>> PairsAsync(TableName table, CancellationToken cancellationToken) =>
        Task.FromResult(new RepairReply<TreesReport>(new TreesReport(table.Keyspace, table.Table, [], []), null));

    public Task<RepairReply<TreeReport>> CompareAsync(TableName table, string left, string right, string? lower, string? upper, CancellationToken cancellationToken)
    {
        Asked.Add((lower, upper));
        return Task.FromResult(Problem is { } problem ? RepairReply<TreeReport>.Refused(problem, 409) : new RepairReply<TreeReport>(lower is null ? Trees.Whole(IsEqual ? -1 : 2) : Trees.Leaf(IsEqual ? 0 : 1), null));
    }

    public Task<RepairReply<RowReport>> RowAsync(TableName table, string left, string right, string which, string hex, CancellationToken cancellationToken)
    {
        var old = new RowVersionReport(new string('a', 32), [new("note", "as it was", "value", "1000000")], 0);
        var changed = new RowVersionReport(new string('b', 32), [new("note", "<b>changed</b>", "value", "2000000")], 0);
        return Task.FromResult(new RepairReply<RowReport>(new RowReport(RowId, "note-0007", IsEqual, IsEqual ? changed : old, changed), null));
    }

    public Task<RepairReply<RepairOutcome>> RepairAsync(TableName table, CancellationToken cancellationToken)
    {
        Repairs++;
        IsEqual = true;
        return Task.FromResult(new RepairReply<RepairOutcome>(new RepairOutcome(3, 6, 1, 1, 0.5, []), null));
    }
}

/// <summary>Pieces of trees.</summary>
internal static class Trees
{
    public static TreeReport Whole(int different) => new(
        "shop",
        "cart",
        "id1",
        "id3",
        "00000007",
        "00000008",
        Hash("1", 2_000),
        Hash(different < 0 ? "1" : "2", 2_000),
        [.. Enumerable.Range(0, 4).Select(i => new TreePartReport($"0000000{i}", $"0000000{i + 1}", Hash("3", 500), Hash(i == different ? "4" : "3", 500), i != different))],
        null);

    public static TreeReport Leaf(int different) => new(
        "shop",
        "cart",
        "id1",
        "id3",
        "00000002",
        "00000003",
        Hash("3", 500),
        Hash("4", 500),
        [],
        new TreeLeafReport(500, 500, different, [.. Enumerable.Range(0, different).Select(static _ => new TreeRowReport(FakeTrees.RowId, "note-0007", 1_000_000, 2_000_000))]));

    public static TreeHashReport Hash(string digit, long rows) => new(string.Concat(Enumerable.Repeat(digit, 32)), rows);
}

/// <summary>A lab that does as a test says.</summary>
internal sealed class FakeRepairLab : IRepairLab
{
    public RepairLabState State { get; set; } = new(null, false);

    public string? Refusal { get; set; }

    public List<string> Asked { get; } = [];

    /// <summary>What a difference waits for before it is made.</summary>
    public Task Before { get; set; } = Task.CompletedTask;

    public RepairLabState Look() => State;

    public async Task<string?> DivergeAsync(RepairNet net)
    {
        Asked.Add($"diverge {net}");
        await Before;
        State = Refusal is null ? new(new RepairDivergence(net, "coterie_lab_repair.notes", "node3", "node1", "note-0007", "aa", "node3 alone was sent a write."), net == RepairNet.Hints) : State;
        return Refusal;
    }

    public Task<string?> StartAsync()
    {
        Asked.Add("start");
        return Task.FromResult(Refusal);
    }

    public Task<RepairReply<QueryAnswer>> ReadAsync(CancellationToken cancellationToken)
    {
        Asked.Add("read");
        var vote = new QueryVote(3, [new ReplicaVote("id1", "node1", true, "data", 900, 1, true, true), new ReplicaVote("id3", "node3", true, "digest", 800, 2, false, false)]);
        return Task.FromResult(new RepairReply<QueryAnswer>(new QueryAnswer("node1", 2, [], [], null, [], vote), null));
    }
}
