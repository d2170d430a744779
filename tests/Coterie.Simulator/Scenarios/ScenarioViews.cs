using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Coterie.Model.Keys;
using Coterie.Model.Rows;
using Coterie.Simulator.Cluster;
using Coterie.Storage;

namespace Coterie.Simulator.Scenarios;

/// <summary>What a scenario can show and expect of one node, each as one line of text.</summary>
internal static class ScenarioViews
{
    public static string Show(SimulatedCluster cluster, string view, SimulatedNode node) => view switch
    {
        "rows" => Rows(node),
        "alive" => Alive(cluster, node),
        "serving" => node.IsServing ? "yes" : "no",
        "epoch" => node.Node is { } running ? running.Metadata.Epoch.Value.ToString(CultureInfo.InvariantCulture) : "down",
        "hints" => Hints(cluster, node),
        "batches" => (node.Node?.BatchesHeld ?? 0).ToString(CultureInfo.InvariantCulture),
        "sent" => (node.Node?.RepairCounters.Total().RowsSent ?? 0).ToString(CultureInfo.InvariantCulture),
        "repairs" => (node.Node?.CoordinatorCounters.RepairsSent ?? 0).ToString(CultureInfo.InvariantCulture),
        _ => throw new ScenarioException($"there is no view {view}"),
    };

    /// <summary>What the node itself holds, whatever a read at some level would say: <c>1=a 2=deleted</c>.</summary>
    private static string Rows(SimulatedNode node)
    {
        if (node.Engine is not { } engine)
        {
            return "down";
        }

        var damaged = node.Disk.IsDamaged;
        node.Disk.IsDamaged = null;
        var rows = new SortedDictionary<int, Newest>();
        using (var cursor = engine.Scan(StorageArea.Data, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], reverse: false))
        {
            while (cursor.MoveNext())
            {
                var partitionKey = new ArrayBufferWriter<byte>();
                _ = DataKey.Read(cursor.Key, out _, out _, partitionKey);
                var key = BinaryPrimitives.ReadInt32BigEndian(partitionKey.WrittenSpan);
                rows[key] = Newer(rows.GetValueOrDefault(key, new Newest(long.MinValue, "deleted")), cursor.Value);
            }
        }

        node.Disk.IsDamaged = damaged;
        return rows.Count == 0 ? "none" : string.Join(' ', rows.Select(static row => $"{row.Key}={row.Value.Value}"));
    }

    /// <summary>What counts of a partition of one row: of its value and the deletions of it the newer; of equally old ones, a deletion.</summary>
    private static Newest Newer(Newest newest, ReadOnlySpan<byte> entry)
    {
        var reader = new RowReader(entry);
        if (!reader.RowDeletion.IsNone && reader.RowDeletion.Timestamp.Microseconds >= newest.Timestamp)
        {
            newest = new Newest(reader.RowDeletion.Timestamp.Microseconds, "deleted");
        }

        while (reader.MoveNext())
        {
            if (reader.Cell.Timestamp.Microseconds > newest.Timestamp)
            {
                newest = new Newest(
                    reader.Cell.Timestamp.Microseconds, reader.Cell.Kind == CellKind.Tombstone ? "deleted" : Encoding.UTF8.GetString(reader.Cell.Value));
            }
        }

        return newest;
    }

    private readonly record struct Newest(long Timestamp, string Value);

    /// <summary>What this node keeps for others that missed it: <c>n2=1 n3=4</c>.</summary>
    private static string Hints(SimulatedCluster cluster, SimulatedNode node)
    {
        if (node.Node is not { } running)
        {
            return "down";
        }

        var waiting = running.HintsWaiting.Where(static hints => hints.Count > 0)
            .Select(hints => (Node: cluster.Nodes.First(other => running.Metadata.Nodes[hints.Target].PeerAddress.Equals(other.Peer)), hints.Count))
            .OrderBy(static hints => hints.Node.Number)
            .Select(static hints => string.Create(CultureInfo.InvariantCulture, $"{hints.Node.Machine.Name}={hints.Count}"));
        return string.Join(' ', waiting) is { Length: > 0 } text ? text : "none";
    }

    /// <summary>The nodes that this one takes to be alive, itself among them.</summary>
    private static string Alive(SimulatedCluster cluster, SimulatedNode node)
    {
        if (node.Node is not { Liveness: { } liveness } running)
        {
            return "down";
        }

        var alive = running.Metadata.Nodes.Values.Where(info => liveness.IsAlive(info.Id)).Select(static info => info.PeerAddress).ToHashSet();
        return string.Join(' ', cluster.Nodes.Where(other => other == node || alive.Contains(other.Peer)).Select(static other => other.Machine.Name));
    }
}
