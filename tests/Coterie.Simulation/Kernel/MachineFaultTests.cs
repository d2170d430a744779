using System.Net;
using Coterie.Cluster.Transport;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulation.Kernel;

/// <summary>What can be wrong with a clock, with a link and with a connection: each does what it says, and ends when it is mended.</summary>
public sealed class MachineFaultTests
{
    private static readonly IPEndPoint Server = new(IPAddress.Parse("10.0.0.2"), 7000);

    private readonly Simulator.Kernel.Simulation _simulation = new(5);
    private readonly SimulatedClock _clock = new() { DriftPpm = 500 };
    private readonly SimulatedProcess _client;
    private readonly SimulatedProcess _server;
    private INetworkConnection? _accepted;

    public MachineFaultTests()
    {
        _client = new SimulatedMachine(_simulation, "n1", 1, IPAddress.Parse("10.0.0.1"), _clock).Start();
        _server = new SimulatedMachine(_simulation, "n2", 2, Server.Address, new SimulatedClock()).Start();
    }

    [Fact]
    public void A_frozen_wall_clock_stands_still_while_timers_go_on_and_catches_up_when_it_thaws()
    {
        _simulation.RunFor(TimeSpan.FromSeconds(10));
        _clock.Freeze(_simulation.NowTicks);
        var (frozen, timestamp) = (_client.Time.GetUtcNow(), _client.Time.GetTimestamp());
        _simulation.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(frozen, _client.Time.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(10.005), _client.Time.GetElapsedTime(timestamp));
        _clock.Offset += TimeSpan.FromSeconds(-3);
        Assert.Equal(frozen - TimeSpan.FromSeconds(3), _client.Time.GetUtcNow());
        _clock.Thaw();
        Assert.Equal(frozen + TimeSpan.FromSeconds(7.005), _client.Time.GetUtcNow());
    }

    [Fact]
    public void A_slow_link_delays_one_direction_until_it_is_mended()
    {
        var connection = Connect();
        _simulation.Network.Slow(_client.Address, Server.Address, TimeSpan.FromSeconds(100));
        Assert.True(TimeToArrive(connection.Output, _accepted!.Input) > TimeSpan.FromMilliseconds(10));
        Assert.True(TimeToArrive(_accepted.Output, connection.Input) < TimeSpan.FromMilliseconds(10));
        _simulation.Network.Heal(_client.Address, Server.Address);
        Assert.True(TimeToArrive(connection.Output, _accepted.Input) < TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void Of_a_half_open_connection_one_side_sees_a_reset_and_the_other_nothing()
    {
        var connection = Connect();
        _simulation.Network.HalfOpen(Server.Address, _client.Address);
        Assert.Throws<IOException>(() => _simulation.Run(_server, async () => await _accepted!.Input.ReadAsync(), TimeSpan.FromSeconds(1)));
        _simulation.Run(_client, async () => await connection.Output.WriteAsync(new byte[] { 1 }), TimeSpan.FromSeconds(1));
        Assert.Throws<TimeoutException>(() => _simulation.Run(_client, async () => await connection.Input.ReadAsync(), TimeSpan.FromHours(1)));
    }

    private INetworkConnection Connect()
    {
        _simulation.Run(_server, async () => await _server.Network.ListenAsync(Server, AcceptAsync, CancellationToken.None), TimeSpan.FromSeconds(1));
        var connection = _simulation.Run(
            _client, async () => await _client.Network.ConnectAsync(new IPEndPoint(_client.Address, 0), Server, CancellationToken.None), TimeSpan.FromSeconds(1));
        Assert.True(_simulation.RunUntil(() => _accepted is not null, TimeSpan.FromSeconds(1)));
        return connection;
    }

    private Task AcceptAsync(INetworkConnection connection)
    {
        _accepted = connection;
        return Task.CompletedTask;
    }

    private TimeSpan TimeToArrive(System.IO.Pipelines.PipeWriter from, System.IO.Pipelines.PipeReader to)
    {
        var begun = _simulation.Now;
        _simulation.Run(
            _client,
            async () =>
            {
                await from.WriteAsync(new byte[] { 1 });
                var read = await to.ReadAsync();
                to.AdvanceTo(read.Buffer.End);
            },
            TimeSpan.FromMinutes(10));
        return _simulation.Now - begun;
    }
}
