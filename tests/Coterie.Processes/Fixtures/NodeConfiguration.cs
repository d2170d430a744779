using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;

namespace Coterie.Processes.Fixtures;

/// <summary>One node for <c>coterie start</c>: its addresses, its directory and its configuration file.</summary>
internal sealed class NodeConfiguration
{
    private NodeConfiguration(IPAddress address, string directory, JsonObject settings)
    {
        Address = address;
        Directory = directory;
        Settings = settings;
    }

    public IPAddress Address { get; }

    /// <summary>Holds the configuration file, beside the data.</summary>
    public string Directory { get; }

    public string DataDirectory => Path.Combine(Directory, "data");

    public string StoreDirectory => Path.Combine(DataDirectory, "store");

    public JsonObject Settings { get; }

    public IPEndPoint Cql => new(Address, Addresses.CqlPort);

    public IPEndPoint Peer => new(Address, Addresses.PeerPort);

    public IPEndPoint Admin => new(Address, Addresses.AdminPort);

    /// <summary>Nodes that form one cluster, each in a directory of its own under the given one.</summary>
    public static ImmutableArray<NodeConfiguration> Cluster(string directory, int nodes)
    {
        var first = Addresses.First();
        var peers = Enumerable.Range(0, nodes).Select(i => new IPEndPoint(Addresses.Following(first, i), Addresses.PeerPort)).ToList();
        return [.. Enumerable.Range(0, nodes).Select(i => Create(Addresses.Following(first, i), Path.Combine(directory, $"node{i + 1}"), peers))];
    }

    /// <summary>Writes the file and returns its path.</summary>
    public string Write()
    {
        System.IO.Directory.CreateDirectory(Directory);
        var path = Path.Combine(Directory, "coterie.json");
        File.WriteAllText(path, Settings.ToJsonString());
        return path;
    }

    /// <summary>Starts the node; it is not up yet.</summary>
    public CoterieProcess Start(params string[] settings) => CoterieProcess.Start(["start", "--exit-with-parent", "--config", Write(), .. settings]);

    /// <summary>Starts the node and waits until it serves clients.</summary>
    public async Task<CoterieProcess> StartUpAsync(params string[] settings)
    {
        var process = Start(settings);
        try
        {
            await process.LineAsync(" Up: ");
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static NodeConfiguration Create(IPAddress address, string directory, List<IPEndPoint> peers) => new(address, directory, new JsonObject
    {
        ["ClusterName"] = "test",
        [nameof(DataDirectory)] = Path.Combine(directory, "data"),
        [nameof(Cql)] = new JsonObject { [nameof(Address)] = $"{address}:{Addresses.CqlPort}" },
        [nameof(Peer)] = new JsonObject { [nameof(Address)] = $"{address}:{Addresses.PeerPort}" },
        [nameof(Admin)] = new JsonObject { [nameof(Address)] = $"{address}:{Addresses.AdminPort}" },
        ["InitialNodes"] = new JsonArray([.. peers.Select(peer => JsonValue.Create(peer.ToString()))]),
    });
}
