using System.Net;
using Microsoft.Extensions.Logging;

namespace Coterie.Host.Start;

/// <summary>Starts the console, which stands above this layer; to dispose of what it returns ends it.</summary>
/// <param name="cql">Where the node speaks CQL.</param>
/// <param name="admin">Where it is asked about itself.</param>
/// <exception cref="IOException">The address cannot be had.</exception>
public delegate Task<IAsyncDisposable> StartConsole(IPEndPoint address, IPEndPoint cql, IPEndPoint admin, TimeProvider time, ILoggerFactory logging, CancellationToken cancellationToken);

/// <summary>
/// The console of a node process, if it is switched on. It starts when clients are served, so that they do not wait for it, and outlives a store that is set
/// aside. What is for looking at must not keep a node from running: where it cannot start, the log says so.
/// </summary>
internal sealed partial class ConsoleBeside(StartConsole start, IPEndPoint? address, IPEndPoint cql, IPEndPoint admin, ILoggerFactory logging) : IAsyncDisposable
{
    private readonly ILogger _log = logging.CreateLogger<ConsoleBeside>();
    private IAsyncDisposable? _console;

    public async Task StartAsync(CancellationToken stop)
    {
        if (address is null || _console is not null)
        {
            return;
        }

        try
        {
            _console = await start(address, cql, admin, TimeProvider.System, logging, stop);
            LogConsole(address);
        }
        catch (IOException e)
        {
            LogNoConsole(address, e.Message);
        }
    }

    public ValueTask DisposeAsync() => _console?.DisposeAsync() ?? ValueTask.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "The console is at http://{Address}")]
    private partial void LogConsole(IPEndPoint address);

    [LoggerMessage(Level = LogLevel.Error, Message = "There is no console at {Address}: {Reason}")]
    private partial void LogNoConsole(IPEndPoint address, string reason);
}
