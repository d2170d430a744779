using System.Net;
using System.Text.RegularExpressions;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Dev;

/// <summary>A development cluster of real processes with its console, and a client that has the token of one of its pages.</summary>
internal sealed partial class ConsoleOfCluster : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly IPAddress _first = Addresses.First();

    private ConsoleOfCluster(IEnumerable<string> options) =>
        Supervisor = CoterieProcess.Start(["dev", .. options, "--exit-with-parent", "--address", _first.ToString(), "--data", _directory.Path]);

    public CoterieProcess Supervisor { get; }

    /// <summary>Of all nodes, a directory for each.</summary>
    public string Directory => _directory.Path;

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });

    /// <param name="page">That has the token.</param>
    /// <param name="options">Of the command.</param>
    public static async Task<ConsoleOfCluster> StartAsync(string page, params IEnumerable<string> options)
    {
        var console = new ConsoleOfCluster(options);
        await console.Supervisor.LineAsync(line => line.StartsWith("console: ", StringComparison.Ordinal));
        var text = await console.Client.GetStringAsync(console.Address(page), TestContext.Current.CancellationToken);
        console.Client.DefaultRequestHeaders.Add("X-Coterie-Token", TokenInPage().Match(text).Groups[1].Value);
        return console;
    }

    public string Address(string path) => $"http://{_first}:9080{path}";

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Supervisor.DisposeAsync();
        _directory.Dispose();
    }

    [GeneratedRegex("name=\"coterie-token\" content=\"([^\"]+)\"")]
    private static partial Regex TokenInPage();
}
