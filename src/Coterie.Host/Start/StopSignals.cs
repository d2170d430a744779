using System.Runtime.InteropServices;

namespace Coterie.Host.Start;

/// <summary>Turns the first Ctrl-C or SIGTERM into a request to stop. The second ends the process at once, as it would have without this.</summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Lock _gate = new();
    private bool _disposed;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
    ];

    public CancellationToken Token => _stop.Token;

    /// <summary>
    /// Asks for a stop when standard input ends: whoever started this process holds the other end of it, and the system closes that even when
    /// the other process is killed.
    /// </summary>
    public void RequestWhenInputEnds()
    {
        // A thread of its own: the read blocks for as long as the process lives.
        new Thread(() =>
        {
            var input = Console.OpenStandardInput();
            var ignored = new byte[256];
            while (input.Read(ignored) > 0)
            {
            }

            Request();
        })
        { IsBackground = true, Name = "parent" }.Start();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        lock (_gate)
        {
            _disposed = true;
            _stop.Dispose();
        }
    }

    private void Request()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _stop.Cancel();
            }
        }
    }

    private void Handle(PosixSignalContext context)
    {
        if (!_stop.IsCancellationRequested)
        {
            context.Cancel = true;
            Request();
        }
    }
}
