using System.Globalization;
using System.Text.Json;
using Coterie.Model;
using Coterie.Model.Schema;
using Coterie.Model.Trees;
using Coterie.Repair.Exchanges;
using Coterie.Repair.Inspections;
using Coterie.Server;
using Microsoft.AspNetCore.Http;

namespace Coterie.Host.Admin.Trees;

/// <summary>
/// <c>/api/trees</c>: what an exchange between two replicas would find, one range at a time. Any node can be asked about any two: it asks them by
/// message, as the driver of an exchange does.
/// </summary>
internal sealed class TreeRoutes(CoterieNode node, string datacenter)
{
    public void AddTo(IDictionary<string, AdminRoute> routes)
    {
        routes["/api/trees"] = (query, _) => new(Trees(query));
        routes["/api/trees/compare"] = CompareAsync;
        routes["/api/trees/row"] = RowAsync;
    }

    private AdminAnswer Trees(IQueryCollection query)
    {
        var (question, refusal) = TreeQuestion.Of(query, node.Metadata, datacenter);
        if (question is null)
        {
            return refusal;
        }

        var table = question.Table;
        var columns = table.Columns.Select(static column => new TreeColumn(column.Name, column.Type.CqlName)).ToList();
        return Json(JsonSerializer.Serialize(new TreesReport(table.Keyspace, table.Name, columns, question.Pairs()), TreeJson.Default.TreesReport));
    }

    private ValueTask<AdminAnswer> CompareAsync(IQueryCollection query, CancellationToken cancellationToken) => AskAsync(query, async (question, inspection) =>
    {
        if (TreeQuestion.Range(query, inspection.Whole) is not { } range)
        {
            return TreeQuestion.Text(400, $"lower and upper must be hex, at most {TreeQuestion.HexMax} digits each, and a range of the table's keys; or both be left out");
        }

        var look = await inspection.LookAsync(range, cancellationToken);
        var report = new TreeReport(
            question.Table.Keyspace,
            question.Table.Name,
            query["left"]!,
            query["right"]!,
            Hex(range.Lower),
            Hex(range.Upper),
            Hash(look.Left),
            Hash(look.Right),
            [.. look.Parts.Select(static part => new TreePartReport(Hex(part.Range.Lower), Hex(part.Range.Upper), Hash(part.Left), Hash(part.Right), part.IsEqual))],
            look.Leaf is { } leaf ? Leaf(question.Table, leaf) : null);
        return Json(JsonSerializer.Serialize(report, TreeJson.Default.TreeReport));
    });

    private ValueTask<AdminAnswer> RowAsync(IQueryCollection query, CancellationToken cancellationToken) => AskAsync(query, async (question, inspection) =>
    {
        if (question.Key(query) is not { } key)
        {
            return TreeQuestion.Text(400, $"key must be that of a row of the table, as hex, at most {TreeQuestion.HexMax} digits; or partition the key of one, where a partition is one row");
        }

        var text = RowDescription.KeyOf(question.Table, key);
        var (left, right) = await inspection.RowAsync(key, cancellationToken);
        var report = new RowReport(Hex(key), text, (left is null) == (right is null) && left.AsSpan().SequenceEqual(right), Version(question.Table, key, left), Version(question.Table, key, right));
        return Json(JsonSerializer.Serialize(report, TreeJson.Default.RowReport));
    });

    private async ValueTask<AdminAnswer> AskAsync(IQueryCollection query, Func<TreeQuestion, TreeInspection, Task<AdminAnswer>> ask)
    {
        var (question, refusal) = TreeQuestion.Of(query, node.Metadata, datacenter);
        if (question is null)
        {
            return refusal;
        }

        if (question.Pair(query) is not { } pair)
        {
            return TreeQuestion.Text(400, "left and right must be the ids of two nodes that keep ranges of the table together");
        }

        if (node.Messenger is not { } messenger)
        {
            return TreeQuestion.Text(503, "not ready: this node is not yet a member of its cluster");
        }

        try
        {
            var salt = (ulong)Random.Shared.NextInt64();
            return await ask(question, new TreeInspection(messenger, node.Id, question.Table.StorageId, pair.Shared, pair.Left, pair.Right, salt));
        }
        catch (Exception e) when (e is ExchangeFailedException or MalformedDataException)
        {
            return TreeQuestion.Text(503, $"the two cannot be compared now: {e.Message}");
        }
    }

    private static TreeLeafReport Leaf(TableSchema table, LeafLook leaf) => new(
        leaf.Left,
        leaf.Right,
        leaf.Different,
        [.. leaf.Rows.Select(row => new TreeRowReport(Hex(row.Key), RowDescription.KeyOf(table, row.Key), row.Left?.Newest, row.Right?.Newest))]);

    private static RowVersionReport? Version(TableSchema table, byte[] key, byte[]? row) => row is null ? null : RowDescription.VersionOf(table, key, row);

    private static TreeHashReport Hash(RangeHash hash) => new(hash.IsKnown ? hash.Hash.ToString("x32", CultureInfo.InvariantCulture) : null, hash.Count);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static AdminAnswer Json(string body) => new(200, AdminAnswer.Json, body);
}
