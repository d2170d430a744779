using System.Net;
using System.Threading.Channels;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulation.Kernel;

public class SimulationTests
{
    private static readonly IPEndPoint Server = new(IPAddress.Parse("10.0.0.2"), 7000);

    [Fact]
    public void The_same_seed_gives_the_same_trace_and_another_seed_another()
    {
        Assert.Equal(TraceOfEcho(7), TraceOfEcho(7));
        Assert.NotEqual(TraceOfEcho(7), TraceOfEcho(8));
    }

    [Fact]
    public void Bytes_arrive_whole_and_in_order_whatever_the_chunks()
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            var simulation = new Simulator.Kernel.Simulation(seed);
            var (client, server) = TwoProcesses(simulation);
            var sent = new byte[10_000];
            simulation.RandomStream("payload").NextBytes(sent);
            Assert.Equal(sent, Echo(simulation, client, server, sent));
        }
    }

    [Fact]
    public void A_cut_holds_bytes_back_until_it_is_healed()
    {
        var simulation = new Simulator.Kernel.Simulation(3);
        var (client, server) = TwoProcesses(simulation);
        Listen(simulation, server);
        var connection = simulation.Run(client, () => Connect(client), TimeSpan.FromSeconds(5));
        simulation.Network.Cut(client.Address, server.Address);
        byte[]? answer = null;
        client.Post(() => _ = Ask());
        simulation.RunFor(TimeSpan.FromSeconds(30));
        Assert.Null(answer);

        simulation.Network.HealAll();
        Assert.True(simulation.RunUntil(() => answer is not null, TimeSpan.FromSeconds(1)));

        async Task Ask() => answer = await Exchange(connection, [1, 2, 3]);
    }

    [Fact]
    public void A_cut_of_one_direction_lets_the_other_through()
    {
        var simulation = new Simulator.Kernel.Simulation(11);
        var (client, server) = TwoProcesses(simulation);
        Listen(simulation, server);
        var connection = simulation.Run(client, () => Connect(client), TimeSpan.FromSeconds(5));
        simulation.Network.Cut(server.Address, client.Address);
        byte[]? answer = null;
        client.Post(() => _ = Ask());
        simulation.RunFor(TimeSpan.FromSeconds(1));
        var echoed = simulation.Network.HeldBack;
        Assert.True(echoed > 0 && answer is null);

        simulation.Network.Heal(server.Address, client.Address);
        Assert.True(simulation.RunUntil(() => answer is not null, TimeSpan.FromSeconds(1)));

        async Task Ask() => answer = await Exchange(connection, [1, 2, 3]);
    }

    [Fact]
    public void A_lost_chunk_is_a_reset_and_never_a_gap()
    {
        var lost = 0;
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var simulation = new Simulator.Kernel.Simulation(seed);
            var (client, server) = TwoProcesses(simulation);
            Listen(simulation, server);
            var connection = simulation.Run(client, () => Connect(client), TimeSpan.FromSeconds(5));
            simulation.Network.ResetChance = 0.2;
            var sent = new byte[500];
            simulation.RandomStream("payload").NextBytes(sent);
            var broken = simulation.Run(client, async () => await Record.ExceptionAsync(async () => Assert.Equal(sent, await Exchange(connection, sent))), TimeSpan.FromMinutes(1));
            Assert.True(broken is null or IOException, broken?.ToString());
            Assert.Equal(broken is not null, simulation.Network.Losses > 0);
            lost += broken is null ? 0 : 1;
        }

        Assert.InRange(lost, 1, 19);
    }

    [Fact]
    public void Frames_are_tampered_with_under_way_and_handshakes_are_not()
    {
        var verbs = new List<Cluster.Transport.Verb>();
        var cluster = new Simulator.Cluster.SimulatedCluster(12, new()
        {
            Tampering = () => new Simulator.Mistakes.FrameTampering((verb, header, body) =>
            {
                verbs.Add(verb);
                return (header, body);
            }),
        });
        cluster.Start(TimeSpan.FromSeconds(30));
        Assert.Contains(Cluster.Transport.Verb.Heartbeat, verbs);
        Assert.Contains(Cluster.Transport.Verb.MetadataCommit, verbs);
    }

    [Fact]
    public void A_killed_process_never_resumes_and_its_peer_sees_a_reset()
    {
        var simulation = new Simulator.Kernel.Simulation(4);
        var machine = new SimulatedMachine(simulation, "n2", 2, Server.Address, new SimulatedClock());
        var client = new SimulatedMachine(simulation, "n1", 1, IPAddress.Parse("10.0.0.1"), new SimulatedClock()).Start();
        var server = machine.Start();
        Listen(simulation, server);
        var connection = simulation.Run(client, () => Connect(client), TimeSpan.FromSeconds(5));
        var resumed = false;
        server.Post(() => _ = Later());
        simulation.RunFor(TimeSpan.FromMilliseconds(10));

        machine.Crash(silent: false);
        var broken = simulation.Run(client, async () => await Record.ExceptionAsync(() => Exchange(connection, [1])), TimeSpan.FromSeconds(5));

        Assert.IsType<IOException>(broken);
        simulation.RunFor(TimeSpan.FromMinutes(1));
        Assert.False(resumed);

        async Task Later()
        {
            await Task.Delay(TimeSpan.FromSeconds(1), server.Time);
            resumed = true;
        }
    }

    [Fact]
    public void Virtual_time_costs_no_real_time()
    {
        var simulation = new Simulator.Kernel.Simulation(5);
        var (process, _) = TwoProcesses(simulation);
        var ticks = 0;
        process.Post(() => _ = Tick());
        simulation.RunFor(TimeSpan.FromHours(1));
        Assert.Equal(3_600, ticks);

        async Task Tick()
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), process.Time);
                ticks++;
            }
        }
    }

    [Theory]
    [InlineData("Task.Run")]
    [InlineData("ConfigureAwait")]
    [InlineData("real delay")]
    public void Code_that_escapes_to_the_thread_pool_is_caught(string how)
    {
        var simulation = new Simulator.Kernel.Simulation(6);
        var (process, _) = TwoProcesses(simulation);
        using var escaped = new ManualResetEventSlim();
        process.Post(() => _ = Escape());
        var caught = Record.Exception(() =>
        {
            simulation.RunFor(TimeSpan.FromSeconds(1));
            escaped.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            simulation.CheckNothingEscaped();
        });
        Assert.IsType<SimulationViolationException>(caught);

        async Task Escape()
        {
#pragma warning disable RS0030 // These are the escapes that the analyzer forbids and the kernel must catch all the same.
            if (how == "Task.Run")
            {
                await Task.Run(PostFromOutside);
            }
            else if (how == "ConfigureAwait")
            {
                await Task.Delay(1).ConfigureAwait(false);
                PostFromOutside();
            }
            else
            {
                await Task.Delay(1).ContinueWith(_ => PostFromOutside(), TaskScheduler.Default);
            }
#pragma warning restore RS0030
        }

        void PostFromOutside()
        {
            process.Post(() => { });
            escaped.Set();
        }
    }

    [Fact]
    public void The_awaitables_of_the_product_stay_on_the_loop()
    {
        Simulator.Kernel.Simulation.Watched(() =>
        {
            var simulation = new Simulator.Kernel.Simulation(9);
            var (process, _) = TwoProcesses(simulation);
            simulation.Run(process, () => Awaitables(process), TimeSpan.FromMinutes(1));
            return simulation;
        });

        static async Task Awaitables(SimulatedProcess process)
        {
            var channel = Channel.CreateBounded<int>(1);
            var semaphore = new SemaphoreSlim(0);
            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var producer = Produce();
            await channel.Reader.WaitToReadAsync();
            semaphore.Release();
            await producer;
            source.SetResult();
            await source.Task;
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), process.Time);
            await timer.WaitForNextTickAsync();
            await Task.Yield();

            async Task Produce()
            {
                await channel.Writer.WriteAsync(1);
                await semaphore.WaitAsync();
            }
        }
    }

    private static ulong TraceOfEcho(ulong seed)
    {
        var simulation = new Simulator.Kernel.Simulation(seed);
        var (client, server) = TwoProcesses(simulation);
        Echo(simulation, client, server, new byte[1_000]);
        return simulation.TraceHash;
    }

    private static (SimulatedProcess Client, SimulatedProcess Server) TwoProcesses(Simulator.Kernel.Simulation simulation) =>
        (new SimulatedMachine(simulation, "n1", 1, IPAddress.Parse("10.0.0.1"), new SimulatedClock()).Start(),
            new SimulatedMachine(simulation, "n2", 2, Server.Address, new SimulatedClock()).Start());

    private static byte[] Echo(Simulator.Kernel.Simulation simulation, SimulatedProcess client, SimulatedProcess server, byte[] bytes)
    {
        Listen(simulation, server);
        return simulation.Run(client, async () => await Exchange(await Connect(client), bytes), TimeSpan.FromMinutes(1));
    }

    private static void Listen(Simulator.Kernel.Simulation simulation, SimulatedProcess server) =>
        simulation.Run(server, async () => await server.Network.ListenAsync(Server, EchoForever, CancellationToken.None), TimeSpan.FromSeconds(1));

    private static async Task<Cluster.Transport.INetworkConnection> Connect(SimulatedProcess client) =>
        await client.Network.ConnectAsync(new IPEndPoint(client.Address, 0), Server, CancellationToken.None);

    private static async Task EchoForever(Cluster.Transport.INetworkConnection connection)
    {
        try
        {
            while (true)
            {
                var read = await connection.Input.ReadAsync();
                foreach (var segment in read.Buffer)
                {
                    await connection.Output.WriteAsync(segment);
                }

                connection.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (IOException)
        {
            // The peer is gone.
        }
    }

    private static async Task<byte[]> Exchange(Cluster.Transport.INetworkConnection connection, byte[] bytes)
    {
        await connection.Output.WriteAsync(bytes);
        var received = new List<byte>();
        while (received.Count < bytes.Length)
        {
            var read = await connection.Input.ReadAsync();
            foreach (var segment in read.Buffer)
            {
                received.AddRange(segment.Span);
            }

            connection.Input.AdvanceTo(read.Buffer.End);
        }

        return [.. received];
    }
}
