using Coterie.Server.Protocol;

namespace Coterie.Server.Sessions;

/// <summary>What one connection has agreed on and chosen. Written by its requests, which may run at the same time: each field stands alone.</summary>
public sealed class Session
{
    private volatile string? _keyspace;
    private volatile int _events;

    /// <summary>True after STARTUP was answered with READY; only then are statements taken.</summary>
    public bool IsReady { get; private set; }

    /// <summary>True if bodies may be compressed with LZ4.</summary>
    public bool Compresses { get; private set; }

    /// <summary>The driver's name and version as it gave them, for the log; null if it gave none.</summary>
    public string? Driver { get; private set; }

    /// <summary>What USE has chosen; null before.</summary>
    public string? Keyspace
    {
        get => _keyspace;
        set => _keyspace = value;
    }

    public EventTypes Events
    {
        get => (EventTypes)_events;
        set => _events = (int)value;
    }

    public void Start(bool compresses, string? driver)
    {
        Compresses = compresses;
        Driver = driver;
        IsReady = true;
    }
}
