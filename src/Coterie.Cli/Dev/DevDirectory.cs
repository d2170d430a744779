using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coterie.Cli.Dev;

/// <summary>The directory of a development cluster: one directory for each node, each with a generated configuration.</summary>
internal static class DevDirectory
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Nodes that were started here before.</summary>
    public static int CountNodes(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateDirectories(directory, "node*").Count(node => File.Exists(Path.Combine(node, "coterie.node"))) : 0;

    /// <summary>Removes the nodes' directories, and only those: a directory that no node has written to is left alone.</summary>
    /// <remarks>Call <see cref="EnsureUnused"/> first.</remarks>
    public static void Clear(string directory)
    {
        foreach (var node in Nodes(directory))
        {
            Directory.Delete(node, recursive: true);
        }
    }

    /// <exception cref="IOException">A node runs in one of the directories.</exception>
    public static void EnsureUnused(string directory)
    {
        foreach (var node in Nodes(directory))
        {
            var lockPath = Path.Combine(node, "coterie.lock");
            try
            {
                if (File.Exists(lockPath))
                {
                    new FileStream(lockPath, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
                }
            }
            catch (IOException e)
            {
                var pidFile = Path.Combine(node, "coterie.pid");
                throw new IOException($"{node}: a node runs there{(File.Exists(pidFile) ? $", process {File.ReadAllText(pidFile).Trim()}" : "")}", e);
            }
        }
    }

    public static void WriteConfiguration(DevNode node, ImmutableArray<DevNode> all, string clusterName)
    {
        Directory.CreateDirectory(node.Directory);
        var configuration = new JsonObject
        {
            ["ClusterName"] = clusterName,
            ["DataDirectory"] = node.Directory,
            ["Datacenter"] = node.Datacenter,
            ["Rack"] = "rack1",
            ["Cql"] = new JsonObject { ["Address"] = node.Cql.ToString() },
            ["Peer"] = new JsonObject { ["Address"] = node.Peer.ToString() },
            ["Admin"] = new JsonObject { ["Address"] = node.Admin.ToString() },
            ["Lab"] = new JsonObject { ["Enabled"] = true },
            ["InitialNodes"] = new JsonArray([.. all.Select(other => JsonValue.Create(other.Peer.ToString()))]),
        };
        File.WriteAllText(node.ConfigPath, configuration.ToJsonString(Readable) + "\n");
    }

    private static List<string> Nodes(string directory) => Directory.Exists(directory)
        ? [.. Directory.EnumerateDirectories(directory, "node*").Where(node => File.Exists(Path.Combine(node, "coterie.json"))).Order(StringComparer.Ordinal)]
        : [];
}
