using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Coterie.Cluster.Transport;

namespace Coterie.Simulator.Kernel;

/// <summary>A connection: two directions, each an ordered stream of bytes under way from one side to the other.</summary>
#pragma warning disable CA1001 // Each side is disposed of by the process that holds it.
internal sealed class SimulatedConnection
#pragma warning restore CA1001
{
    private readonly SimulatedNetwork _network;
    private readonly Side _client;
    private readonly Side _server;
    private readonly Direction _toServer;
    private readonly Direction _toClient;

    public SimulatedConnection(SimulatedNetwork network, SimulatedProcess client, IPEndPoint clientEndPoint, SimulatedProcess server, IPEndPoint serverEndPoint)
    {
        _network = network;
        _client = new Side(this, client, clientEndPoint, serverEndPoint);
        _server = new Side(this, server, serverEndPoint, clientEndPoint);
        var tampering = network.Tampering(serverEndPoint);
        _toServer = new Direction(this, _client, _server, tampering is null ? null : tampering.ToServer);
        _toClient = new Direction(this, _server, _client, tampering is null ? null : tampering.ToClient);
    }

    public INetworkConnection ClientSide => _client;

    public INetworkConnection ServerSide => _server;

    public bool Joins(IPAddress one, IPAddress other)
    {
        var (client, server) = (_client.LocalEndPoint.Address, _server.LocalEndPoint.Address);
        return (client.Equals(one) && server.Equals(other)) || (client.Equals(other) && server.Equals(one));
    }

    public bool Belongs(SimulatedProcess process) => ReferenceEquals(_client.Process, process) || ReferenceEquals(_server.Process, process);

    /// <summary>Both sides see a reset at once; bytes under way are lost.</summary>
    public void Reset()
    {
        _client.Break("The connection was reset.");
        _server.Break("The connection was reset.");
        _network.Forget(this);
    }

    /// <summary>The side at this address sees a reset; the other is told nothing.</summary>
    public void ForgottenBy(IPAddress address)
    {
        (_client.LocalEndPoint.Address.Equals(address) ? _client : _server).Break("The connection was reset.");
        _network.Forget(this);
    }

    /// <summary>One side's process is gone: its peer sees a reset a moment later, or, if it went silently, nothing.</summary>
    public void Died(SimulatedProcess process, bool silent)
    {
        if (!silent)
        {
            var (gone, survivor) = ReferenceEquals(_client.Process, process) ? (_client, _server) : (_server, _client);
            _network.Tell(gone.LocalEndPoint.Address, survivor.LocalEndPoint.Address, () => survivor.Break("The peer is gone."));
        }

        _network.Forget(this);
    }

    public void Retransmit()
    {
        _toServer.Pump();
        _toClient.Pump();
    }

    private void Aborted(Side by)
    {
        var other = ReferenceEquals(by, _client) ? _server : _client;
        by.Break("The connection was aborted.");
        _network.Tell(by.LocalEndPoint.Address, other.LocalEndPoint.Address, () => other.Break("The connection was reset by the peer."));
        _network.Forget(this);
    }

    /// <summary>What one process sees of the connection.</summary>
    private sealed class Side : INetworkConnection
    {
        private readonly SimulatedConnection _connection;
        private readonly Pipe _inbound = new(new PipeOptions(
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: 0,
            useSynchronizationContext: true));

        public Side(SimulatedConnection connection, SimulatedProcess process, IPEndPoint local, IPEndPoint remote)
        {
            _connection = connection;
            Process = process;
            LocalEndPoint = local;
            RemoteEndPoint = remote;
            Outbound = new SimulatedPipeWriter();
        }

        public SimulatedProcess Process { get; }

        public IPEndPoint LocalEndPoint { get; }

        public IPEndPoint RemoteEndPoint { get; }

        public bool IsBroken { get; private set; }

        public SimulatedPipeWriter Outbound { get; }

        public PipeReader Input => _inbound.Reader;

        public PipeWriter Output => Outbound;

        public void Abort() => _connection.Aborted(this);

        public ValueTask DisposeAsync()
        {
            Outbound.Complete();
            _inbound.Reader.Complete();
            return ValueTask.CompletedTask;
        }

        public void Receive(ReadOnlySpan<byte> bytes)
        {
            if (IsBroken || !Process.IsAlive)
            {
                return;
            }

            _inbound.Writer.Write(bytes);
            // Never waits: the pipe has no threshold.
            _ = _inbound.Writer.FlushAsync().AsTask();
        }

        public void ReceiveEnd()
        {
            if (!IsBroken && Process.IsAlive)
            {
                _inbound.Writer.Complete();
            }
        }

        public void Break(string why)
        {
            if (!IsBroken)
            {
                IsBroken = true;
                Outbound.Break(why);
                _inbound.Writer.Complete(new IOException(why));
            }
        }
    }

    /// <summary>
    /// Carries bytes from one side to the other: at most one chunk under way, so that order is kept; held while the way is cut.
    /// </summary>
    private sealed class Direction
    {
        private readonly SimulatedConnection _connection;
        private readonly Side _from;
        private readonly Side _to;
        private readonly Func<byte[], byte[]>? _tamper;
        private bool _underWay;

        public Direction(SimulatedConnection connection, Side from, Side to, Func<byte[], byte[]>? tamper)
        {
            _tamper = tamper;
            _connection = connection;
            _from = from;
            _to = to;
            _from.Outbound.Flushed = Pump;
        }

        /// <summary>Takes what is there, if nothing is under way and the way is open, and sends it off.</summary>
        public void Pump()
        {
            var network = _connection._network;
            if (_underWay || _from.IsBroken || _to.IsBroken)
            {
                return;
            }

            if (network.IsCut(_from.LocalEndPoint.Address, _to.LocalEndPoint.Address))
            {
                network.HeldBack += _from.Outbound.Available > 0 ? 1 : 0;
                return;
            }

            if (_from.Outbound.Available == 0)
            {
                if (_from.Outbound.IsCompleted)
                {
                    _underWay = true;
                    network.After(DrawDelay(), _to.ReceiveEnd);
                }

                return;
            }

            _underWay = true;
            var chunk = _from.Outbound.Take(network.DrawChunk(_from.Outbound.Available));
            network.After(DrawDelay(), () => Deliver(chunk));
        }

        private TimeSpan DrawDelay() => _connection._network.DrawDelay(_from.LocalEndPoint.Address, _to.LocalEndPoint.Address);

        private void Deliver(byte[] chunk)
        {
            _underWay = false;
            if (_connection._network.DrawReset())
            {
                _connection.Reset();
                return;
            }

            _connection._network.Simulation.Trace(chunk);
            _to.Receive(_tamper is null ? chunk : _tamper(chunk));
            Pump();
        }
    }
}
