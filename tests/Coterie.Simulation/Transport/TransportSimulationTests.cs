using Coterie.Cluster.Transport;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulation.Transport;

/// <summary>The real messenger and failure detector over the simulated network: what a request may count on, whatever the network does.</summary>
public sealed class TransportSimulationTests
{
    private const int Seeds = 20;

    [Fact]
    public void Every_request_is_answered_exactly_once_whatever_breaks()
    {
        var seen = new SortedDictionary<ReplyStatus, int>();
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            Simulator.Kernel.Simulation.Watched(() => Run(seed));
        }

        Assert.True(seen[ReplyStatus.Ok] > 1_000 && seen[ReplyStatus.Unreachable] > 100 && seen[ReplyStatus.Lost] > 100 && seen[ReplyStatus.Timeout] > 100, string.Join(' ', seen));

        Simulator.Kernel.Simulation Run(ulong seed)
        {
            var cluster = new Machines(seed);
            cluster.Simulation.Network.StallChance = 0.05;
            cluster.Simulation.Network.ResetChance = 0.002;
            var asker = new Asker(cluster);
            for (var round = 0; round < 20; round++)
            {
                cluster.BreakSomething();
                asker.Ask(20);
                cluster.Simulation.RunFor(TimeSpan.FromMilliseconds(400));
            }

            cluster.Simulation.RunFor(TimeSpan.FromSeconds(3));
            asker.CheckAllAnsweredOnce(seed);
            foreach (var (status, count) in asker.Statuses)
            {
                seen[status] = seen.GetValueOrDefault(status) + count;
            }

            return cluster.Simulation;
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace()
    {
        Assert.Equal(Trace(5), Trace(5));
        Assert.NotEqual(Trace(5), Trace(6));

        static ulong Trace(ulong seed)
        {
            var cluster = new Machines(seed);
            cluster.BreakSomething();
            var asker = new Asker(cluster);
            asker.Ask(50);
            cluster.Simulation.RunFor(TimeSpan.FromSeconds(10));
            return cluster.Simulation.TraceHash;
        }
    }

    [Fact]
    public void A_killed_node_is_known_dead_within_a_second_and_alive_again_within_two_of_its_start()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var cluster = new Machines(seed);
            cluster.Simulation.RunFor(TimeSpan.FromSeconds(5));
            cluster.Crash(2, silent: false);
            cluster.AssertBecomes(1, 2, alive: false, TimeSpan.FromSeconds(1));
            cluster.AssertBecomes(3, 2, alive: false, TimeSpan.FromSeconds(1));
            cluster.Simulation.RunFor(TimeSpan.FromMinutes(1));
            cluster.Start(2);
            cluster.AssertBecomes(1, 2, alive: true, TimeSpan.FromSeconds(2));
            cluster.AssertBecomes(2, 1, alive: true, TimeSpan.FromSeconds(2));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_node_that_vanishes_or_is_cut_off_in_one_direction_is_known_dead_within_four_seconds(bool vanishes)
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var cluster = new Machines(seed);
            cluster.Simulation.RunFor(TimeSpan.FromSeconds(5));
            if (vanishes)
            {
                cluster.Crash(2, silent: true);
            }
            else
            {
                cluster.Simulation.Network.Cut(cluster[2].Address, cluster[1].Address);
            }

            cluster.AssertBecomes(1, 2, alive: false, TimeSpan.FromSeconds(4));
            if (!vanishes)
            {
                cluster.AssertBecomes(2, 1, alive: false, TimeSpan.FromSeconds(4));
                Assert.True(cluster.Node(3).Liveness.IsAlive(TransportNode.IdOf(2)));
                cluster.Simulation.RunFor(TimeSpan.FromMinutes(2));
                cluster.Simulation.Network.HealAll();
                cluster.AssertBecomes(1, 2, alive: true, TimeSpan.FromSeconds(7));
                cluster.AssertBecomes(2, 1, alive: true, TimeSpan.FromSeconds(7));
            }
        }
    }

    [Fact]
    public void A_node_that_was_stopped_for_twenty_seconds_comes_back_and_blames_nobody()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var cluster = new Machines(seed);
            cluster.Simulation.RunFor(TimeSpan.FromSeconds(5));
            var blamed = 0;
            cluster.Node(2).Liveness.Changed += (_, alive) => blamed += alive ? 0 : 1;
            cluster[2].Process!.Pause();
            cluster.AssertBecomes(1, 2, alive: false, TimeSpan.FromSeconds(4));
            cluster.Simulation.RunFor(TimeSpan.FromSeconds(16));
            cluster[2].Process!.Resume();
            cluster.AssertBecomes(1, 2, alive: true, TimeSpan.FromSeconds(3));
            cluster.Simulation.RunFor(TimeSpan.FromSeconds(10));
            Assert.Equal(0, blamed);
        }
    }

    private sealed class Machines
    {
        private readonly SimulatedMachine[] _machines = new SimulatedMachine[TransportNode.Nodes];
        private readonly TransportNode?[] _nodes = new TransportNode?[TransportNode.Nodes];
        private readonly SeededRandom _faults;

        public Machines(ulong seed)
        {
            Simulation = new Simulator.Kernel.Simulation(seed);
            _faults = Simulation.RandomStream("faults");
            for (var number = 1; number <= TransportNode.Nodes; number++)
            {
                var address = TransportNode.AddressOf(number).Address;
                _machines[number - 1] = new SimulatedMachine(Simulation, $"n{number}", number, address, new SimulatedClock());
                Start(number);
            }

            Simulation.RunFor(TimeSpan.FromSeconds(1));
        }

        public Simulator.Kernel.Simulation Simulation { get; }

        public SimulatedMachine this[int number] => _machines[number - 1];

        public TransportNode Node(int number) => _nodes[number - 1]!;

        public void Start(int number)
        {
            var process = this[number].Start();
            var node = new TransportNode(Simulation, process, number);
            _nodes[number - 1] = node;
            Simulation.Run(process, node.StartAsync, TimeSpan.FromSeconds(1));
        }

        public void Crash(int number, bool silent)
        {
            this[number].Crash(silent);
            _nodes[number - 1] = null;
        }

        public void BreakSomething()
        {
            var victim = _faults.Next(2, TransportNode.Nodes + 1);
            var other = _faults.Next(1, TransportNode.Nodes + 1);
            switch (_faults.Next(6))
            {
                case 0 when this[victim].Process is not null:
                    Crash(victim, _faults.Chance(0.5));
                    break;
                case 1 when this[victim].Process is { } process:
                    process.Pause();
                    break;
                case 2:
                    Simulation.Network.Cut(this[victim].Address, this[other].Address);
                    break;
                case 3:
                    Simulation.Network.ResetConnections(this[victim].Address, this[other].Address);
                    break;
                default:
                    Repair();
                    break;
            }
        }

        public void AssertBecomes(int at, int peer, bool alive, TimeSpan within) =>
            Assert.True(
                Simulation.RunUntil(() => Node(at).Liveness.IsAlive(TransportNode.IdOf(peer)) == alive, within),
                $"seed {Simulation.Seed}: n{at} did not find n{peer} {(alive ? "alive" : "dead")} within {within}");

        private void Repair()
        {
            Simulation.Network.HealAll();
            for (var number = 1; number <= TransportNode.Nodes; number++)
            {
                if (this[number].Process is { } process)
                {
                    process.Resume();
                }
                else
                {
                    Start(number);
                }
            }
        }
    }

    private sealed class Asker(Machines cluster) : IReplySink
    {
        private readonly List<int> _answers = [];

        public SortedDictionary<ReplyStatus, int> Statuses { get; } = [];

        public void Ask(int count) => cluster[1].Process!.Post(() =>
        {
            for (var i = 0; i < count; i++)
            {
                var slot = _answers.Count;
                _answers.Add(0);
                var target = TransportNode.IdOf(1 + (slot % TransportNode.Nodes));
                cluster.Node(1).Messenger.Send(target, Verb.Read, BitConverter.GetBytes(slot), TimeSpan.FromSeconds(2), this, slot);
            }
        });

        public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
        {
            _answers[slot]++;
            Statuses[status] = Statuses.GetValueOrDefault(status) + 1;
            if (status == ReplyStatus.Ok)
            {
                Assert.Equal(slot, BitConverter.ToInt32(body));
            }
        }

        public void CheckAllAnsweredOnce(ulong seed) =>
            Assert.All(_answers, (count, slot) => Assert.True(count == 1, $"seed {seed}: request {slot} was answered {count} times"));
    }
}
