using System.Globalization;
using System.Net;
using Coterie.Host.CqlClient;

namespace Coterie.Processes.Fixtures;

/// <summary>A cluster under <c>coterie dev</c>.</summary>
internal sealed class DevCluster : IAsyncDisposable
{
    private readonly TemporaryDirectory? _ownDirectory;

    private DevCluster(CoterieProcess supervisor, IPAddress first, string data, TemporaryDirectory? ownDirectory)
    {
        Supervisor = supervisor;
        First = first;
        Data = data;
        _ownDirectory = ownDirectory;
    }

    public CoterieProcess Supervisor { get; }

    public IPAddress First { get; }

    public string Data { get; }

    /// <summary>Starts one in a directory of its own and waits until it is ready.</summary>
    public static async Task<DevCluster> StartAsync(params string[] options)
    {
        var directory = new TemporaryDirectory();
        try
        {
            return await StartAsync(Addresses.First(), directory.Path, directory, options);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Starts one in a given directory, which stays.</summary>
    public static Task<DevCluster> StartAsync(IPAddress first, string data, params string[] options) => StartAsync(first, data, null, options);

    public IPEndPoint Cql(int node) => new(Addresses.Following(First, node - 1), Addresses.CqlPort);

    public IPEndPoint Admin(int node) => new(Addresses.Following(First, node - 1), Addresses.AdminPort);

    public int ProcessId(int node) =>
        int.Parse(File.ReadAllText(Path.Combine(Data, $"node{node}", "coterie.pid")), CultureInfo.InvariantCulture);

    public Task<CqlConnection> ConnectAsync(int node = 1) => Client.ConnectAsync(Cql(node));

    /// <summary>The shell, talking to a node of this cluster.</summary>
    public Task<CommandResult> ShellAsync(params string[] arguments) => CoterieCommand.RunAsync(["cql", "--contact", Cql(1).ToString(), .. arguments]);

    public async ValueTask DisposeAsync()
    {
        await Supervisor.DisposeAsync();
        _ownDirectory?.Dispose();
    }

    private static async Task<DevCluster> StartAsync(IPAddress first, string data, TemporaryDirectory? ownDirectory, string[] options)
    {
        var supervisor = CoterieProcess.Start(["dev", "--no-console", "--exit-with-parent", "--address", first.ToString(), "--data", data, .. options]);
        try
        {
            await supervisor.LineAsync(line => line.StartsWith("ready", StringComparison.Ordinal));
            return new DevCluster(supervisor, first, data, ownDirectory);
        }
        catch
        {
            await supervisor.DisposeAsync();
            throw;
        }
    }
}
