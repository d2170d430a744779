using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Coterie.Cluster.Transport;
using Coterie.Model.Keys;
using Coterie.Model.Metadata;
using Coterie.Model.Mutations;
using Coterie.Model.Rows;
using Coterie.Model.Schema;
using Coterie.Model.Time;
using Coterie.Server;

namespace Coterie.Host.Admin;

/// <summary>
/// Writes one cell on this replica alone: a mutation like any other, by the way of every mutation, but no other replica is sent it and nobody keeps a hint.
/// So replicas differ for real, and only a read or the trees can find it. For labs: off unless the node was started as part of one.
/// </summary>
internal sealed class LabDivergence(CoterieNode node, bool enabled, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async ValueTask<AdminAnswer> DivergeAsync(ReadOnlyMemory<byte> body)
    {
        if (!enabled)
        {
            return Text(403, "this node is not part of a lab (Lab:Enabled): a write reaches all of its replicas here, or leaves a hint");
        }

        DivergeRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(body.Span, RepairJson.Default.DivergeRequest);
        }
        catch (JsonException)
        {
            request = null;
        }

        if (request is not { Keyspace: { } keyspace, Table: { } name, Key.Length: > 0, Column: { } cell, Value: not null })
        {
            return Text(400, "not a request to diverge: that is a JSON object with keyspace, table, key, column and value");
        }

        var metadata = node.Metadata;
        if (RepairJobs.Unknown(new RepairRequest(keyspace, name), metadata) is { } unknown)
        {
            return Text(404, unknown);
        }

        return Unfit(metadata, metadata.Table(keyspace, name)!, cell) is { } unfit ? Text(409, unfit)
            : node.Messenger is not { } messenger ? Text(503, "not ready: this node is not yet a member of its cluster")
            : await WriteAsync(messenger, metadata.Table(keyspace, name)!, request);
    }

    /// <summary>Why such a cell is not written here; null: it is.</summary>
    internal static string? Unfit(ClusterMetadata metadata, TableSchema table, string column) =>
        metadata.Keyspaces[table.Keyspace].IsLeaderBased ? $"the keyspace {table.Keyspace} is leader-based: its replicas are kept alike by their log"
        : table.PartitionKey is not [{ Type.CqlName: "text" }] || table.Clustering.Length > 0 ? $"the key of {table.Keyspace}.{table.Name} is not one text"
        : table.Regulars.Any(one => one.Name == column && one.Type.CqlName == "text") ? null
        : $"{table.Keyspace}.{table.Name} has no column {column} of type text";

    private async Task<AdminAnswer> WriteAsync(IMessenger messenger, TableSchema table, DivergeRequest request)
    {
        var now = time.GetUtcNow();
        var timestamp = new WriteTimestamp(now.Microseconds());
        var mutation = Mutation(table, request, timestamp, new FormationTime(now.ToUnixTimeMilliseconds()));
        var reply = await messenger.AskAsync(node.Id, Verb.Mutate, mutation, Patience, CancellationToken.None);
        return reply.Status == ReplyStatus.Ok
            ? new AdminAnswer(200, AdminAnswer.Json, JsonSerializer.Serialize(new DivergeAnswer(timestamp.Microseconds.ToString(CultureInfo.InvariantCulture)), RepairJson.Default.DivergeAnswer))
            : Text(503, $"it was not written: {reply.Status}");
    }

    private static byte[] Mutation(TableSchema table, DivergeRequest request, WriteTimestamp timestamp, FormationTime formed)
    {
        var row = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(row);
        writer.SimpleColumn(table.Column(request.Column!)!.Id, new Cell { Kind = CellKind.Plain, Timestamp = timestamp, Value = Encoding.UTF8.GetBytes(request.Value!) });
        writer.Finish();
        var key = Encoding.UTF8.GetBytes(request.Key!);
        var entry = new ArrayBufferWriter<byte>();
        EntryKey.BeginRow(entry);
        var destination = new ArrayBufferWriter<byte>();
        var mutation = new MutationWriter(destination, table.StorageId, Partitioner.TokenOf(key), formed, key);
        mutation.Entry(entry.WrittenSpan, row.WrittenSpan);
        mutation.Finish();
        return destination.WrittenSpan.ToArray();
    }

    private static AdminAnswer Text(int status, string text) => new(status, AdminAnswer.PlainText, $"{text}\n");
}

/// <summary>The body of a POST to <c>/lab/diverge</c>: one cell, on this replica alone. Of a table whose key is one text.</summary>
/// <param name="Key">Of the row.</param>
/// <param name="Column">Of type text.</param>
public sealed record DivergeRequest(string? Keyspace = null, string? Table = null, string? Key = null, string? Column = null, string? Value = null);

/// <param name="Timestamp">Of the cell, microseconds since 1970.</param>
public sealed record DivergeAnswer(string Timestamp);
