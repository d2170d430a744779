namespace Coterie.Cluster.Tests.Paxos;

/// <summary>
/// A few nodes that agree on a log, entry by entry, on one thread, under one seed: the cores of the product in the smallest shell that
/// can lose, double, delay and reorder messages, and crash nodes so that they forget what was not durable. First it is rough; then
/// everything heals, and every change that was asked for must be decided.
/// </summary>
/// <remarks>
/// Checked all the time: an epoch has one entry (agreement), an entry was asked for by someone (validity), and no change is decided
/// twice. At the end: what was acknowledged is in the log where it was said to be, and all nodes that are asked know the same log.
/// </remarks>
internal sealed class PaxosWorld
{
    /// <summary>Nodes that vote on nothing, as any but the first five of a cluster.</summary>
    private const int ProposersOnly = 2;

    private const int RoughTime = 8_000;
    private const int HealedTime = 400_000;

    private readonly PriorityQueue<Action, (int Time, int Sequence)> _events = new();
    private readonly Dictionary<int, int> _decided = [];
    private readonly Dictionary<int, int> _epochOfChange = [];
    private readonly HashSet<int> _asked = [];
    private readonly List<(int Change, int Epoch)> _acknowledged = [];
    private readonly List<PaxosNode> _nodes = [];
    private readonly double _loss;
    private readonly double _doubling;
    private readonly double _crashes;
    private readonly double _cuts;
    private readonly double _announcing;
    private readonly int[] _cutOff;
    private int _sequence;
    private int _changes;

    public PaxosWorld(int seed, PlantedFault fault)
    {
        Random = new Random(seed);
        Fault = fault;
        Acceptors = Random.Next(3) == 0 ? 5 : 3;
        _loss = Random.NextDouble() * 0.3;
        _doubling = Random.NextDouble() * 0.3;
        _crashes = Random.NextDouble() * 0.05;
        _cuts = Random.NextDouble() * 0.01;
        _announcing = Random.NextDouble();
        _cutOff = new int[Acceptors + ProposersOnly];
        for (var i = 0; i < Acceptors + ProposersOnly; i++)
        {
            _nodes.Add(new PaxosNode(this, i, changesWanted: Random.Next(1, 25)));
        }
    }

    public Random Random { get; }

    public PlantedFault Fault { get; }

    public int Acceptors { get; }

    public int Now { get; private set; }

    public int Crashes { get; private set; }

    public IReadOnlyDictionary<int, int> Decided => _decided;

    /// <summary>Runs to the end. Gives the number of events, for tests that must know that something happened.</summary>
    /// <exception cref="PaxosViolationException">A promise of the log was broken.</exception>
    public int Run()
    {
        foreach (var node in _nodes)
        {
            After(Random.Next(100), node.Start);
        }

        var events = 0;
        while (!(IsDone() && !IsRough()) && _events.TryDequeue(out var next, out var key))
        {
            events++;
            Now = key.Time;
            Require(Now < RoughTime + HealedTime, "not all changes were decided long after everything healed");
            next();
        }

        CheckEnd();
        return events;
    }

    public void After(int delay, Action action) => _events.Enqueue(action, (Now + delay, _sequence++));

    /// <summary>To be delivered once, twice, late or never.</summary>
    public void Send(int from, int target, Action<PaxosNode> deliver)
    {
        var rough = IsRough();
        if (rough && Random.NextDouble() < _cuts)
        {
            _cutOff[Random.Next(_cutOff.Length)] = Now + Random.Next(50, 800);
        }

        if (rough && from != target && (_cutOff[from] > Now || _cutOff[target] > Now))
        {
            return;
        }

        var copies = !rough ? 1 : Random.NextDouble() < _loss ? 0 : Random.NextDouble() < _doubling ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            var delay = rough && Random.Next(10) == 0 ? Random.Next(1_000) : Random.Next(1, 60);
            After(delay, () =>
            {
                if (_nodes[target].IsUp)
                {
                    deliver(_nodes[target]);
                    MayCrash(_nodes[target]);
                }
            });
        }
    }

    public int NewChange()
    {
        _asked.Add(++_changes);
        return _changes;
    }

    /// <summary>A node holds this entry for decided.</summary>
    public void Learned(int epoch, int change)
    {
        Require(_asked.Contains(change), $"epoch {epoch} has the entry {change}, which nobody has proposed");
        Require(_decided.TryAdd(epoch, change) || _decided[epoch] == change, $"epoch {epoch} has two entries, {_decided[epoch]} and {change}");
        Require(_epochOfChange.TryAdd(change, epoch) || _epochOfChange[change] == epoch, $"the change {change} was decided twice");
    }

    /// <summary>Whether a node that knows a decision tells the others this time; if none did nobody else would stay behind for long.</summary>
    public bool Announces() => !IsRough() || Random.NextDouble() < _announcing;

    public void Acknowledged(int change, int epoch) => _acknowledged.Add((change, epoch));

    private bool IsRough() => Now < RoughTime;

    /// <summary>Crashes come just after something has happened to a node: when it has most to lose.</summary>
    private void MayCrash(PaxosNode node)
    {
        if (IsRough() && Random.NextDouble() < _crashes)
        {
            Crashes++;
            node.Crash();
            After(Random.Next(1, Random.Next(8) == 0 ? 1_000 : 15), node.Start);
        }
    }

    private bool IsDone() => _nodes.TrueForAll(node => node.IsUp && node.IsDone);

    private void CheckEnd()
    {
        Require(IsDone(), "the simulation came to a halt");
        foreach (var (change, epoch) in _acknowledged)
        {
            Require(_decided.TryGetValue(epoch, out var there) && there == change, $"the change {change} was acknowledged at epoch {epoch} and is not there");
        }

        foreach (var node in _nodes)
        {
            for (var epoch = 1; epoch <= node.Log.Count; epoch++)
            {
                Require(_decided[epoch] == node.Log[epoch - 1], $"a node has another entry at epoch {epoch}");
            }
        }
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new PaxosViolationException(otherwise);
        }
    }
}
