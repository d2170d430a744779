using System.Net;
using Coterie.Cluster.Transport;

namespace Coterie.Simulator.Kernel;

/// <summary>
/// Every connection of the cluster, and what is wrong with them. Connections carry ordered bytes in random chunks with random delays; a
/// cut holds bytes back as TCP's retransmission would, until it is healed or the connection is reset.
/// </summary>
public sealed class SimulatedNetwork
{
    private readonly Simulation _simulation;
    private readonly SeededRandom _random;
    private readonly SortedDictionary<string, SimulatedListener> _listeners = new(StringComparer.Ordinal);
    private readonly HashSet<(IPAddress From, IPAddress To)> _cuts = [];
    private readonly Dictionary<(IPAddress From, IPAddress To), TimeSpan> _slow = [];
    private readonly List<SimulatedConnection> _connections = [];

    // Told of a reset that could not get through a cut: what to do once the way is open.
    private readonly List<(IPAddress From, IPAddress To, Action Arrive)> _heldBack = [];
    private int _portNext = 40_000;

    internal SimulatedNetwork(Simulation simulation)
    {
        _simulation = simulation;
        _random = simulation.RandomStream("network");
    }

    /// <summary>How long bytes are under way.</summary>
    public TimeSpan DelayMin { get; set; } = TimeSpan.FromMicroseconds(100);

    public TimeSpan DelayMax { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Chance that a chunk is held up by <see cref="StallMax"/> at most.</summary>
    public double StallChance { get; set; }

    public TimeSpan StallMax { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Chance that a chunk is lost for good, and its connection with it.</summary>
    public double ResetChance { get; set; }

    /// <summary>Asked for each new connection, with the server's address: what changes its bytes under way, to plant a mistake; null: nothing.</summary>
    public Func<IPEndPoint, IStreamTampering?> Tampering { get; set; } = static _ => null;

    /// <summary>Chunks that were held up, connections lost with a chunk, and times that a cut held bytes back: faults that were really met.</summary>
    public long Stalls { get; private set; }

    public long Losses { get; private set; }

    public long HeldBack { get; internal set; }

    /// <summary>How long a connection attempt into a cut takes to fail.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Cuts one direction: what the first sends does not reach the second.</summary>
    public void Cut(IPAddress from, IPAddress to) => _cuts.Add((from, to));

    public void CutBothWays(IPAddress one, IPAddress other)
    {
        Cut(one, other);
        Cut(other, one);
    }

    /// <summary>What the first sends to the second takes up to so much longer.</summary>
    public void Slow(IPAddress from, IPAddress to, TimeSpan delayMax) => _slow[(from, to)] = delayMax;

    public void Heal(IPAddress from, IPAddress to)
    {
        _cuts.Remove((from, to));
        _slow.Remove((from, to));
        Retransmit();
    }

    public void HealAll()
    {
        _cuts.Clear();
        _slow.Clear();
        Retransmit();
    }

    /// <summary>Breaks every connection between the two, as a middlebox that forgot them.</summary>
    public void ResetConnections(IPAddress one, IPAddress other)
    {
        foreach (var connection in _connections.Where(c => c.Joins(one, other)).ToArray())
        {
            connection.Reset();
        }
    }

    /// <summary>
    /// Every connection between the two is gone for <paramref name="forgetful"/>, which sees a reset, and stays open for the other, which is told nothing:
    /// half open.
    /// </summary>
    public void HalfOpen(IPAddress forgetful, IPAddress other)
    {
        foreach (var connection in _connections.Where(c => c.Joins(forgetful, other)).ToArray())
        {
            connection.ForgottenBy(forgetful);
        }
    }

    internal Simulation Simulation => _simulation;

    internal bool IsCut(IPAddress from, IPAddress to) => _cuts.Count > 0 && _cuts.Contains((from, to));

    internal TimeSpan DrawDelay(IPAddress from, IPAddress to)
    {
        if (_slow.Count > 0 && _slow.TryGetValue((from, to), out var slow))
        {
            return _random.Between(DelayMax, DelayMax + slow);
        }

        if (!_random.Chance(StallChance))
        {
            return _random.Between(DelayMin, DelayMax);
        }

        Stalls++;
        return _random.Between(DelayMax, StallMax);
    }

    internal bool DrawReset()
    {
        var lost = ResetChance > 0 && _random.Chance(ResetChance);
        Losses += lost ? 1 : 0;
        return lost;
    }

    /// <summary>How many of the bytes that wait travel together.</summary>
    internal int DrawChunk(long available) => (int)Math.Min(available, _random.Chance(0.25) ? _random.Next(1, 64) : 64 * 1024);

    internal void After(TimeSpan delay, Action action) =>
        _simulation.Schedule(new NetworkEvent(action), _simulation.NowTicks + delay.Ticks);

    internal IAsyncDisposable Listen(SimulatedProcess process, IPEndPoint local, Func<INetworkConnection, Task> handler)
    {
        if (_listeners.ContainsKey(local.ToString()))
        {
            throw new IOException($"{local} is in use.");
        }

        var listener = new SimulatedListener(process, handler, () => _listeners.Remove(local.ToString()));
        _listeners.Add(local.ToString(), listener);
        return listener;
    }

    internal async ValueTask<INetworkConnection> ConnectAsync(
        SimulatedProcess process,
        IPEndPoint local,
        IPEndPoint remote,
        CancellationToken cancellationToken)
    {
        var from = new IPEndPoint(local.Address, local.Port != 0 ? local.Port : _portNext++);
        var cut = IsCut(from.Address, remote.Address) || IsCut(remote.Address, from.Address);
        await Task.Delay(cut ? ConnectTimeout : DrawDelay(from.Address, remote.Address), process.Time, cancellationToken);
        if (cut)
        {
            throw new IOException($"{remote} did not answer.");
        }

        if (!_listeners.TryGetValue(remote.ToString(), out var listener) || !listener.Process.IsAlive)
        {
            throw new IOException($"{remote} refused the connection.");
        }

        var connection = new SimulatedConnection(this, process, from, listener.Process, remote);
        _connections.Add(connection);
        listener.Accept(connection.ServerSide);
        return connection.ClientSide;
    }

    /// <summary>Tells the other side something without bytes (a reset). While the way is cut it waits, as retransmission would make it.</summary>
    internal void Tell(IPAddress from, IPAddress to, Action arrive)
    {
        if (IsCut(from, to))
        {
            _heldBack.Add((from, to, arrive));
        }
        else
        {
            After(DrawDelay(from, to), arrive);
        }
    }

    internal void Forget(SimulatedConnection connection) => _connections.Remove(connection);

    internal void ProcessDied(SimulatedProcess process, bool silent)
    {
        foreach (var (address, listener) in _listeners.ToArray())
        {
            if (ReferenceEquals(listener.Process, process))
            {
                _listeners.Remove(address);
            }
        }

        foreach (var connection in _connections.Where(c => c.Belongs(process)).ToArray())
        {
            connection.Died(process, silent);
        }
    }

    private void Retransmit()
    {
        var held = _heldBack.ToArray();
        _heldBack.Clear();
        foreach (var (from, to, arrive) in held)
        {
            Tell(from, to, arrive);
        }

        foreach (var connection in _connections.ToArray())
        {
            connection.Retransmit();
        }
    }
}
