using System.Net;
using Coterie.WebConsole;
using Coterie.WebConsole.Lab;
using Microsoft.Extensions.Logging;

namespace Coterie.Cli.Dev;

/// <summary>
/// The console of a development cluster, in the process that looks after the nodes: so it is there when any of them is killed. It starts when the cluster is
/// ready, which must not wait for it; and a cluster without one is still a cluster.
/// </summary>
/// <param name="address">Null: there is to be none.</param>
internal sealed class DevConsole(IPEndPoint? address) : IAsyncDisposable
{
    private ILoggerFactory? _logging;
    private ConsoleServer? _server;

    public async Task StartAsync(ILabNodes nodes, Action<string> say, CancellationToken stop)
    {
        if (address is null)
        {
            return;
        }

        _logging = LoggerFactory.Create(static builder => builder.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(static console => console.SingleLine = true));
        try
        {
            _server = await ConsoleServer.StartAsync(address, new ConsoleCluster(nodes.Places), TimeProvider.System, _logging, nodes, stop);
            say($"console: http://{address}");
        }
        catch (IOException e)
        {
            say($"no console: {e.Message}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped before it had begun.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _logging?.Dispose();
    }
}
