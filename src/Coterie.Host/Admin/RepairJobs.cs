using System.Text.Json;
using Coterie.Model.Metadata;
using Coterie.Repair;

namespace Coterie.Host.Admin;

/// <summary>Repairs that were asked for by HTTP: begins them, and remembers the last ones, so that whoever began one can follow it.</summary>
internal sealed class RepairJobs(Func<RepairService?> service, Func<ClusterMetadata> metadata)
{
    /// <summary>Each reads as fast as it can: more at once would only be in each other's way.</summary>
    public const int RunsMax = 2;

    public const int RememberedMax = 32;

    private readonly Lock _lock = new();

    // Oldest first.
    private readonly List<(string Id, RepairRun Run)> _runs = [];

    public AdminAnswer Begin(ReadOnlyMemory<byte> body)
    {
        RepairRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(body.Span, RepairJson.Default.RepairRequest);
        }
        catch (JsonException)
        {
            return Text(400, "not a request for a repair: that is a JSON object with keyspace, table and dry_run, each of them optional");
        }

        if (request is null || (request.Keyspace is null && request.Table is not null))
        {
            return Text(400, "not a request for a repair: a table has a keyspace");
        }

        if (service() is not { } repair)
        {
            return Text(503, "not ready: this node is not yet a member of its cluster");
        }

        var current = metadata();
        return Unknown(request, current) is { } unknown ? Text(404, unknown)
            : Needless(request, current) is { } needless ? Text(409, needless)
            : Begin(repair, request);
    }

    public AdminAnswer Follow(string id)
    {
        RepairRun? run;
        lock (_lock)
        {
            run = _runs.Find(one => one.Id == id).Run;
        }

        return run is null
            ? Text(404, "no such repair: this node has started since, or it was long ago")
            : new AdminAnswer(200, AdminAnswer.Json, JsonSerializer.Serialize(Describe(id, run), RepairJson.Default.RepairProgress));
    }

    /// <summary>What the metadata does not have; null: it has all that is named.</summary>
    internal static string? Unknown(RepairRequest request, ClusterMetadata metadata) =>
        request.Keyspace is null ? null
        : !metadata.Keyspaces.ContainsKey(request.Keyspace) ? $"there is no keyspace {request.Keyspace}"
        : request.Table is not null && metadata.Table(request.Keyspace, request.Table) is null ? $"there is no table {request.Keyspace}.{request.Table}"
        : null;

    /// <summary>Why what is named cannot differ from one replica to the next; null: it can.</summary>
    internal static string? Needless(RepairRequest request, ClusterMetadata metadata) =>
        request.Keyspace is { } name && metadata.Keyspaces[name].IsLeaderBased
            ? $"the keyspace {name} is leader-based (consistency = 'global'): its replicas are kept alike by their log, and there is nothing to repair"
            : null;

    internal static RepairProgress Describe(string id, RepairRun run)
    {
        // Before the parts: what is said to be done must be in them.
        var done = run.IsDone;
        var parts = run.Parts();
        var peers =
            from part in parts
            group part by (part.Keyspace, part.Table, part.Peer) into pair
            select new RepairPeer(
                pair.Key.Keyspace,
                pair.Key.Table,
                pair.Key.Peer.ToString(),
                pair.Sum(static part => part.Figures.RangesCompared),
                pair.Sum(static part => part.Figures.RowsRead),
                pair.Sum(static part => part.Figures.RowsDifferent),
                pair.Sum(static part => part.Figures.RowsSent),
                pair.Sum(static part => part.Figures.BytesSent),
                pair.Sum(static part => part.Elapsed.TotalSeconds),
                pair.Select(static part => part.Failure).FirstOrDefault(static failure => failure is not null));
        return new RepairProgress(id, run.Keyspace, run.Table, run.DryRun, done, run.PartsTotal, parts.Count(static part => part.IsDone), [.. peers]);
    }

    private AdminAnswer Begin(RepairService repair, RepairRequest request)
    {
        var id = Guid.NewGuid().ToString("N");
        var run = new RepairRun(request.Keyspace, request.Table, request.DryRun);
        lock (_lock)
        {
            if (_runs.Count(static one => !one.Run.IsDone) >= RunsMax)
            {
                return Text(429, $"{RunsMax} repairs are under way on this node; try again when one of them has ended");
            }

            if (_runs.Count == RememberedMax)
            {
                _runs.RemoveAt(_runs.FindIndex(static one => one.Run.IsDone));
            }

            if (!repair.Begin(run))
            {
                return Text(503, "this node is stopping");
            }

            _runs.Add((id, run));
        }

        return new AdminAnswer(202, AdminAnswer.Json, JsonSerializer.Serialize(new RepairBegun(id), RepairJson.Default.RepairBegun));
    }

    private static AdminAnswer Text(int status, string text) => new(status, AdminAnswer.PlainText, $"{text}\n");
}
