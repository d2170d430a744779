using System.Diagnostics.Metrics;
using System.Text;
using Coterie.Cluster.Transport;
using Coterie.Coordinator;
using Coterie.Coordinator.Hints;
using Coterie.Server;
using Coterie.Storage;

namespace Coterie.Host.Admin;

/// <summary>
/// The node's counters as instruments of <c>System.Diagnostics.Metrics</c>, read when somebody asks, and as the text that Prometheus reads.
/// Counting itself stays where things happen: plain fields, no listener on the hot path.
/// </summary>
internal sealed class NodeMeter : IDisposable
{
    private const string MeterName = "Coterie";
    private const string RuntimeMeter = "System.Runtime";

    private readonly Meter _meter = new(MeterName);
    private readonly CoterieNode _node;
    private readonly TimeProvider _time;
    private readonly MetricsExporter _exporter;

    public NodeMeter(CoterieNode node, IStorageEngine engine, TimeProvider time)
    {
        _time = time;
        _node = node;
        AddServer(node.ServerCounters);
        AddCoordinator(node.CoordinatorCounters);
        AddHints(node.HintCounters);
        AddReplica();
        AddWriter();
        AddTransport();
        RepairMeter.Add(_meter, node);
        GroupMeter.Add(_meter, node);
        Gauge("storage_bytes", "Approximate bytes held on disk", engine.ApproximateBytes);
        Gauge("metadata_epoch", "Epoch of the cluster metadata that this node has", () => node.Metadata.Epoch.Value);
        _meter.CreateObservableGauge("coterie.node.up", NodesUp, null, "Whether this node sees the other alive: its own opinion");
        _exporter = new MetricsExporter(_meter, instrument => instrument.Meter == _meter || instrument.Meter.Name == RuntimeMeter);
    }

    public AdminAnswer Export() => new(200, AdminAnswer.Prometheus, _exporter.Export() + Latencies());

    public void Dispose()
    {
        _exporter.Dispose();
        _meter.Dispose();
    }

    private void AddServer(ServerCounters counters)
    {
        Gauge("cql_connections", "Clients connected now", () => counters.ConnectionsOpen);
        Gauge("cql_prepared_statements", "Prepared statements held", () => _node.PreparedStatements);
        Counter("cql_connections_refused", "Clients refused because there were too many", () => counters.ConnectionsRefused);
        Counter("cql_connections_dropped", "Clients disconnected because they did not read or did not begin", () => counters.ConnectionsDropped);
        Counter("cql_requests", "Requests", () => counters.Requests);
        Counter("cql_errors", "Requests answered with an error", () => counters.Errors);
        Counter("cql_overloaded", "Requests refused for lack of room", () => counters.Overloaded);
        Counter("cql_responses", "Responses", () => counters.Responses);
        Counter("cql_flushes", "Times that output was handed to the network", () => counters.Flushes);
    }

    private void AddCoordinator(CoordinatorCounters counters)
    {
        _meter.CreateObservableCounter("coterie.coordinator.writes", () => ByResult(counters.Writes), null, "Coordinated writes by how they ended");
        _meter.CreateObservableCounter("coterie.coordinator.reads", () => ByResult(counters.Reads), null, "Coordinated reads by how they ended");
        Counter("coordinator_mutations_missed", "Mutations that a replica has missed or may have missed", () => counters.MutationsMissed);
        Counter("coordinator_digest_mismatches", "Reads whose replicas did not agree", () => counters.DigestMismatches);
        Counter("coordinator_entries_repaired", "Rows and deletions sent to a replica that lacked them", () => counters.EntriesRepaired);
        Counter("coordinator_repairs_sent", "Repair mutations", () => counters.RepairsSent);
        Counter("coordinator_repairs_failed", "Repair mutations that were not acknowledged", () => counters.RepairsFailed);
        Counter("coordinator_speculative_reads", "Replicas asked because another was slow", () => counters.SpeculativeReads);
        Counter("coordinator_short_reads", "Reads asked on because too little was left after merging", () => counters.ShortReads);
        Counter("coordinator_malformed_replies", "Replies that could not be decoded", () => counters.MalformedReplies);
    }

    private void AddHints(HintCounters counters)
    {
        PerTarget("hints_waiting", "Mutations kept for a replica that missed them", static (hints, _) => hints.Count);
        PerTarget("hints_waiting_bytes", "Bytes of what is kept for a replica", static (hints, _) => hints.Bytes);
        PerTarget("hints_oldest_seconds", "Age of the oldest of them", static (hints, now) => (long)hints.AgeAt(now).TotalSeconds);
        Counter("hints_stored", "Hints made durable", () => counters.Stored);
        Counter("hints_replayed", "Hints acknowledged by the replica that missed them", () => counters.Replayed);
        Counter("hints_replayed_bytes", "Bytes of those", () => counters.ReplayedBytes);
        Counter("hints_unanswered", "Replays of hints that were not acknowledged and are tried again", () => counters.Unanswered);
        _meter.CreateObservableCounter(
            "coterie.hints_dropped",
            () => Enum.GetValues<HintDrop>().Select(reason => new Measurement<long>(counters.Dropped(reason), new KeyValuePair<string, object?>("reason", reason.ToString()))),
            null,
            "Mutations that were missed and are not kept, or not any more, by why");
        Gauge("hints_storing", "Hints on their way to the disk", () => _node.HintsStoring);
        Gauge("batches_held", "Logged batches under way that are kept here", () => _node.BatchesHeld);
        Counter("batches_stored", "Logged batches over several partitions made durable before they were sent", () => counters.BatchesStored);
        Counter("batches_refused", "Logged batches of which nothing was sent because they could not be made durable", () => counters.BatchesRefused);
        Counter("batches_replayed", "Logged batches that were left unfinished and were finished here", () => counters.BatchesReplayed);
        Counter("batches_too_late", "Logged batches left unfinished for so long that no replica takes all of them any more", () => counters.BatchesTooLate);
        Counter("batches_dropped", "Logged batches given up: damaged, or refused by everyone for being too old", () => counters.BatchesDropped);
    }

    private void AddReplica()
    {
        var counters = _node.ReplicaCounters;
        Counter("replica_mutations", "Mutations applied", () => counters.MutationsApplied);
        Counter("replica_mutations_failed", "Mutations not acknowledged: disk full or store failed", () => counters.MutationsFailed);
        Counter("replica_reads", "Reads answered", () => counters.Reads);
        Counter("replica_reads_scheduled", "Reads that went to the I/O pool", () => counters.ReadsScheduled);
        Counter("replica_expired", "Requests dropped because nobody waited any more", () => counters.Expired);
        Counter("replica_overloaded", "Requests refused because a queue was full", () => counters.Overloaded);
        Counter("replica_stale", "Requests for a table that is gone", () => counters.Stale);
        Counter("replica_malformed", "Requests that could not be decoded", () => counters.Malformed);
        Counter("replica_corrupt", "Reads that met damaged data", () => counters.Corrupt);
        Counter("replica_mutations_too_old", "Mutations refused because what they were formed before may have been swept", () => counters.MutationsTooOld);
        Counter("replica_repairs_refused", "Read repairs refused because of a later sweep or lost writes here", () => counters.RepairsRefused);
        Counter("replica_reads_incomplete", "Reads refused because writes of the range are lost here and not back yet", () => counters.ReadsIncomplete);
        Gauge("replica_incomplete_groups", "Tables and groups of replicas for which this node answers no read", () => _node.Deletes?.Incomplete ?? 0);
        _meter.CreateObservableGauge(
            "coterie.deletes.horizon_milliseconds",
            Horizons,
            null,
            "Tombstones formed before it (since the Unix epoch) can go; the pair is the one whose exchange holds it back");
        _meter.CreateObservableGauge(
            "coterie.deletes.tombstones_waiting",
            TombstonesWaiting,
            null,
            "Entries with a tombstone or an expired cell, as of when the tree last read each part of the table: an estimate");
        Counter("replica_tombstones_refused", "Reads refused for too many range tombstones", () => counters.TombstonesRefused);
    }

    private void AddWriter()
    {
        Gauge("writer_queued_writes", "Writes that wait for the disk", () => _node.WriterCounts.QueuedWrites);
        Gauge("writer_queued_bytes", "Bytes that wait for the disk", () => _node.WriterCounts.QueuedBytes);
        Counter("writer_durable_writes", "Writes made durable", () => _node.WriterCounts.DurableWrites);
        Counter("writer_syncs", "Batches made durable, one fsync each", () => _node.WriterCounts.Syncs);
        Counter("writer_synced_bytes", "Bytes of those batches", () => _node.WriterCounts.SyncedBytes);
        Counter("writer_refused_writes", "Writes refused because the queue was full", () => _node.WriterCounts.RefusedWrites);
        Counter("writer_full_writes", "Writes refused because the disk was full", () => _node.WriterCounts.FullWrites);
        Counter("writer_failed_writes", "Writes that failed with the store", () => _node.WriterCounts.FailedWrites);
    }

    private void AddTransport()
    {
        Transport("transport_frames_sent", "Frames sent to peers", counters => counters.FramesSent);
        Transport("transport_frames_received", "Frames received from peers", counters => counters.FramesReceived);
        Transport("transport_bytes_sent", "Bytes sent to peers", counters => counters.BytesSent);
        Transport("transport_bytes_received", "Bytes received from peers", counters => counters.BytesReceived);
        Transport("transport_flushes", "Times that frames were handed to the network", counters => counters.Flushes);
        Transport("transport_overloaded", "Requests refused because a peer's queue was full", counters => counters.Overloaded);
        Transport("transport_timeouts", "Requests to peers not answered in time", counters => counters.Timeouts);
        Transport("transport_unreachable", "Requests to peers that could not be reached", counters => counters.Unreachable);
        Transport("transport_late_replies", "Answers to requests that had been given up", counters => counters.LateReplies);
        Transport("transport_expired", "Requests dropped unread", counters => counters.Expired);
        Transport("transport_failed_requests", "Requests that could not be answered here", counters => counters.FailedRequests);
        Transport("transport_held_requests", "Requests that waited for their epoch", counters => counters.HeldRequests);
        Transport("transport_malformed_frames", "Frames that were not what they should be", counters => counters.MalformedFrames);
        Transport("transport_connections_opened", "Connections with peers", counters => counters.ConnectionsOpened);
        Transport("transport_connections_lost", "Connections with peers that broke", counters => counters.ConnectionsLost);
        Transport("transport_connect_failures", "Failed attempts to connect", counters => counters.ConnectFailures);
        Transport("transport_refusals", "Handshakes refused", counters => counters.Refusals);
    }

    private void Transport(string name, string description, Func<TransportCounters, long> read) =>
        Counter(name, description, () => _node.Messenger is { } messenger ? read(messenger.Counters) : 0);

    private void Counter(string name, string description, Func<long> read) =>
        _meter.CreateObservableCounter($"coterie.{name}", read, null, description);

    private void PerTarget(string name, string description, Func<HintsWaiting, DateTimeOffset, long> read) => _meter.CreateObservableGauge(
        $"coterie.{name}",
        () => _node.HintsWaiting.Select(hints => new Measurement<long>(read(hints, _time.GetUtcNow()), new KeyValuePair<string, object?>("node", hints.Target.ToString()))),
        null,
        description);

    private void Gauge(string name, string description, Func<long> read) =>
        _meter.CreateObservableGauge($"coterie.{name}", read, null, description);

    private string Latencies()
    {
        var text = new StringBuilder();
        PrometheusText.WriteHistogram(
            text,
            "coterie_cql_request_seconds",
            "How long clients' requests took, from the complete frame to its answer",
            "kind",
            [("read", _node.ServerCounters.Latencies(RequestKind.Read)), ("write", _node.ServerCounters.Latencies(RequestKind.Write))]);
        return text.ToString();
    }

    private static IEnumerable<Measurement<long>> ByResult(Func<RequestResult, long> count) =>
        Enum.GetValues<RequestResult>().Select(result => new Measurement<long>(count(result), new KeyValuePair<string, object?>("result", result.ToString())));

    private IEnumerable<Measurement<long>> Horizons() => (_node.Deletes?.Lagging() ?? []).Select(lag => new Measurement<long>(
        lag.Horizon.Milliseconds,
        new KeyValuePair<string, object?>("table", lag.Table.ToString()),
        new KeyValuePair<string, object?>("pair", $"{lag.Left} {lag.Right}")));

    private IEnumerable<Measurement<long>> TombstonesWaiting() => (_node.Deletes?.Lagging() ?? []).Select(lag => new Measurement<long>(
        _node.Leaves.Survey.Describe(lag.Table.Value).Tombstones, new KeyValuePair<string, object?>("table", lag.Table.ToString())));

    private IEnumerable<Measurement<long>> NodesUp()
    {
        if (_node.Liveness is not { } liveness)
        {
            return [];
        }

        return [.. _node.Metadata.Nodes.Values.Select(node => new Measurement<long>(
            liveness.IsAlive(node.Id) ? 1 : 0,
            new KeyValuePair<string, object?>("node", node.Id.ToString()),
            new KeyValuePair<string, object?>("address", node.CqlAddress.ToString())))];
    }
}
